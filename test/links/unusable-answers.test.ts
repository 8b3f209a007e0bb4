import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService, variablesOf } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  CREATE_LINK,
  codeOf,
  createLink,
  hurry,
  learnFleet,
  type Moved,
  pass,
  readLink,
  until,
  writesOf,
} from './asking';

/*
 * A vendor that did what it was asked, and answers so that nothing can be done with it: what it made is found and used,
 * or ended. Never does it stay open without standing in the ledger.
 */

const CONNECT = 'POST /device/connect';
const STOP = 'POST /device/connect/stop';

let clock: ManualClock;
let simulators: Simulators;
let folder: string;
let service: TestService;

beforeEach(async () => {
  clock = new ManualClock();
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  simulators = await startSimulators({ devices: 3, latencyMs: 0, now: () => clock.now() });
  hurry(simulators);
  service = await start();
});

afterEach(async () => {
  await service.close();
  await simulators.close();
  await rm(folder, { recursive: true });
});

function start(): Promise<TestService> {
  const env = { ...variablesOf(simulators), DATABASE_URL: `file:${path.join(folder, 'links.db')}` };
  return startTestService({ clock, env, simulators: { devices: 1 } });
}

const moved = (): Moved => ({ simulators, clock });

async function passUntil(what: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  await pass(moved(), seconds, what);
  await until(what, 2);
}

/** Asks for a link, and lets time pass until that is answered. */
async function asked(remoteAccessId: string): Promise<{ readonly code: unknown }> {
  let isDone = false;
  const variables = { input: { remoteAccessId, durationSeconds: 600 } };
  const asking = service.query(CREATE_LINK, { variables }).finally(() => {
    isDone = true;
  });
  await pass(moved(), 60, () => isDone);
  return { code: codeOf(await asking) };
}

/** The sessions of a device as the ledger has them. */
async function ledger(device: string): Promise<readonly { readonly id: string; readonly status: string }[]> {
  const read = await service.query<{ sessions: { nodes: { id: string; status: string }[] } }>(
    'query ($id: ID!) { sessions(filter: { device: [$id] }) { nodes { id status } } }',
    { variables: { id: device } },
  );
  return read.data.sessions.nodes;
}

/** A service of remote.it whose connects are answered with a connection that is up, told like this. */
async function answering(connection: (id: string) => unknown, times = 1) {
  const row = addService(simulators);
  await learnFleet(service);
  const { state, faults } = simulators.remoteit;
  const { id } = state.startConnection(row.address);
  const body = { status: 'true', connection: connection(id) };
  const fault = faults.add({ kind: 'json', body, route: CONNECT, times });
  simulators.remoteit.calls.reset();
  return { ...row, id, fault, running: () => state.connections(row.address).map((one) => one.id) };
}

describe('a connection of remote.it whose address cannot be read', () => {
  test.each([
    ['is missing', (connectionid: string) => ({ connectionid, expirationsec: '28800' })],
    ['is no address', (connectionid: string) => ({ connectionid, proxy: 'javascript:alert(1)' })],
  ])('as it %s, is ended before the caller hears of it', async (_, connection) => {
    const { access, device, running } = await answering(connection);
    expect(await asked(access)).toEqual({ code: 'VENDOR_REJECTED' });
    expect(running()).toEqual([]);
    expect(writesOf(simulators)).toEqual([CONNECT, STOP]);
    expect(await ledger(device)).toMatchObject([{ status: 'FAILED' }]);
  });

  test('is ended as soon as can be where its stop gets lost, also after a restart', async () => {
    const { access, running } = await answering((connectionid) => ({ connectionid }));
    const { faults } = simulators.remoteit;
    const stop = faults.add({ kind: 'status', status: 503, route: STOP });
    expect(await asked(access)).toEqual({ code: 'VENDOR_REJECTED' });
    expect([running().length, stop.hits > 0]).toEqual([1, true]);
    await service.close();
    service = await start();
    stop.remove();
    await passUntil(() => running().length === 0, 10);
  });

  test('stays up where another link of the graph runs over it', async () => {
    const row = addService(simulators);
    const { session } = await createLink(service, row.access);
    const { state, faults } = simulators.remoteit;
    const [one] = state.connections(row.address);
    const body = { status: 'true', connection: { connectionid: one?.id } };
    faults.add({ kind: 'json', body, route: CONNECT, times: 1 });
    expect(await asked(row.access)).toEqual({ code: 'VENDOR_REJECTED' });
    expect(state.connections(row.address)).toHaveLength(1);
    expect(await readLink(service, session.id)).toMatchObject({ status: 'ACTIVE' });
  });
});

test('a connection of remote.it whose id cannot be read is looked for, and is the link once it can', async () => {
  const { access, device, running, fault } = await answering(
    () => ({ proxy: 'http://proxy1.rt3.io:30000' }),
    2,
  );
  expect(await asked(access)).toEqual({ code: undefined });
  expect([fault.hits, running().length]).toEqual([2, 1]);
  expect(await ledger(device)).toMatchObject([{ status: 'ACTIVE' }]);
});

test('a connection of remote.it whose id can never be read is asked for ever more rarely, and stays PENDING', async () => {
  const { access, device, fault } = await answering(() => ({}), 10_000);
  expect(await asked(access)).toEqual({ code: undefined });
  await pass(moved(), 60);
  const before = fault.hits;
  await pass(moved(), 300);
  expect(fault.hits - before).toBeLessThanOrEqual(6);
  expect(await ledger(device)).toMatchObject([{ status: 'PENDING' }]);
  fault.remove();
  await passUntil(async () => (await ledger(device))[0]?.status === 'ACTIVE', 65);
});

