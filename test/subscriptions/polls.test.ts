import { ANONYMOUS } from '../../src/server/authenticate';
import { countCalls, resetCalls } from '../links/asking';
import { openTestGraph, type TestGraph } from '../support/graph';
import { addLinks, costOf, follow, learnLinks, told } from './asking';

let graph: TestGraph;

const OWN = { simulators: { devices: 0 }, env: { RMS_MONTHLY_CALLS: '0' } };

beforeEach(async () => {
  graph = await openTestGraph(OWN);
});

afterEach(() => graph?.close());

const HOUR = 3600;

test('ten thousand subscribers cost the same vendor calls as one', async () => {
  const costs: (readonly [number, Readonly<Record<string, number>>])[] = [];
  for (const subscribers of [1, 10_000]) {
    const own = await openTestGraph(OWN);
    const links = addLinks(own, 50, HOUR);
    await learnLinks(own);
    resetCalls(own.simulators);
    const sessions = links.map(({ id }) => id);
    for (let count = 0; count < subscribers; count += 1) {
      if (count % 1000 === 999) await own.pass(1);
      await own.services.follow.sessions({ sessionIds: sessions, warnAtSeconds: [300] }, asker(own));
    }
    await own.pass(600 - Math.floor(subscribers / 1000));
    costs.push([countCalls(own.simulators), own.simulators.rms.calls.counts]);
    await own.close();
  }
  expect(costs[0]?.[0]).toBeGreaterThanOrEqual(50);
  expect(costs[1]).toEqual(costs[0]);
});

test('fifty links of eight hours cost less than 2 % of a look every five seconds', async () => {
  const hours = 8;
  const links = addLinks(graph, 50, hours * HOUR);
  await learnLinks(graph);
  resetCalls(graph.simulators);
  const events = await follow(graph, { sessions: links.map(({ id }) => id) });
  await graph.pass(hours * HOUR, 5);
  const perHour = countCalls(graph.simulators) / hours;
  const fixed = 50 * (HOUR / 5);
  expect(perHour / fixed).toBeLessThan(0.02);
  expect((await told(events)).filter((event) => event.startsWith('EXPIRED'))).toHaveLength(50);
});

test('what happens to a link at its vendor is told by the next look', async () => {
  const [ended, moved, left] = addLinks(graph, 3, HOUR);
  await learnLinks(graph);
  const events = await follow(graph);
  expect(await told(events)).toHaveLength(3);
  const { state } = graph.simulators.rms;
  state.endSession(ended?.sessionId ?? 0);
  state.updateSession(moved?.sessionId ?? 0, { endTime: Math.floor(graph.clock.now() / 1000) + 2 * HOUR });
  const { id: another } = state.addSession({
    accessId: left?.accessId ?? 0,
    endTime: Math.floor(graph.clock.now() / 1000) + 2 * HOUR,
  });
  await graph.pass(300);
  expect(new Set(await told(events))).toEqual(
    new Set([
      `CLOSED ${ended?.id}`,
      `CHANGED ${moved?.id}`,
      `OPENED rms:session:${left?.deviceId}:${left?.accessId}:${another}`,
    ]),
  );
  await graph.pass(HOUR - 301);
  expect(await told(events)).toEqual([`EXPIRING ${left?.id}`, `EXPIRING ${left?.id}`]);
});

test('a link that is made elsewhere into a device that is followed is found', async () => {
  const [{ device, accessId, deviceId } = { device: '', accessId: 0, deviceId: 0 }] = addLinks(graph, 1, 1);
  await graph.pass(2);
  const events = await follow(graph, { devices: [device] });
  await graph.pass(1);
  const { id } = graph.simulators.rms.state.addSession({ accessId });
  await graph.pass(301);
  expect(await told(events)).toEqual([`OPENED rms:session:${deviceId}:${accessId}:${id}`]);
});

