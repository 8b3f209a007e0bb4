import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { addService, closeSession, countCalls, createLink, resetCalls } from '../links/asking';
import { Following } from '../support/following';
import { ManualClock } from '../support/manual-clock';
import { RawSocket } from '../support/raw-socket';
import { startTestService, type TestService } from '../support/service';

const FOLLOW = `subscription ($ids: [ID!]!) {
  sessionExpiry(sessionIds: $ids) { type session { id status url secondsRemaining } }
}`;

let service: TestService;
let clock: ManualClock;
let clients: Client[];

beforeEach(async () => {
  clock = new ManualClock();
  clients = [];
  service = await startTestService({ clock, simulators: { devices: 3 } });
});

afterEach(async () => {
  for (const client of clients) await client.dispose();
  await service?.close();
});

/** A client as applications have it. */
function client(closed: (code: number) => void = () => {}): Client {
  const made = createClient({
    url: `${service.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    on: { closed: (event) => closed((event as { code: number }).code) },
  });
  clients.push(made);
  return made;
}

const link = async () => (await createLink(service, addService(service.simulators).access)).session.id;

const follow = (from: Client, ...ids: readonly string[]) => Following.by(from, FOLLOW, { ids });

test('a link is told as it stands, and closed, and then the subscription is over', async () => {
  const id = await link();
  const events = follow(client(), id);
  expect(await events.next()).toMatchObject({ type: 'CURRENT', session: { id, status: 'ACTIVE' } });
  await closeSession(service, id);
  expect(await events.next()).toMatchObject({ type: 'CLOSED', session: { id, status: 'CLOSED', url: null } });
  expect(await events.end).toBeUndefined();
});

test('one socket carries many subscriptions, and one that is left tells nothing more', async () => {
  const accesses = [addService(service.simulators).access, addService(service.simulators).access];
  const [one = '', other = ''] = await Promise.all(
    accesses.map(async (access) => (await createLink(service, access)).session.id),
  );
  const from = client();
  const events = [follow(from, one), follow(from, other)] as const;
  for (const each of events) expect(await each.next()).toMatchObject({ type: 'CURRENT' });
  events[0].leave();
  await closeSession(service, one);
  await closeSession(service, other);
  expect(await events[1].next()).toMatchObject({ type: 'CLOSED', session: { id: other } });
  expect(events[0].waiting).toEqual([]);
});

test('a link that nobody knows is an error for that id alone, by its code', async () => {
  const id = await link();
  const from = client();
  const events = follow(from, id);
  await events.next();
  expect(await follow(from, 'remoteit:session:nothing').end).toMatchObject([
    { extensions: { code: 'NOT_FOUND' } },
  ]);
  await closeSession(service, id);
  expect(await events.next()).toMatchObject({ type: 'CLOSED' });
});

test('many subscribers learn of one change without a vendor call for each', async () => {
  const id = await link();
  const many = Array.from({ length: 40 }, () => follow(client(), id));
  for (const each of many) await each.next();
  resetCalls(service.simulators);
  await closeSession(service, id);
  const alone = countCalls(service.simulators);
  for (const each of many) expect(await each.next()).toMatchObject({ type: 'CLOSED' });
  expect(countCalls(service.simulators)).toBe(alone);
});

test('counts subscriptions by how they are carried, while they last', async () => {
  const open = async () =>
    /^drawbridge_transport_subscriptions\{transport="websocket"\} (\d+)$/m.exec(
      await (await fetch(`${service.url}/metrics`)).text(),
    )?.[1];
  const id = await link();
  expect(await open()).toBe('0');
  const events = follow(client(), id);
  await events.next();
  expect(await open()).toBe('1');
  await closeSession(service, id);
  await events.end;
  expect(await open()).toBe('0');
});

test('a subscription by plain HTTP is refused with a sentence that says how to follow', async () => {
  const answer = await service.query('subscription { sessionExpiry { type } }');
  expect(answer.errors).toMatchObject([
    { message: expect.stringContaining('WebSocket'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

describe('when the service stops', () => {
  test('subscribers are closed with a code on which clients connect again', async () => {
    const id = await link();
    const code = new Promise<number>((resolve) => {
      const events = follow(client(resolve), id);
      void events.next().then(() => service.close());
    });
    expect(await code).toBe(1012);
  });

  test('an operation that runs over a socket is answered before', async () => {
    const held = service.simulators.remoteit.faults.add({ kind: 'hold', route: 'GET /device/list/all' });
    const socket = await RawSocket.begin(service.url);
    socket.subscribe('1', '{ devices(first: 5) { totalCount } }');
    await service.simulators.remoteit.calls.reached('GET /device/list/all', 1);
    const closed = service.close();
    held.release();
    expect(await socket.next()).toMatchObject({
      id: '1',
      type: 'next',
      payload: { data: expect.any(Object) },
    });
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
    expect((await socket.closed).code).toBe(1012);
    await closed;
  });

  test('what comes meanwhile is not begun', async () => {
    const held = service.simulators.remoteit.faults.add({ kind: 'hold', route: 'GET /device/list/all' });
    const socket = await RawSocket.begin(service.url);
    socket.subscribe('1', '{ devices(first: 5) { totalCount } }');
    await service.simulators.remoteit.calls.reached('GET /device/list/all', 1);
    const closed = service.close();
    socket.subscribe('2', '{ viewer { subject } }');
    await expect(RawSocket.open(service.url)).rejects.toThrow();
    held.release();
    await socket.closed;
    expect(socket.received.filter(({ id }) => id === '2')).toEqual([]);
    await closed;
  });
});
