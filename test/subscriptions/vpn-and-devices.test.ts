import { addGateway, addRouter } from '../links/asking';
import { openTestGraph, type TestGraph } from '../support/graph';

const VPN =
  'subscription ($ids: [ID!]!) { vpnStatusChanged(deviceIds: $ids) { at device { id name } vpnStatus { connected ipAddress } } }';
const STATUS =
  'subscription ($filter: DeviceFilter) { deviceStatusChanged(filter: $filter) { device { id status } previous status at } }';

let graph: TestGraph;

beforeEach(async () => {
  graph = await openTestGraph({ simulators: { devices: 3 } });
});

afterEach(() => graph?.close());

test('a VPN is told as it stands, and as mutations of the graph leave it', async () => {
  const { device } = addGateway(graph.simulators);
  const events = await graph.follow<object>(VPN, { variables: { ids: [device] } });
  const told = (connected: boolean): object => ({
    data: { vpnStatusChanged: { device: { id: device }, vpnStatus: { connected } } },
  });
  expect(await events.next()).toMatchObject(told(false));
  await graph.run('mutation ($id: ID!) { connectVpn(deviceId: $id) { device { id } } }', {
    variables: { id: device },
  });
  expect(await events.next()).toMatchObject(told(true));
  await graph.run('mutation ($id: ID!) { disconnectVpn(deviceId: $id) { device { id } } }', {
    variables: { id: device },
  });
  expect(await events.next()).toMatchObject(told(false));
  expect(await events.settled()).toEqual([]);
});

test('a device that any read finds changed is told to those whom it concerns', async () => {
  const router = addRouter(graph.simulators);
  const events = await graph.follow<object>(STATUS);
  const offline = await graph.follow<object>(STATUS, { variables: { filter: { status: ['OFFLINE'] } } });
  const others = await graph.follow<object>(STATUS, { variables: { filter: { account: ['remoteit'] } } });
  const down = { previous: 'ONLINE', status: 'OFFLINE', device: { id: router.device, status: 'OFFLINE' } };
  const up = { previous: 'OFFLINE', status: 'ONLINE', device: { id: router.device, status: 'ONLINE' } };
  graph.simulators.rms.state.updateDevice(router.deviceId, { status: 0 });
  graph.clock.advance(31_000);
  await graph.run('{ devices(first: 500) { nodes { id } } }');
  expect(await events.settled()).toMatchObject([{ deviceStatusChanged: down }]);
  graph.simulators.rms.state.updateDevice(router.deviceId, { status: 1 });
  graph.clock.advance(31_000);
  await graph.run('{ devices(first: 500) { nodes { id } } }');
  expect(await offline.settled()).toMatchObject([{ deviceStatusChanged: down }]);
  expect(await others.settled()).toEqual([]);
  expect(await events.settled()).toMatchObject([{ deviceStatusChanged: up }]);
});
