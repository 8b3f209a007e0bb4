import { once } from 'node:events';
import { WebSocket } from 'ws';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService } from '../support/service';

/*
 * A caller that goes away takes its vendor calls along, unless somebody else waits for them.
 */

const LIST = 'GET /devices';
const QUERY = '{ devices(filter: { account: ["rms"] }) { nodes { id } problems { code } } }';

const clock = new ManualClock();
let service: TestService;

beforeEach(async () => {
  service = await startTestService({ clock, simulators: { devices: 12 } });
});

afterEach(() => service.close());

function ask(query: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Until the vendor has seen that a call is gone. */
async function gone(): Promise<void> {
  while (service.simulators.rms.calls.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Until so many have joined a call that was under way. */
async function joined(callers: number): Promise<void> {
  const shared = `drawbridge_cache_reads_total{account="rms",kind="devices",result="shared"} ${callers}`;
  while (!(await (await fetch(`${service.url}/metrics`)).text()).includes(shared));
}

test('a read that nobody waits for any more is broken off at its vendor, and is no fault of it', async () => {
  service.simulators.rms.faults.add({ kind: 'hang', route: LIST });
  for (let caller = 0; caller < 8; caller += 1) {
    const leaving = new AbortController();
    const asked = ask(QUERY, leaving.signal).catch(() => 'left');
    await service.simulators.rms.calls.reached(LIST, caller + 1);
    leaving.abort();
    expect(await asked).toBe('left');
    await gone();
  }
  service.simulators.rms.faults.clear();
  const accounts = await (await ask('{ vendorAccounts { account healthy circuit } }')).json();
  expect(accounts).toMatchObject({
    data: { vendorAccounts: [{}, {}, { account: 'rms', healthy: true, circuit: 'CLOSED' }] },
  });
  expect(await (await ask(QUERY)).json()).toMatchObject({ data: { devices: { problems: [] } } });
});

describe('over a socket', () => {
  /** A socket that asked for what its vendor never answers. */
  const begin = async () => {
    const { faults, calls } = service.simulators.rms;
    faults.add({ kind: 'hang', route: LIST });
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const say = (message: object): void => socket.send(JSON.stringify(message));
    const told = async (): Promise<unknown> => JSON.parse(String((await once(socket, 'message'))[0]));
    await once(socket, 'open');
    say({ type: 'connection_init' });
    expect(await told()).toMatchObject({ type: 'connection_ack' });
    say({ type: 'subscribe', id: 'one', payload: { query: QUERY } });
    await calls.reached(LIST, 1);
    return { socket, say, told };
  };

  test('a read whose socket is gone is broken off at its vendor', async () => {
    const { socket } = await begin();
    socket.terminate();
    await gone();
  });

  test('a read that the client completes is broken off, and the socket lives on', async () => {
    const { socket, say, told } = await begin();
    say({ type: 'complete', id: 'one' });
    await gone();
    say({ type: 'subscribe', id: 'two', payload: { query: '{ __typename }' } });
    expect(await told()).toMatchObject({ type: 'next', id: 'two' });
    socket.terminate();
  });
});

test('a read over an event stream that its reader closes is broken off at its vendor', async () => {
  service.simulators.rms.faults.add({ kind: 'hang', route: LIST });
  const leaving = new AbortController();
  const asked = fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: QUERY }),
    signal: leaving.signal,
  }).catch(() => 'left');
  await service.simulators.rms.calls.reached(LIST, 1);
  leaving.abort();
  expect(await asked).toBe('left');
  await gone();
});

test('a call that others wait for goes on until the last of them has left', async () => {
  const { calls, faults } = service.simulators.rms;
  const hold = faults.add({ kind: 'hold', route: LIST });
  const leaving = [new AbortController(), new AbortController()];
  const left = leaving.map(({ signal }) => ask(QUERY, signal).catch(() => 'left'));
  await calls.reached(LIST, 1);
  const stays = ask(QUERY);
  await joined(2);
  for (const controller of leaving) controller.abort();
  expect(await Promise.all(left)).toEqual(['left', 'left']);
  // Their operations are over, the call is not.
  const over = (): number => service.log.filter((line) => line.includes('"msg":"operation"')).length;
  while (over() < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(calls.inFlight).toBe(1);
  hold.release();
  expect(await (await stays).json()).toMatchObject({ data: { devices: { problems: [] } } });
  expect(calls.count(LIST)).toBe(1);
});

test('what changes something goes on when its caller leaves', async () => {
  const { rms } = service.simulators;
  const device = rms.state.addDevice({ status: 1 });
  const route = 'POST /devices/remote-access';
  const hold = rms.faults.add({ kind: 'hold', route });
  const leaving = new AbortController();
  const mutation = `mutation { createRemoteAccess(input: { deviceId: "rms:device:${device.id}", name: "PLC", protocol: SSH, host: "192.168.1.9", port: 22 }) { remoteAccess { id } } }`;
  const asked = ask(mutation, leaving.signal).catch(() => 'left');
  await rms.calls.reached(route, 1);
  leaving.abort();
  expect(await asked).toBe('left');
  expect(rms.calls.inFlight).toBe(1);
  hold.release();
  // The next step of the action, which nobody waits for either.
  const channel = 'GET /status/channel/{channel}';
  while (rms.calls.count(channel) === 0) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(rms.calls.count(route)).toBe(1);
});