describe('a connection of remote.it that is pending', () => {
  const connects = (): number => writesOf(simulators).filter((line) => line === CONNECT).length;

  /** A service whose connects are answered with "pending"; where it comes up meanwhile, with what is told of it. */
  async function pending(rule: { readonly times?: number; readonly told?: (id: string) => unknown }) {
    const row = addService(simulators);
    await learnFleet(service);
    const { state, faults } = simulators.remoteit;
    const id = rule.told === undefined ? undefined : state.startConnection(row.address).id;
    const body = { status: 'pending', ...(id !== undefined && { connection: rule.told?.(id) }) };
    const { times } = rule;
    faults.add({ kind: 'json', body, route: CONNECT, ...(times !== undefined && { times }) });
    simulators.remoteit.calls.reset();
    return { ...row, running: () => state.connections(row.address) };
  }

  test('is the link once the next connect hands it out', async () => {
    const { access, device, running } = await pending({ times: 2 });
    expect(await asked(access)).toEqual({ code: undefined });
    expect(await ledger(device)).toMatchObject([{ status: 'ACTIVE' }]);
    expect([connects(), running().length]).toEqual([3, 1]);
  });

  test('has failed, as one that took too long, where it stays so, and is asked for no more', async () => {
    const { access, device } = await pending({});
    expect(await asked(access)).toEqual({ code: undefined });
    expect(await ledger(device)).toMatchObject([{ status: 'PENDING' }]);
    await passUntil(async () => (await ledger(device))[0]?.status === 'FAILED', 30);
    const [{ id } = { id: '' }] = await ledger(device);
    const read = await service.query<{ auditLog: { nodes: unknown[] } }>(
      'query ($id: ID!) { auditLog(target: $id) { nodes { action outcome } } }',
      { variables: { id } },
    );
    expect(read.data.auditLog.nodes).toEqual([{ action: 'createLink', outcome: 'VENDOR_TIMEOUT' }]);
    const asking = connects();
    expect(asking).toBeLessThanOrEqual(13);
    await pass(moved(), 600);
    expect(connects()).toBe(asking);
  });

  test('is ended where it stays so and its id was told', async () => {
    const { access, device, running } = await pending({ told: (connectionid) => ({ connectionid }) });
    expect(await asked(access)).toEqual({ code: undefined });
    expect(running()).toHaveLength(1);
    await passUntil(() => running().length === 0, 60);
    expect(await ledger(device)).toMatchObject([{ status: 'FAILED' }]);
  });
});

describe('a link of RMS', () => {
  const CHANNEL = 'GET /status/channel/{channel}';
  const LIST = 'GET /devices/connect/{access_id}/sessions';
  const refusal = { success: false, errors: [{ source: 'channel' }] };

  test.each([
    ['the channel refuses to tell', { kind: 'status', status: 422, body: refusal, route: CHANNEL, times: 1 }],
    ['the list refuses to tell', { kind: 'status', status: 422, body: refusal, route: LIST, times: 1 }],
  ] as const)('that %s of is found, and is the link', async (_, rule) => {
    const router = addRouter(simulators);
    await learnFleet(service);
    const fault = simulators.rms.faults.add(rule);
    expect(await asked(router.access)).toEqual({ code: undefined });
    expect(fault.hits).toBe(1);
    expect(await ledger(router.device)).toMatchObject([{ status: 'ACTIVE' }]);
    expect(simulators.rms.state.activeSessions(router.accessId)).toHaveLength(1);
  });

  test.each([
    ['never tells its address', 200, (id: number) => ({ data: { [id]: [{ status: 'completed' }] } }), 1],
    ['never comes to be', 404, (_id: number) => ({ code: 'CHANNEL_NOT_FOUND' }), 10],
  ] as const)(
    'whose channel %s is found by the list before the caller has waited for long',
    async (_, status, bodyOf, polls) => {
      const router = addRouter(simulators);
      await learnFleet(service);
      const body = bodyOf(router.deviceId);
      const fault = simulators.rms.faults.add({ kind: 'status', status, body, route: CHANNEL });
      expect(await asked(router.access)).toEqual({ code: undefined });
      expect(await ledger(router.device)).toMatchObject([{ status: 'ACTIVE' }]);
      expect(fault.hits).toBe(polls);
    },
  );
});

describe('a VPN of Everyware Cloud whose device is away right after it was told to bring it up', () => {
  const STATE = 'GET /{scopeId}/devices/{deviceId}/vpn';
  const away = { type: 'exceptionInfo', kapuaErrorCode: 'DEVICE_NOT_CONNECTED', httpErrorCode: '409' };
  const rule = { kind: 'status', status: 409, body: away, route: STATE, after: 1 } as const;

  test('is the link where the device is back soon', async () => {
    const gateway = addGateway(simulators);
    await learnFleet(service);
    const fault = simulators.everyware.faults.add({ ...rule, times: 3 });
    expect(await asked(gateway.access)).toEqual({ code: undefined });
    expect(fault.hits).toBe(3);
    expect(await ledger(gateway.device)).toMatchObject([{ status: 'ACTIVE' }]);
  });

  test('goes down again where the link had failed by then', async () => {
    const gateway = addGateway(simulators);
    await learnFleet(service);
    const fault = simulators.everyware.faults.add(rule);
    expect(await asked(gateway.access)).toEqual({ code: undefined });
    await passUntil(async () => (await ledger(gateway.device))[0]?.status === 'FAILED', 60);
    fault.remove();
    await passUntil(() => !simulators.everyware.state.isVpnUp(gateway.id), 60);
  });
});
