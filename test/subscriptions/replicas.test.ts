import { addRouter, CLOSE, countCalls, hurry } from '../links/asking';
import { openTestGraph, type TestGraph } from '../support/graph';
import { follow, told } from './asking';

let graph: TestGraph;
let replica: TestGraph;

beforeEach(async () => {
  graph = await openTestGraph({ simulators: { devices: 0 } });
  // At the same store, the same vendors, and by the same clock.
  replica = await openTestGraph({ after: graph });
  hurry(graph.simulators);
});

afterEach(async () => {
  await replica?.stop();
  await graph?.close();
});

const OPEN = 'mutation ($input: CreateLinkInput!) { createLink(input: $input) { session { id } } }';

async function openBy(one: TestGraph, remoteAccessId: string): Promise<string> {
  const input = { remoteAccessId, durationSeconds: 3600 };
  const answer = await one.run<{ createLink: { session: { id: string } } }>(OPEN, { variables: { input } });
  return answer.data?.createLink.session.id ?? JSON.stringify(answer.errors);
}

test('what another replica does is told within a second, and no vendor is asked for it', async () => {
  const { device, access } = addRouter(graph.simulators);
  const all = await follow(graph);
  const ofDevice = await follow(graph, { devices: [device], marks: [] });
  // The device is looked at once, for links that were made before.
  await graph.pass(0.5, 0.5);
  const id = await openBy(replica, access);
  const asked = countCalls(graph.simulators);
  await graph.pass(1);
  expect(await told(all)).toEqual([`OPENED ${id}`]);
  expect(await told(ofDevice)).toEqual([`OPENED ${id}`]);
  const named = await follow(graph, { sessions: [id], marks: [] });
  expect(await told(named)).toEqual([`CURRENT ${id}`]);
  expect(countCalls(graph.simulators)).toBe(asked);
  await replica.run(CLOSE, { variables: { id } });
  const closed = countCalls(graph.simulators);
  await graph.pass(1);
  for (const events of [all, ofDevice, named]) expect(await told(events)).toEqual([`CLOSED ${id}`]);
  expect(await named.next()).toBeUndefined();
  expect(countCalls(graph.simulators)).toBe(closed);
});

test('what both replicas saw happen is told once', async () => {
  const id = await openBy(graph, addRouter(graph.simulators).access);
  const events = await follow(graph, { marks: [] });
  await graph.run(CLOSE, { variables: { id } });
  await replica.run(CLOSE, { variables: { id } });
  await graph.pass(10);
  expect(await told(events)).toEqual([`CURRENT ${id}`, `CLOSED ${id}`]);
});

test('while nobody follows, the store is not read; who comes then learns how all stands', async () => {
  const reads = jest.spyOn(graph.store.audit, 'readAll');
  await graph.pass(60);
  const first = await follow(graph);
  expect(reads).toHaveBeenCalledTimes(0);
  await graph.pass(2);
  expect(reads).toHaveBeenCalledTimes(2);
  await first.leave();
  await graph.pass(60);
  expect(reads).toHaveBeenCalledTimes(2);
  const id = await openBy(replica, addRouter(graph.simulators).access);
  const second = await follow(graph);
  expect(await told(second)).toEqual([`CURRENT ${id}`]);
  await replica.run(CLOSE, { variables: { id } });
  await graph.pass(1);
  expect(await told(second)).toEqual([`CLOSED ${id}`]);
});

test('a store that was away for a while is read on from where it was left', async () => {
  const id = await openBy(graph, addRouter(graph.simulators).access);
  const events = await follow(graph, { sessions: [id], marks: [] });
  const reads = jest.spyOn(graph.store.audit, 'readAll').mockImplementation(() => {
    throw new Error('away');
  });
  await replica.run(CLOSE, { variables: { id } });
  await graph.pass(5);
  expect(await told(events)).toEqual([`CURRENT ${id}`]);
  reads.mockRestore();
  await graph.pass(1);
  expect(await told(events)).toEqual([`CLOSED ${id}`]);
});
