import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatId } from '../../src/domain/ids';
import type { LinkRecord } from '../../src/domain/session';
import type { IntentDetail } from '../../src/services/link-tools';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { openStore } from '../../src/stores/open';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService, variablesOf } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  createLink,
  dataOf,
  hurry,
  type Moved,
  openAccess,
  pass,
  readLink,
  until,
} from './asking';

/*
 * What a process left open that died is in the store: here it is written there by hand, and the service is started.
 * test/links/crash kills real processes instead.
 */

const DISCONNECT = 'POST /{scopeId}/devices/{deviceId}/vpn/_disconnect';
const REMOVE = 'DELETE /devices/remote-access';

let clock: ManualClock;
let simulators: Simulators;
let folder: string;
let service: TestService | undefined;

beforeEach(async () => {
  clock = new ManualClock();
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  simulators = await startSimulators({ devices: 3, latencyMs: 0, now: () => clock.now() });
  simulators.everyware.knobs.connectAnswersUp = true;
  hurry(simulators);
});

afterEach(async () => {
  await service?.close();
  service = undefined;
  await simulators.close();
  await rm(folder, { recursive: true });
});

const databaseUrl = (): string => `file:${path.join(folder, 'links.db')}`;

async function start(): Promise<TestService> {
  const env = { ...variablesOf(simulators), DATABASE_URL: databaseUrl() };
  service = await startTestService({ clock, env, simulators: { devices: 3 } });
  return service;
}

const moved = (): Moved => ({ simulators, clock });

/** Lets time pass until something is so. */
async function passUntil(what: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  await pass(moved(), seconds, what);
  await until(what, 2);
}

/** What an operation answers for which time has to pass. */
async function inTime<T>(operation: Promise<T>): Promise<T> {
  let isDone = false;
  const done = (): void => {
    isDone = true;
  };
  operation.then(done, done);
  await pass(moved(), 60, () => isDone);
  return operation;
}

interface LeftOpen {
  readonly access: string;
  readonly device: string;
  readonly durationSeconds?: number;
  readonly detail?: Partial<IntentDetail>;
  readonly askedSecondsAgo?: number;
  readonly leasedSeconds?: number;
}

/** The PENDING session of an intent that a process has left in the store; its id. */
async function leave(left: LeftOpen): Promise<string> {
  const { access, device, durationSeconds = 600, detail, askedSecondsAgo = 60, leasedSeconds = 0 } = left;
  const account = access.split(':')[0] ?? '';
  const askedAt = new Date(clock.now() - askedSecondsAgo * 1000);
  const session: LinkRecord = {
    ...blank(account, askedAt, durationSeconds),
    deviceId: device,
    remoteAccessId: access,
  };
  const store = await openStore({ databaseUrl: databaseUrl() });
  await store.intents.begin(
    {
      id: session.id,
      subject: 'ana',
      action: 'createLink',
      idempotencyKey: null,
      inputDigest: '',
      account,
      sessionId: session.id,
      detail: JSON.stringify({
        durationSeconds,
        allowedIp: null,
        port: null,
        access: access.slice(`${account}:access:`.length),
        create: null,
        toldAt: null,
        ...detail,
      }),
      askedAt,
      settledAt: null,
    },
    session,
    new Date(clock.now() + leasedSeconds * 1000),
  );
  await store.close();
  return session.id;
}

const VENDORS = { rms: 'TELTONIKA_RMS', everyware: 'EVERYWARE', remoteit: 'REMOTE_IT' } as const;

function blank(account: string, askedAt: Date, durationSeconds: number): LinkRecord {
  return {
    id: formatId(account, 'session', 'g-left'),
    account,
    vendor: account === 'rms' || account === 'everyware' ? VENDORS[account] : VENDORS.remoteit,
    deviceId: '',
    remoteAccessId: null,
    vendorRef: null,
    connectionRef: null,
    foundRunning: false,
    endOwed: false,
    accessOwed: false,
    allowedIp: null,
    url: null,
    host: null,
    port: null,
    status: 'PENDING',
    createdAt: askedAt,
    expiresAt: new Date(askedAt.getTime() + durationSeconds * 1000),
    createdBy: 'ana',
    reason: null,
    observedAt: askedAt,
  };
}