test('a vendor that cannot be reached makes no events but those of the clock', async () => {
  const [link] = addLinks(graph, 1, 700);
  await learnLinks(graph);
  const events = await follow(graph);
  await events.settled();
  const outage = graph.simulators.rms.faults.add({ kind: 'status', status: 503 });
  graph.simulators.rms.state.endSession(link?.sessionId ?? 0);
  await graph.pass(600);
  expect(outage.hits).toBeGreaterThan(0);
  expect(await told(events)).toEqual([`EXPIRING ${link?.id}`]);
  await graph.pass(101);
  expect(await told(events)).toEqual([`EXPIRING ${link?.id}`, `EXPIRED ${link?.id}`]);
});

test('a read that somebody makes anyway stands in for a look', async () => {
  const [link] = addLinks(graph, 1, 8 * HOUR);
  await learnLinks(graph);
  const events = await follow(graph);
  await events.settled();
  const READ = 'query ($id: ID!) { device(id: $id) { sessions { id } } }';
  resetCalls(graph.simulators);
  for (let times = 0; times < 12; times += 1) {
    await graph.pass(250, 5);
    await graph.run(READ, { variables: { id: link?.device } });
  }
  expect(graph.simulators.rms.calls.count('GET /devices/connect/{access_id}/sessions')).toBe(12);
  graph.simulators.rms.state.endSession(link?.sessionId ?? 0);
  await graph.pass(11);
  await graph.run(READ, { variables: { id: link?.device } });
  expect(await told(events)).toEqual([`CLOSED ${link?.id}`]);
});

test('looks stay inside what the allowance leaves for them, beyond the longest interval', async () => {
  const tight = await openTestGraph({ ...OWN, env: { RMS_MONTHLY_CALLS: '20000' } });
  const links = addLinks(tight, 50, 8 * HOUR);
  await learnLinks(tight);
  const allowed = tight.fleet.all().map((account) => account.pollCallsPerHour())[2] ?? 0;
  await follow(tight, { sessions: links.map(({ id }) => id) });
  expect(await costOf(tight, () => tight.pass(HOUR, 5))).toBeLessThanOrEqual(2 * allowed);
  expect(await costOf(tight, () => tight.pass(6 * HOUR, 5))).toBeLessThanOrEqual(6 * allowed * 1.05);
  expect(allowed).toBeLessThan(100);
  await tight.close();
});

test('a link that ends soon is looked at in time, although looks as frequent as that could not go on for long', async () => {
  const tight = await openTestGraph({ ...OWN, env: { RMS_MONTHLY_CALLS: '20000' } });
  const [link] = addLinks(tight, 1, 60);
  await learnLinks(tight);
  const events = await follow(tight, { sessions: [link?.id], marks: [] });
  await tight.pass(25);
  tight.simulators.rms.state.endSession(link?.sessionId ?? 0);
  await tight.pass(15);
  expect(await told(events)).toEqual([`CURRENT ${link?.id}`, `CLOSED ${link?.id}`]);
  await tight.close();
});

test('nobody is asked any more once nobody follows, and who comes back costs nothing twice', async () => {
  const links = addLinks(graph, 5, HOUR);
  await learnLinks(graph);
  const first = await follow(graph);
  await first.settled();
  await graph.pass(400);
  await first.leave();
  expect(await costOf(graph, () => graph.pass(10))).toBe(0);
  const second = await follow(graph, { sessions: links.map(({ id }) => id) });
  expect(await costOf(graph, () => graph.pass(10))).toBe(0);
  expect((await told(second)).map((event) => event.split(' ')[0])).toEqual(Array(5).fill('CURRENT'));
  await second.leave();
  expect(await costOf(graph, () => graph.pass(HOUR, 5))).toBe(0);
});

/** Somebody who reads as callers do. */
function asker({ clock }: TestGraph): { principal: typeof ANONYMOUS; reading: { startedAt: number } } {
  return { principal: ANONYMOUS, reading: { startedAt: clock.monotonic() } };
}
