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
  CLOSE,
  closeSession,
  codeOf,
  countCalls,
  createLink,
  dataOf,
  hurry,
  learnFleet,
  type Moved,
  pass,
  readLink,
  resetCalls,
  rest,
  until,
} from './asking';

const STOP = 'POST /device/connect/stop';
const DISCONNECT = 'POST /{scopeId}/devices/{deviceId}/vpn/_disconnect';

let clock: ManualClock;
let service: TestService;

beforeEach(async () => {
  clock = new ManualClock();
  service = await startTestService({ clock, simulators: { devices: 3 } });
  service.simulators.everyware.knobs.connectAnswersUp = true;
  hurry(service.simulators);
});

afterEach(() => service?.close());

const moved = (): Moved => ({ simulators: service.simulators, clock });

/** A link of remote.it, or a lease of Everyware Cloud, and whether its vendor still holds it. */
const kept = [
  [
    'remote.it',
    STOP,
    () => {
      const { access, address } = addService(service.simulators);
      return { access, isOpen: () => service.simulators.remoteit.state.connections(address).length > 0 };
    },
  ],
  [
    'Everyware Cloud',
    DISCONNECT,
    () => {
      const { access, id } = addGateway(service.simulators);
      return { access, isOpen: () => service.simulators.everyware.state.isVpnUp(id) };
    },
  ],
] as const;

describe.each(kept)('at %s', (_, route, add) => {
  const faults = () =>
    route === STOP ? service.simulators.remoteit.faults : service.simulators.everyware.faults;

  test('a link ends at its vendor when its time has come, and not before', async () => {
    const { access, isOpen } = add();
    const { session } = await createLink(service, access, { durationSeconds: 10 });
    expect(Date.parse(session.expiresAt ?? '')).toBe(clock.now() + 10_000);
    clock.advance(9_999);
    await rest(moved());
    expect(isOpen()).toBe(true);
    expect(await readLink(service, session.id)).toMatchObject({ status: 'ACTIVE' });
    clock.advance(1);
    await until(() => !isOpen(), 3);
    expect(await readLink(service, session.id)).toMatchObject({ status: 'EXPIRED', host: null });
    const log = await service.query(
      'query ($id: ID!) { auditLog(target: $id) { nodes { actor action outcome } } }',
      {
        variables: { id: session.id },
      },
    );
    expect(dataOf(log)).toMatchObject({
      auditLog: {
        nodes: [{ actor: 'drawbridge', action: 'expireLink', outcome: 'ok' }, { action: 'createLink' }],
      },
    });
  });

  test('its end is tried again until the vendor confirms', async () => {
    const { access, isOpen } = add();
    const { session } = await createLink(service, access, { durationSeconds: 10 });
    const fault = faults().add({ kind: 'status', status: 503, route, times: 4 });
    clock.advance(10_000);
    await until(() => fault.hits > 0, 3);
    expect(await readLink(service, session.id)).toMatchObject({ status: 'EXPIRED' });
    expect(isOpen()).toBe(true);
    await pass(moved(), 60);
    expect(fault.hits).toBe(4);
    expect(isOpen()).toBe(false);
    resetCalls(service.simulators);
    await pass(moved(), 60);
    expect(countCalls(service.simulators)).toBe(0);
  });

  test('a close that the vendor did not confirm leaves the link as it is, and says so', async () => {
    const { access, isOpen } = add();
    const { session } = await createLink(service, access, { durationSeconds: 100 });
    const fault = faults().add({ kind: 'status', status: 503, route });
    const refused = await service.query(CLOSE, { variables: { id: session.id } });
    expect(codeOf(refused)).toBe('VENDOR_UNAVAILABLE');
    expect(await readLink(service, session.id)).toMatchObject({ status: 'ACTIVE' });
    // Once its time has come it is over, but owed: closing it by hand asks the vendor again.
    clock.advance(100_000);
    await rest(moved());
    expect(codeOf(await service.query(CLOSE, { variables: { id: session.id } }))).toBe('VENDOR_UNAVAILABLE');
    fault.remove();
    expect(await closeSession(service, session.id)).toMatchObject({ status: 'EXPIRED' });
    expect(isOpen()).toBe(false);
  });
});

