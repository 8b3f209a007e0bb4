import { addGateway, addRouter, addService, createLink, pass, readLink, until } from './asking';
import { DeadProcess } from './dead-process';

const DISCONNECT = 'POST /{scopeId}/devices/{deviceId}/vpn/_disconnect';

let world: DeadProcess;

beforeEach(async () => {
  world = await new DeadProcess().begin();
});

afterEach(() => world?.end());

describe('a link of RMS whose answer got lost', () => {
  test('is what it is where it ended while the service was down, and stands in the ledger once', async () => {
    const router = addRouter(world.simulators);
    const startTime = Math.floor(world.clock.now() / 1000) - 59;
    world.simulators.rms.state.addSession({ accessId: router.accessId, startTime, endTime: startTime + 10 });
    const id = await world.leave({ ...router, durationSeconds: 10 });
    const graph = await world.start();
    await until(world.isSettled(id));
    expect(await world.statusOf(id)).toBe('EXPIRED');
    expect(await world.sessionsOf(graph, router.device)).toEqual([{ id }]);
  });

  test('is looked for with the way in open to others, whose links it does not take', async () => {
    const { state, faults, calls } = world.simulators.rms;
    const router = addRouter(world.simulators);
    const graph = await world.start();
    faults.add({ kind: 'lose-request', route: 'POST /devices/connect/{access_id}', times: 1 });
    const losing = createLink(graph, router.access);
    await until(() => calls.count('GET /devices/connect/{access_id}/sessions') > 0);
    const { session } = await world.inTime(createLink(graph, router.access));
    expect(session.url).toBe(`https://${state.activeSessions(router.accessId)[0]?.host}`);
    // Whoever asked for the lost one is told after 30 s that it is PENDING.
    const lost = (await world.inTime(losing)).session;
    expect(lost.status).toBe('PENDING');
    await world.passUntil(world.isSettled(lost.id), 30);
    expect(await world.statusOf(lost.id)).toBe('FAILED');
    expect([await world.statusOf(session.id), state.sessions(router.accessId).length]).toEqual(['ACTIVE', 1]);
  });
});

describe('a lease on a VPN whose process died', () => {
  const told = () => ({ toldAt: world.clock.now() - 60_000 });

  test('before the VPN was told to come up leaves one alone that is up', async () => {
    const gateway = addGateway(world.simulators);
    world.simulators.everyware.state.connectVpn(gateway.id);
    const id = await world.leave({ ...gateway, durationSeconds: 65 });
    await world.start();
    await until(world.isSettled(id));
    expect(await world.statusOf(id)).toBe('ACTIVE');
    await world.passUntil(async () => (await world.statusOf(id)) === 'EXPIRED', 10);
    await world.passUntil(() => world.clock.waiting > 0, 5);
    expect(world.simulators.everyware.state.isVpnUp(gateway.id)).toBe(true);
    expect(world.simulators.everyware.calls.count(DISCONNECT)).toBe(0);
  });

  test('before the VPN was told to come up fails at once where it is down', async () => {
    const gateway = addGateway(world.simulators);
    const id = await world.leave({ ...gateway, askedSecondsAgo: 1 });
    await world.start();
    await until(world.isSettled(id));
    expect(await world.statusOf(id)).toBe('FAILED');
    expect(world.simulators.everyware.calls.count(DISCONNECT)).toBe(0);
  });

  test('after the VPN was told to come up takes it down at its end', async () => {
    const gateway = addGateway(world.simulators);
    world.simulators.everyware.state.connectVpn(gateway.id);
    const id = await world.leave({ ...gateway, durationSeconds: 65, detail: told() });
    await world.start();
    await until(world.isSettled(id));
    expect(await world.statusOf(id)).toBe('ACTIVE');
    await world.passUntil(() => !world.simulators.everyware.state.isVpnUp(gateway.id), 10);
  });

  test('and that is called failed takes the VPN down where it comes up after all', async () => {
    const { state, faults } = world.simulators.everyware;
    const gateway = addGateway(world.simulators);
    const id = await world.leave({ ...gateway, detail: told() });
    const fault = faults.add({ kind: 'status', status: 503, route: DISCONNECT });
    await world.start();
    await until(world.isSettled(id));
    expect(await world.statusOf(id)).toBe('FAILED');
    await until(() => fault.hits > 0);
    state.connectVpn(gateway.id);
    fault.remove();
    await world.passUntil(() => !state.isVpnUp(gateway.id), 60);
  });

  test('long ago, and that is called failed, leaves alone what comes up later', async () => {
    const { state, calls } = world.simulators.everyware;
    const gateway = addGateway(world.simulators);
    const id = await world.leave({ ...gateway, detail: { toldAt: world.clock.now() - 300_000 } });
    await world.start();
    await until(world.isSettled(id));
    expect(await world.statusOf(id)).toBe('FAILED');
    state.connectVpn(gateway.id);
    await pass(world.moved, 60);
    expect([state.isVpnUp(gateway.id), calls.count(DISCONNECT)]).toEqual([true, 0]);
  });
});

test('what another process works on is left to it, until it has died', async () => {
  const row = addService(world.simulators);
  const id = await world.leave({ ...row, leasedSeconds: 10 });
  await world.start();
  await world.passUntil(() => world.clock.monotonic() >= 9000, 10);
  expect([await world.statusOf(id), world.simulators.remoteit.state.connections(row.address).length]).toEqual(
    ['PENDING', 0],
  );
  await world.passUntil(world.isSettled(id), 10);
  expect([await world.statusOf(id), world.simulators.remoteit.state.connections(row.address).length]).toEqual(
    ['ACTIVE', 1],
  );
});

test('a replica that starts leaves alone what another one is still at work on', async () => {
  const row = addService(world.simulators);
  const { calls, faults, state } = world.simulators.remoteit;
  const first = await world.start();
  const held = faults.add({ kind: 'hold', route: 'POST /device/connect', times: 1 });
  const opening = createLink(first, row.access);
  await until(() => held.hits === 1);
  const second = await world.start();
  await pass(world.moved, 28);
  expect(calls.count('POST /device/connect')).toBe(1);
  held.release();
  const { session } = await opening;
  expect(await readLink(second, session.id)).toMatchObject({ id: session.id, status: 'ACTIVE' });
  expect(state.connections(row.address)).toHaveLength(1);
  await first.close();
});

test('an end that hangs at its vendor keeps no other waiting', async () => {
  const gateway = addGateway(world.simulators);
  const row = addService(world.simulators);
  const graph = await world.start();
  await createLink(graph, gateway.access, { durationSeconds: 10 });
  await createLink(graph, row.access, { durationSeconds: 12 });
  const hung = world.simulators.everyware.faults.add({ kind: 'hold', route: DISCONNECT });
  await world.passUntil(() => hung.hits > 0, 15);
  await world.passUntil(() => world.simulators.remoteit.state.connections(row.address).length === 0, 5);
  hung.release();
});