/** Every session of a device, as a read finds them that asks its vendor. */
async function sessionsOf(graph: TestService, device: string): Promise<readonly { readonly id: string }[]> {
  const read = await graph.query<{ device: { sessions: { id: string }[] } }>(
    'query ($id: ID!) { device(id: $id) { sessions(active: false) { id } } }',
    { variables: { id: device }, headers: { 'cache-control': 'no-cache' } },
  );
  return dataOf(read).device.sessions;
}

const statusOf = async (id: string): Promise<string | undefined> =>
  service === undefined ? undefined : (await readLink(service, id))?.status;

const isSettled = (id: string) => async () => (await statusOf(id)) !== 'PENDING';

describe('a link of RMS whose answer got lost', () => {
  test('is what it is where it ended while the service was down, and stands in the ledger once', async () => {
    const router = addRouter(simulators);
    const startTime = Math.floor(clock.now() / 1000) - 59;
    simulators.rms.state.addSession({ accessId: router.accessId, startTime, endTime: startTime + 10 });
    const id = await leave({ ...router, durationSeconds: 10 });
    const graph = await start();
    await until(isSettled(id));
    expect(await statusOf(id)).toBe('EXPIRED');
    expect(await sessionsOf(graph, router.device)).toEqual([{ id }]);
  });

  test('is looked for with the way in open to others, whose links it does not take', async () => {
    const { state, faults, calls } = simulators.rms;
    const router = addRouter(simulators);
    const graph = await start();
    faults.add({ kind: 'lose-request', route: 'POST /devices/connect/{access_id}', times: 1 });
    const losing = createLink(graph, router.access);
    await until(() => calls.count('GET /devices/connect/{access_id}/sessions') > 0);
    const { session } = await inTime(createLink(graph, router.access));
    expect(session.url).toBe(`https://${state.activeSessions(router.accessId)[0]?.host}`);
    // Whoever asked for the lost one is told after 30 s that it is PENDING.
    const lost = (await inTime(losing)).session;
    expect(lost.status).toBe('PENDING');
    await passUntil(isSettled(lost.id), 30);
    expect(await statusOf(lost.id)).toBe('FAILED');
    expect([await statusOf(session.id), state.sessions(router.accessId).length]).toEqual(['ACTIVE', 1]);
  });
});

