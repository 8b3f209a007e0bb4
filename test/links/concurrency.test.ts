import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  callsOf,
  closeSession,
  createLink,
  dataOf,
  hurry,
  learnFleet,
  readLink,
  resetCalls,
  until,
} from './asking';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 3 } });
  hurry(service.simulators);
});

afterAll(() => service?.close());

const fifty = <T>(work: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 50 }, work));

test('fifty callers at once on one way in of RMS get fifty links, each its own and with its own address', async () => {
  const { state, calls } = service.simulators.rms;
  const router = addRouter(service.simulators);
  await learnFleet(service);
  resetCalls(service.simulators);
  const links = (await fifty(() => createLink(service, router.access))).map(({ session }) => session);
  expect(new Set(links.map(({ id }) => id)).size).toBe(50);
  expect(calls.count('POST /devices/connect/{access_id}')).toBe(50);

  const atVendor = state.activeSessions(router.accessId);
  expect(links.map(({ url }) => url).sort()).toEqual(atVendor.map(({ host }) => `https://${host}`).sort());
  // Each link is tied to the vendor's session of its address: closing it closes that one alone.
  const [first] = links;
  await closeSession(service, first?.id ?? '');
  const left = state.activeSessions(router.accessId).map(({ host }) => `https://${host}`);
  expect(left.sort()).toEqual(
    links
      .slice(1)
      .map(({ url }) => url)
      .sort(),
  );
  const read = await service.query<{ device: { sessions: { id: string }[] } }>(
    'query ($id: ID!) { device(id: $id) { sessions { id } } }',
    { variables: { id: router.device }, headers: { 'cache-control': 'no-cache' } },
  );
  expect(
    dataOf(read)
      .device.sessions.map(({ id }) => id)
      .sort(),
  ).toEqual(
    links
      .slice(1)
      .map(({ id }) => id)
      .sort(),
  );
});

describe('links that share a connection of remote.it', () => {
  test('the connection stays while one of them is left, and is stopped with the last', async () => {
    const { state } = service.simulators.remoteit;
    const { access, address } = addService(service.simulators);
    await learnFleet(service);
    const [first, second] = await Promise.all([createLink(service, access), createLink(service, access)]);
    expect(first.session.id).not.toBe(second.session.id);
    expect(state.connections(address)).toHaveLength(1);

    resetCalls(service.simulators);
    expect(await closeSession(service, first.session.id)).toMatchObject({ status: 'CLOSED' });
    expect(callsOf(service.simulators.remoteit.calls)).toEqual([]);
    expect(state.connections(address)).toHaveLength(1);
    expect(await readLink(service, second.session.id)).toMatchObject({ status: 'ACTIVE' });

    expect(await closeSession(service, second.session.id)).toMatchObject({ status: 'CLOSED' });
    expect(service.simulators.remoteit.calls.count('POST /device/connect/stop')).toBe(1);
    expect(state.connections(address)).toEqual([]);
  });

  test('closed at the same moment, exactly one of them stops it', async () => {
    const { state } = service.simulators.remoteit;
    const { access, address } = addService(service.simulators);
    await learnFleet(service);
    const links = await Promise.all(Array.from({ length: 10 }, () => createLink(service, access)));
    resetCalls(service.simulators);
    await Promise.all(links.map(({ session }) => closeSession(service, session.id)));
    expect(service.simulators.remoteit.calls.count('POST /device/connect/stop')).toBe(1);
    expect(state.connections(address)).toEqual([]);
  });

  test('one that is opened while the last is closed has a connection that runs', async () => {
    const { state } = service.simulators.remoteit;
    const { access, address } = addService(service.simulators);
    await learnFleet(service);
    const { session } = await createLink(service, access);
    const [, opened] = await Promise.all([closeSession(service, session.id), createLink(service, access)]);
    const ports = state.connections(address).map(({ proxyHost, proxyPort }) => [proxyHost, proxyPort]);
    expect(ports).toEqual([[opened.session.host, opened.session.port]]);
  });
});

test.each([
  ['says so', undefined],
  ['gives no reason', { kind: 'status', status: 401, route: 'POST /device/connect/stop' } as const],
])(
  'connections that are over already are closed however many there are, where the vendor %s',
  async (_, fault) => {
    const { state, faults } = service.simulators.remoteit;
    const places = Array.from({ length: 6 }, () => addService(service.simulators));
    await learnFleet(service);
    const links = await Promise.all(places.map(({ access }) => createLink(service, access)));
    for (const { id } of state.connections()) state.endConnection(id);
    if (fault !== undefined) faults.add(fault);
    for (const { session } of links) {
      expect(await closeSession(service, session.id)).toMatchObject({ status: 'CLOSED' });
    }
    faults.clear();
    // Nor are the credentials taken for bad ones.
    expect(await createLink(service, places[0]?.access ?? '')).toMatchObject({
      session: { status: 'ACTIVE' },
    });
  },
);

