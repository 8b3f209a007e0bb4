import type { TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  CLOSE,
  CREATE_LINK,
  codeOf,
  countCalls,
  createLink,
  learnFleet,
  OPEN_ACCESS,
  resetCalls,
} from './asking';

const CREATE_ACCESS =
  'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id name } } }';
const UPDATE_ACCESS =
  'mutation ($input: UpdateRemoteAccessInput!) { updateRemoteAccess(input: $input) { remoteAccess { id } } }';

/** A mutation as it is sent. */
export type Mutation = readonly [query: string, variables: Readonly<Record<string, unknown>>];

/** Every mutation that may call a vendor, each with a target that exists; one link is open for the one that ends it. */
export async function everyMutation(service: TestService): Promise<readonly Mutation[]> {
  const router = addRouter(service.simulators);
  const row = addService(service.simulators);
  const gateway = addGateway(service.simulators);
  await learnFleet(service);
  const { session } = await createLink(service, row.access);
  const wayIn = { deviceId: router.device, name: 'PLC', protocol: 'HTTP', host: '192.168.1.10', port: 80 };
  const ssh = { deviceId: router.device, protocol: 'SSH', host: '10.0.0.1', durationSeconds: 60 };
  return [
    [CREATE_LINK, { input: { remoteAccessId: router.access, durationSeconds: 60 } }],
    [CREATE_LINK, { input: { remoteAccessId: row.access, durationSeconds: 60 } }],
    [CREATE_LINK, { input: { remoteAccessId: gateway.access, durationSeconds: 60, idempotencyKey: 'key' } }],
    [OPEN_ACCESS, { input: ssh }],
    [CLOSE, { id: session.id }],
    [CREATE_ACCESS, { input: wayIn }],
    [UPDATE_ACCESS, { input: { remoteAccessId: router.access, port: 81 } }],
    ['mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }', { id: router.access }],
    ['mutation ($id: ID!) { connectVpn(deviceId: $id) { device { id } } }', { id: gateway.device }],
    ['mutation ($id: ID!) { disconnectVpn(deviceId: $id) { device { id } } }', { id: gateway.device }],
  ];
}

const DEVICES =
  '{ devices(first: 100) { totalCount nodes { name remoteAccesses { id } vpnStatus { connected } } } }';

/** Every mutation is refused and calls no vendor, not even to look a target up; reads go on; readiness is gone. */
export async function expectNothingIsDone(
  service: TestService,
  mutations: readonly Mutation[],
): Promise<void> {
  resetCalls(service.simulators);
  for (const [query, variables] of mutations) {
    const headers = { 'cache-control': 'no-cache' };
    const refused = await service.query(query, { variables, headers });
    expect([query, codeOf(refused)]).toEqual([query, 'STORE_UNAVAILABLE']);
    expect(refused.errors?.[0]?.extensions['vendor']).toBeUndefined();
  }
  expect(countCalls(service.simulators)).toBe(0);

  const ready = await fetch(`${service.url}/health/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { ready: false, store: 'unavailable' }]);
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200);

  const read = await service.query<{ devices: { totalCount: number } }>(DEVICES, {
    headers: { 'cache-control': 'no-cache' },
  });
  expect(read.errors).toBeUndefined();
  expect(read.data.devices.totalCount).toBeGreaterThan(0);
  expect(countCalls(service.simulators)).toBeGreaterThan(0);
}