test('an end that cannot be had does not keep the next one waiting', async () => {
  const { everyware, remoteit } = service.simulators;
  const gateway = addGateway(service.simulators);
  const row = addService(service.simulators);
  await learnFleet(service);
  everyware.faults.add({ kind: 'status', status: 503, route: DISCONNECT });
  await createLink(service, gateway.access, { durationSeconds: 10 });
  await createLink(service, row.access, { durationSeconds: 18 });
  await pass(moved(), 17.5);
  expect(remoteit.state.connections(row.address)).toHaveLength(1);
  await pass(moved(), 2);
  expect(remoteit.state.connections(row.address)).toEqual([]);
});

test('ending what is over already is no error, and asks nobody', async () => {
  const [row, gateway, router] = [
    addService(service.simulators),
    addGateway(service.simulators),
    addRouter(service.simulators),
  ];
  await learnFleet(service);
  const links = [await createLink(service, row.access), await createLink(service, gateway.access)];
  const opening = createLink(service, router.access, { durationSeconds: 30 });
  await until(() => service.simulators.rms.calls.count('POST /devices/connect/{access_id}') === 1);
  await rest(moved());
  clock.advance(500);
  const onRms = await opening;
  for (const { session } of links) await closeSession(service, session.id);
  await pass(moved(), 40);
  resetCalls(service.simulators);
  for (const { session } of links) {
    expect(await closeSession(service, session.id)).toMatchObject({ id: session.id, status: 'CLOSED' });
  }
  expect(await closeSession(service, onRms.session.id)).toMatchObject({ status: 'EXPIRED', url: null });
  expect(countCalls(service.simulators)).toBe(0);
});

describe('a VPN whose end is still owed', () => {
  const connect = (id: string) =>
    service.query('mutation ($id: ID!) { connectVpn(deviceId: $id) { vpnStatus { connected } } }', {
      variables: { id },
    });

  test('stays up where somebody connects it in the meantime', async () => {
    const { state, faults } = service.simulators.everyware;
    const { access, device, id } = addGateway(service.simulators);
    await createLink(service, access, { durationSeconds: 10 });
    const fault = faults.add({ kind: 'status', status: 503, route: DISCONNECT });
    clock.advance(10_000);
    await until(() => fault.hits > 0, 3);
    dataOf(await connect(device));
    fault.remove();
    await pass(moved(), 90);
    expect(state.isVpnUp(id)).toBe(true);
  });

  test('goes down with a lease that finds it up', async () => {
    const { state, faults } = service.simulators.everyware;
    const { access, id } = addGateway(service.simulators);
    await createLink(service, access, { durationSeconds: 10 });
    const fault = faults.add({ kind: 'status', status: 503, route: DISCONNECT });
    clock.advance(10_000);
    await until(() => fault.hits > 0, 3);
    const { session } = await createLink(service, access, { durationSeconds: 30 });
    fault.remove();
    await pass(moved(), 10);
    expect(state.isVpnUp(id)).toBe(true);
    expect(await readLink(service, session.id)).toMatchObject({ status: 'ACTIVE' });
    await pass(moved(), 25);
    expect(state.isVpnUp(id)).toBe(false);
  });
});

test('ends that came while the service was down are kept within 5 s of its next start', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const simulators: Simulators = await startSimulators({ devices: 3, latencyMs: 0, now: () => clock.now() });
  simulators.everyware.knobs.connectAnswersUp = true;
  const row = addService(simulators);
  const gateway = addGateway(simulators);
  const env = { ...variablesOf(simulators), DATABASE_URL: `file:${path.join(folder, 'links.db')}` };
  const start = () => startTestService({ clock, env, simulators: { devices: 3 } });
  const before = await start();
  const links = [await createLink(before, row.access), await createLink(before, gateway.access)];
  await before.close();
  clock.advance(3_600_000);
  await rest({ simulators, clock });
  expect(simulators.remoteit.state.connections(row.address)).toHaveLength(1);
  expect(simulators.everyware.state.isVpnUp(gateway.id)).toBe(true);

  const after = await start();
  const started = Date.now();
  await until(() => simulators.remoteit.state.connections(row.address).length === 0, 5);
  await until(() => !simulators.everyware.state.isVpnUp(gateway.id), 5);
  expect(Date.now() - started).toBeLessThan(5000);
  for (const { session } of links) {
    expect(await readLink(after, session.id)).toMatchObject({ id: session.id, status: 'EXPIRED' });
  }
  await after.close();
  await simulators.close();
  await rm(folder, { recursive: true });
});