test('a link that is closed while it is being opened is opened, then closed: nothing is left at the vendor', async () => {
  const { state, faults } = service.simulators.remoteit;
  const { access, device, address } = addService(service.simulators);
  await learnFleet(service);
  const held = faults.add({ kind: 'hold', route: 'POST /device/connect', times: 1 });
  const opening = createLink(service, access);
  await until(() => held.hits === 1);
  const read = await service.query<{ sessions: { nodes: { id: string; status: string }[] } }>(
    'query ($id: ID!) { sessions(filter: { device: [$id] }) { nodes { id status } } }',
    { variables: { id: device } },
  );
  const [pending] = dataOf(read).sessions.nodes;
  expect(pending?.status).toBe('PENDING');
  const closing = closeSession(service, pending?.id ?? '');
  held.release();
  expect(await opening).toMatchObject({ session: { id: pending?.id } });
  expect(await closing).toMatchObject({ id: pending?.id, status: 'CLOSED' });
  expect(state.connections(address)).toEqual([]);
});

describe('leases on one VPN of Everyware Cloud', () => {
  const connectVpn = async (device: string) =>
    dataOf(
      await service.query('mutation ($id: ID!) { connectVpn(deviceId: $id) { vpnStatus { connected } } }', {
        variables: { id: device },
      }),
    );
  const disconnects = () =>
    service.simulators.everyware.calls.count('POST /{scopeId}/devices/{deviceId}/vpn/_disconnect');

  const gateway = async (): Promise<ReturnType<typeof addGateway>> => {
    const added = addGateway(service.simulators);
    await learnFleet(service);
    resetCalls(service.simulators);
    return added;
  };

  test('the VPN that the first of them brought up goes down with the last', async () => {
    const { state } = service.simulators.everyware;
    const { access, id } = await gateway();
    const first = await createLink(service, access);
    const second = await createLink(service, access);
    await closeSession(service, first.session.id);
    expect(state.isVpnUp(id)).toBe(true);
    expect(disconnects()).toBe(0);
    await closeSession(service, second.session.id);
    expect(state.isVpnUp(id)).toBe(false);
  });

  test('the order in which they end makes no difference', async () => {
    const { state } = service.simulators.everyware;
    const { access, id } = await gateway();
    const first = await createLink(service, access);
    const second = await createLink(service, access);
    await closeSession(service, second.session.id);
    expect(state.isVpnUp(id)).toBe(true);
    await closeSession(service, first.session.id);
    expect(state.isVpnUp(id)).toBe(false);
  });

  test.each([
    ['by connectVpn', (device: string) => connectVpn(device)],
    ['from elsewhere', async (_: string, id: string) => service.simulators.everyware.state.connectVpn(id)],
  ])('a VPN that was up before, %s, stays up after the last', async (_, connect) => {
    const { state } = service.simulators.everyware;
    const { access, device, id } = await gateway();
    await connect(device, id);
    const first = await createLink(service, access);
    const second = await createLink(service, access);
    await closeSession(service, first.session.id);
    expect(await closeSession(service, second.session.id)).toMatchObject({ status: 'CLOSED' });
    expect(state.isVpnUp(id)).toBe(true);
    expect(disconnects()).toBe(0);
  });

  test('connectVpn while a lease runs lets the VPN stay up after it', async () => {
    const { state } = service.simulators.everyware;
    const { access, device, id } = await gateway();
    const { session } = await createLink(service, access);
    await connectVpn(device);
    await closeSession(service, session.id);
    expect(state.isVpnUp(id)).toBe(true);
    expect(disconnects()).toBe(0);
  });

  test('disconnectVpn ends every lease', async () => {
    const { state } = service.simulators.everyware;
    const { access, device, id } = await gateway();
    const leases = [await createLink(service, access), await createLink(service, access)];
    const answer = await service.query(
      'mutation ($id: ID!) { disconnectVpn(deviceId: $id) { vpnStatus { connected } } }',
      { variables: { id: device } },
    );
    expect(dataOf(answer)).toEqual({ disconnectVpn: { vpnStatus: { connected: false } } });
    expect(state.isVpnUp(id)).toBe(false);
    for (const { session } of leases) {
      expect(await readLink(service, session.id)).toMatchObject({ status: 'CLOSED', host: null });
      expect(await closeSession(service, session.id)).toMatchObject({ status: 'CLOSED' });
    }
    expect(disconnects()).toBe(1);
  });

  test('a lease that finds the VPN which another is just bringing up does not take it for one from elsewhere', async () => {
    const { state, faults, calls } = service.simulators.everyware;
    const { access, id } = await gateway();
    const route = 'GET /{scopeId}/devices/{deviceId}/vpn';
    // The first sees the VPN down and connects it; its look whether it is up is kept waiting.
    const held = faults.add({ kind: 'hold', route, pathIncludes: id, after: 1, times: 1 });
    const opening = createLink(service, access);
    await until(() => held.hits === 1);
    const second = await createLink(service, access);
    expect(calls.count('POST /{scopeId}/devices/{deviceId}/vpn/_connect')).toBe(1);
    held.release();
    const first = await opening;
    await closeSession(service, first.session.id);
    expect(state.isVpnUp(id)).toBe(true);
    await closeSession(service, second.session.id);
    expect(state.isVpnUp(id)).toBe(false);
  });
});