describe('a lease on a VPN whose process died', () => {
  const told = () => ({ toldAt: clock.now() - 60_000 });

  test('before the VPN was told to come up leaves one alone that is up', async () => {
    const gateway = addGateway(simulators);
    simulators.everyware.state.connectVpn(gateway.id);
    const id = await leave({ ...gateway, durationSeconds: 65 });
    await start();
    await until(isSettled(id));
    expect(await statusOf(id)).toBe('ACTIVE');
    await passUntil(async () => (await statusOf(id)) === 'EXPIRED', 10);
    await passUntil(() => clock.waiting > 0, 5);
    expect(simulators.everyware.state.isVpnUp(gateway.id)).toBe(true);
    expect(simulators.everyware.calls.count(DISCONNECT)).toBe(0);
  });

  test('before the VPN was told to come up fails at once where it is down', async () => {
    const gateway = addGateway(simulators);
    const id = await leave({ ...gateway, askedSecondsAgo: 1 });
    await start();
    await until(isSettled(id));
    expect(await statusOf(id)).toBe('FAILED');
    expect(simulators.everyware.calls.count(DISCONNECT)).toBe(0);
  });

  test('after the VPN was told to come up takes it down at its end', async () => {
    const gateway = addGateway(simulators);
    simulators.everyware.state.connectVpn(gateway.id);
    const id = await leave({ ...gateway, durationSeconds: 65, detail: told() });
    await start();
    await until(isSettled(id));
    expect(await statusOf(id)).toBe('ACTIVE');
    await passUntil(() => !simulators.everyware.state.isVpnUp(gateway.id), 10);
  });

  test('and that is called failed takes the VPN down where it comes up after all', async () => {
    const { state, faults } = simulators.everyware;
    const gateway = addGateway(simulators);
    const id = await leave({ ...gateway, detail: told() });
    const fault = faults.add({ kind: 'status', status: 503, route: DISCONNECT });
    await start();
    await until(isSettled(id));
    expect(await statusOf(id)).toBe('FAILED');
    await until(() => fault.hits > 0);
    state.connectVpn(gateway.id);
    fault.remove();
    await passUntil(() => !state.isVpnUp(gateway.id), 60);
  });

  test('long ago, and that is called failed, leaves alone what comes up later', async () => {
    const { state, calls } = simulators.everyware;
    const gateway = addGateway(simulators);
    const id = await leave({ ...gateway, detail: { toldAt: clock.now() - 300_000 } });
    await start();
    await until(isSettled(id));
    expect(await statusOf(id)).toBe('FAILED');
    state.connectVpn(gateway.id);
    await pass(moved(), 60);
    expect([state.isVpnUp(gateway.id), calls.count(DISCONNECT)]).toEqual([true, 0]);
  });
});

test('what another process works on is left to it, until it has died', async () => {
  const row = addService(simulators);
  const id = await leave({ ...row, leasedSeconds: 10 });
  await start();
  await passUntil(() => clock.monotonic() >= 9000, 10);
  expect([await statusOf(id), simulators.remoteit.state.connections(row.address).length]).toEqual([
    'PENDING',
    0,
  ]);
  await passUntil(isSettled(id), 10);
  expect([await statusOf(id), simulators.remoteit.state.connections(row.address).length]).toEqual([
    'ACTIVE',
    1,
  ]);
});

test('a replica that starts leaves alone what another one is still at work on', async () => {
  const row = addService(simulators);
  const { calls, faults, state } = simulators.remoteit;
  const first = await start();
  const held = faults.add({ kind: 'hold', route: 'POST /device/connect', times: 1 });
  const opening = createLink(first, row.access);
  await until(() => held.hits === 1);
  const second = await start();
  await pass(moved(), 28);
  expect(calls.count('POST /device/connect')).toBe(1);
  held.release();
  const { session } = await opening;
  expect(await readLink(second, session.id)).toMatchObject({ id: session.id, status: 'ACTIVE' });
  expect(state.connections(row.address)).toHaveLength(1);
  await first.close();
});

describe('a link that another process has called failed meanwhile', () => {
  /** What another process does that took this one for dead. */
  async function callFailed(): Promise<void> {
    const store = await openStore({ databaseUrl: databaseUrl() });
    for (const { id, sessionId } of await store.intents.unsettled()) {
      const link = (await store.links.get([sessionId ?? ''])).get(sessionId ?? '');
      if (link === undefined) throw new Error('an intent of a link has a session');
      await store.intents.settle(id, new Date(clock.now()), { ...link, status: 'FAILED' }, []);
    }
    await store.close();
  }

  test('is ended again at remote.it', async () => {
    const { faults, state } = simulators.remoteit;
    const row = addService(simulators);
    const graph = await start();
    const held = faults.add({ kind: 'hold', route: 'POST /device/connect', times: 1 });
    const opening = createLink(graph, row.access);
    await until(() => held.hits === 1);
    await callFailed();
    held.release();
    await expect(opening).rejects.toThrow('given the link up');
    await passUntil(() => state.connections(row.address).length === 0, 10);
  });

  test('is ended again at RMS, and is not called made elsewhere', async () => {
    const { faults, state } = simulators.rms;
    const router = addRouter(simulators);
    const graph = await start();
    const held = faults.add({ kind: 'hold', route: 'POST /devices/connect/{access_id}', times: 1 });
    const opening = createLink(graph, router.access);
    await until(() => held.hits === 1);
    await callFailed();
    held.release();
    await expect(inTime(opening)).rejects.toThrow('given the link up');
    await passUntil(() => state.activeSessions(router.accessId).length === 0, 20);
    expect(await sessionsOf(graph, router.device)).toHaveLength(1);
  });
});

