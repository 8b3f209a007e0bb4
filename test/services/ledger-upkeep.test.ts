import { addRouter, addService, countCalls, hurry, resetCalls } from '../links/asking';
import { openTestGraph, type TestGraph } from '../support/graph';

let graph: TestGraph;

beforeEach(async () => {
  graph = await openTestGraph({ simulators: { devices: 0 } });
  hurry(graph.simulators);
});

afterEach(() => graph?.close());

const OPEN = 'mutation ($input: CreateLinkInput!) { createLink(input: $input) { replayed session { id } } }';
const LOG =
  'query ($id: ID!) { auditLog(target: $id) { nodes { actor action outcome reason detail } } session(id: $id) { status } }';

interface Opened {
  readonly createLink: { readonly replayed: boolean; readonly session: { readonly id: string } };
}

async function open(remoteAccessId: string, input: Readonly<Record<string, unknown>> = {}) {
  const variables = { input: { remoteAccessId, durationSeconds: 60, ...input } };
  const { data, errors } = await graph.run<Opened>(OPEN, { variables });
  if (errors !== undefined || data === undefined || data === null) throw new Error(JSON.stringify(errors));
  return { id: data.createLink.session.id, replayed: data.createLink.replayed };
}

/** What the audit log tells of a link, newest first. */
async function log(id: string, on = graph): Promise<readonly { readonly action: string }[]> {
  const { data } = await on.run<{ auditLog: { nodes: { action: string }[] } }>(LOG, { variables: { id } });
  return data?.auditLog.nodes ?? [];
}

const actions = async (id: string, on = graph): Promise<readonly string[]> =>
  (await log(id, on)).map(({ action }) => action);

describe('the end of a link that its vendor ends by itself', () => {
  it('is recorded once, within a minute, without a call', async () => {
    graph.start();
    const { id } = await open(addRouter(graph.simulators).access, { reason: 'The pump' });
    resetCalls(graph.simulators);
    await graph.pass(55);
    expect(await actions(id)).toEqual(['createLink']);
    await graph.pass(66);
    expect(await log(id)).toMatchObject([
      { actor: 'drawbridge', action: 'linkEnded', outcome: 'ok', reason: 'The pump' },
      { action: 'createLink' },
    ]);
    await graph.pass(600, 10);
    expect(await actions(id)).toEqual(['linkEnded', 'createLink']);
    expect(countCalls(graph.simulators)).toBe(0);
  });

  it('is recorded after a downtime, by one of the replicas that come up', async () => {
    graph.start();
    const { id } = await open(addRouter(graph.simulators).access);
    await graph.stop();
    graph.clock.advance(3_600_000);
    const first = await openTestGraph({ after: graph });
    const second = await openTestGraph({ after: graph });
    first.start();
    second.start();
    await first.pass(2);
    expect(await actions(id, second)).toEqual(['linkEnded', 'createLink']);
    await first.pass(200, 5);
    expect(await actions(id, second)).toEqual(['linkEnded', 'createLink']);
    await second.stop();
    graph = first;
  });

  it('is not recorded again where a read had found it, nor where the graph kept it', async () => {
    graph.start();
    const router = addRouter(graph.simulators);
    const { id: seen } = await open(router.access);
    const { id: kept } = await open(addService(graph.simulators).access);
    await graph.pass(61);
    await graph.run('query ($id: ID!) { device(id: $id) { sessions(active: false) { id } } }', {
      variables: { id: router.device },
    });
    await graph.pass(300, 5);
    expect(await actions(seen)).toEqual(['linkEnded', 'createLink']);
    expect(await actions(kept)).toEqual(['expireLink', 'createLink']);
  });

  it('is recorded for each, also where more have come than are written down at once', async () => {
    const { access } = addRouter(graph.simulators);
    const { id } = await open(access);
    const one = (await graph.store.links.get([id])).get(id);
    if (one === undefined) throw new Error('the link is in the ledger');
    const many = Array.from({ length: 1001 }, (_, number) => ({
      ...one,
      id: `rms:session:g-${number}`,
      vendorRef: `${number}`,
    }));
    await graph.store.links.save(many, []);
    graph.clock.advance(60_000);
    graph.start();
    await graph.pass(5);
    expect(await graph.store.links.over(graph.clock.now(), 9)).toEqual([]);
    expect((await graph.store.audit.head()).entries).toBe(1003);
  });
});

describe('an idempotency key', () => {
  const HOUR = 3600;
  const key = { idempotencyKey: 'once', durationSeconds: 60 };
  const kept = (idempotencyKey: string) =>
    graph.store.intents.find({ subject: 'anonymous', action: 'createLink', idempotencyKey });

  it('counts for 24 hours, and is forgotten within an hour after', async () => {
    graph.start();
    const { access } = addRouter(graph.simulators);
    const { id } = await open(access, key);
    await graph.pass(23.9 * HOUR, 600);
    expect(await open(access, key)).toEqual({ id, replayed: true });
    await graph.pass(1.2 * HOUR, 600);
    expect(await kept('once')).toBeUndefined();
    expect((await open(access, key)).replayed).toBe(false);
  });

  it('counts longer where its session is not over', async () => {
    graph.start();
    const { access } = addRouter(graph.simulators);
    const { id } = await open(access, key);
    const link = (await graph.store.links.get([id])).get(id);
    if (link === undefined) throw new Error('the link is in the ledger');
    const expiresAt = new Date(graph.clock.now() + 30 * HOUR * 1000);
    await graph.store.links.save([{ ...link, expiresAt }], []);
    await graph.pass(29 * HOUR, 600);
    expect(await open(access, key)).toEqual({ id, replayed: true });
    await graph.pass(3 * HOUR, 600);
    expect(await kept('once')).toBeUndefined();
  });
});
