import { addGateway, addRouter, countCalls, resetCalls } from '../links/asking';
import { type Following, openTestGraph, type TestGraph } from '../support/graph';
import { costOf, follow, told } from './asking';

const VPN =
  'subscription ($ids: [ID!]!) { vpnStatusChanged(deviceIds: $ids) { device { id } vpnStatus { connected } } }';
const STATUS =
  'subscription ($filter: DeviceFilter) { deviceStatusChanged(filter: $filter) { device { id } previous status } }';
const CREATE = 'mutation ($input: CreateLinkInput!) { createLink(input: $input) { session { id } } }';

interface VpnTold {
  readonly vpnStatusChanged: {
    readonly device: { readonly id: string };
    readonly vpnStatus: { readonly connected: boolean };
  };
}

let graph: TestGraph;

beforeEach(async () => {
  graph = await openTestGraph({ simulators: { devices: 0 } });
});

afterEach(() => graph?.close());

async function states(events: Following<VpnTold>): Promise<readonly string[]> {
  return (await events.settled()).map(
    ({ vpnStatusChanged: { device, vpnStatus } }) => `${device.id} ${vpnStatus.connected ? 'up' : 'down'}`,
  );
}

function followVpn(ids: readonly string[]): Promise<Following<VpnTold>> {
  return graph.follow<VpnTold>(VPN, { variables: { ids } });
}

async function lease(remoteAccessId: string): Promise<string> {
  const answer = await graph.run<{ createLink: { session: { id: string } } }>(CREATE, {
    variables: { input: { remoteAccessId, durationSeconds: 3600 } },
  });
  return answer.data?.createLink.session.id ?? JSON.stringify(answer.errors);
}

test('a VPN that goes up or down by itself is told, whichever vendor it is of', async () => {
  const gateway = addGateway(graph.simulators);
  const router = addRouter(graph.simulators);
  graph.simulators.rms.state.setVpn(router.deviceId, [{ id: 1, ip: '10.0.0.9', isRunning: false }] as never);
  const events = await followVpn([gateway.device, router.device]);
  expect(new Set(await states(events))).toEqual(new Set([`${gateway.device} down`, `${router.device} down`]));
  graph.simulators.everyware.state.connectVpn(gateway.id);
  graph.simulators.rms.state.setVpnRunning(router.deviceId, true);
  await graph.pass(20);
  expect(new Set(await states(events))).toEqual(new Set([`${gateway.device} up`, `${router.device} up`]));
  graph.simulators.everyware.state.disconnectVpn(gateway.id);
  graph.simulators.rms.state.setVpnRunning(router.deviceId, false);
  await graph.pass(300);
  expect(new Set(await states(events))).toEqual(new Set([`${gateway.device} down`, `${router.device} down`]));
});

test('VPN connections cost one call for each device that is followed at Everyware, one for all at RMS, and none at rest', async () => {
  const gateways = [addGateway(graph.simulators), addGateway(graph.simulators)];
  addGateway(graph.simulators);
  const routers = Array.from({ length: 5 }, () => addRouter(graph.simulators));
  const ids = [...gateways, ...routers].map(({ device }) => device);
  const first = await followVpn(ids);
  await first.settled();
  const second = await followVpn(ids);
  expect(await states(second)).toHaveLength(2);
  resetCalls(graph.simulators);
  await graph.pass(16);
  expect(graph.simulators.everyware.calls.total).toBe(2);
  expect(graph.simulators.rms.calls.total).toBe(1);
  await graph.pass(3600, 5);
  resetCalls(graph.simulators);
  await graph.pass(3600, 5);
  expect(graph.simulators.rms.calls.total).toBeLessThanOrEqual(13);
  await first.leave();
  await second.leave();
  expect(await costOf(graph, () => graph.pass(3600, 10))).toBe(0);
});

test('a lease whose VPN is gone is over, once that is certain', async () => {
  const gateway = addGateway(graph.simulators);
  const id = await lease(gateway.access);
  const events = await follow(graph, { sessions: [id] });
  await graph.pass(60);
  expect(await told(events)).toEqual([`CURRENT ${id}`]);
  graph.simulators.everyware.state.disconnectVpn(gateway.id);
  await graph.pass(330);
  expect(await told(events)).toEqual([`CLOSED ${id}`]);
  expect(await events.next()).toBeUndefined();
});

test('a VPN that cannot be asked for ends no lease and is no event', async () => {
  const gateway = addGateway(graph.simulators);
  const id = await lease(gateway.access);
  const sessions = await follow(graph, { sessions: [id] });
  const events = await followVpn([gateway.device]);
  await graph.pass(60);
  await events.settled();
  await sessions.settled();
  const outage = graph.simulators.everyware.faults.add({ kind: 'status', status: 503 });
  graph.simulators.everyware.state.disconnectVpn(gateway.id);
  await graph.pass(1200);
  expect(outage.hits).toBeGreaterThan(0);
  expect(await states(events)).toEqual([]);
  expect(await told(sessions)).toEqual([]);
});

test('devices that come and go are told, by one walk at a time, and never by an outage', async () => {
  const routers = Array.from({ length: 150 }, () => addRouter(graph.simulators));
  const [gone] = routers;
  const events = await graph.follow<object>(STATUS, { variables: { filter: { vendor: ['TELTONIKA_RMS'] } } });
  const others = await graph.follow<object>(STATUS, { variables: { filter: { vendor: ['TELTONIKA_RMS'] } } });
  await graph.pass(1);
  resetCalls(graph.simulators);
  graph.simulators.rms.state.updateDevice(gone?.deviceId ?? 0, { status: 0 });
  await graph.pass(61);
  const change = { previous: 'ONLINE', status: 'OFFLINE', device: { id: gone?.device } };
  expect(await events.settled()).toMatchObject([{ deviceStatusChanged: change }]);
  expect(await others.settled()).toHaveLength(1);
  expect(countCalls(graph.simulators)).toBe(2);
  graph.simulators.rms.faults.add({ kind: 'status', status: 503 });
  await graph.pass(1200, 5);
  expect(await events.settled()).toEqual([]);
});