describe('a way in that was made for a link which did not come to be', () => {
  /** A router with a way in that is owed its removal. */
  async function owe() {
    const router = addRouter(simulators);
    const { id } = simulators.rms.state.addAccess({
      deviceId: router.deviceId,
      protocol: 'vnc',
      destinationPort: 5900,
    });
    const access = `rms:access:${router.deviceId}:${id}`;
    const store = await openStore({ databaseUrl: databaseUrl() });
    const failed = {
      status: 'FAILED',
      deviceId: router.device,
      remoteAccessId: access,
      accessOwed: true,
    } as const;
    await store.links.save([{ ...blank('rms', new Date(clock.now()), 600), ...failed }], []);
    await store.close();
    return { ...router, made: access, isThere: () => simulators.rms.state.access(id) !== undefined };
  }

  test('is removed at the next start, and asked for again until the vendor has done it', async () => {
    const { isThere } = await owe();
    const fault = simulators.rms.faults.add({ kind: 'status', status: 503, route: REMOVE, times: 8 });
    const graph = await start();
    await until(() => fault.hits > 0);
    expect(isThere()).toBe(true);
    await passUntil(() => !isThere(), 1800);
    expect(fault.hits).toBe(8);
    const removed = async () => {
      const log = await graph.query<{ auditLog: { nodes: { action: string; outcome: string }[] } }>(
        '{ auditLog(first: 1) { nodes { action outcome } } }',
      );
      const [last] = dataOf(log).auditLog.nodes;
      return last?.action === 'deleteRemoteAccess' && last.outcome === 'ok';
    };
    await passUntil(removed, 10);
    simulators.rms.calls.reset();
    await pass(moved(), 60);
    expect(simulators.rms.calls.count(REMOVE)).toBe(0);
  });

  test('is there for as long as a link of somebody else needs it, and used by no new one', async () => {
    const { made, device, isThere, deviceId } = await owe();
    const remove = simulators.rms.faults.add({ kind: 'status', status: 503, route: REMOVE });
    const graph = await start();
    await until(() => remove.hits > 0);
    const { session } = await inTime(createLink(graph, made, { durationSeconds: 600 }));
    remove.remove();
    await passUntil(() => clock.monotonic() > 300_000, 400);
    expect([isThere(), await statusOf(session.id)]).toEqual([true, 'ACTIVE']);
    await inTime(openAccess(graph, device, { protocol: 'VNC', host: '192.168.1.1' }));
    expect(simulators.rms.state.accesses(deviceId)).toHaveLength(3);
    await passUntil(() => !isThere(), 2400);
    expect(await statusOf(session.id)).toBe('EXPIRED');
    expect(simulators.rms.state.accesses(deviceId)).toHaveLength(2);
  });
});

test('an end that hangs at its vendor keeps no other waiting', async () => {
  const gateway = addGateway(simulators);
  const row = addService(simulators);
  const graph = await start();
  await createLink(graph, gateway.access, { durationSeconds: 10 });
  await createLink(graph, row.access, { durationSeconds: 12 });
  const hung = simulators.everyware.faults.add({ kind: 'hold', route: DISCONNECT });
  await passUntil(() => hung.hits > 0, 15);
  await passUntil(() => simulators.remoteit.state.connections(row.address).length === 0, 5);
  hung.release();
});
