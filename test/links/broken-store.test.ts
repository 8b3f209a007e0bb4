import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  CLOSE,
  CREATE_LINK,
  closeSession,
  codeOf,
  countCalls,
  createLink,
  dataOf,
  hurry,
  learnFleet,
  OPEN_ACCESS,
  readLink,
  resetCalls,
  until,
} from './asking';

const DEVICES =
  '{ devices(first: 100) { totalCount nodes { name remoteAccesses { id } vpnStatus { connected } } } }';
const CREATE_ACCESS =
  'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id name } } }';
const UPDATE_ACCESS =
  'mutation ($input: UpdateRemoteAccessInput!) { updateRemoteAccess(input: $input) { remoteAccess { id } } }';

let folder: string;
let service: TestService;
/** Another process at the same file. */
let other: Database.Database;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const file = path.join(folder, 'links.db');
  service = await startTestService({ simulators: { devices: 3 }, env: { DATABASE_URL: `file:${file}` } });
  hurry(service.simulators);
  other = new Database(file);
});

afterEach(async () => {
  other.close();
  await service?.close();
  await rm(folder, { recursive: true });
});

const ready = async () => (await fetch(`${service.url}/health/ready`)).status;

test('what cannot be written down is not done: every mutation is refused, and no vendor is called', async () => {
  const router = addRouter(service.simulators);
  const row = addService(service.simulators);
  const gateway = addGateway(service.simulators);
  await learnFleet(service);
  const { session } = await createLink(service, row.access);
  expect(await ready()).toBe(200);
  resetCalls(service.simulators);
  other.exec('DROP TABLE intents; DROP TABLE sessions; DROP TABLE heartbeat');

  const wayIn = { deviceId: router.device, name: 'PLC', protocol: 'HTTP', host: '192.168.1.10', port: 80 };
  const mutations = [
    [CREATE_LINK, { input: { remoteAccessId: router.access, durationSeconds: 60 } }],
    [CREATE_LINK, { input: { remoteAccessId: row.access, durationSeconds: 60 } }],
    [CREATE_LINK, { input: { remoteAccessId: gateway.access, durationSeconds: 60 } }],
    [
      OPEN_ACCESS,
      { input: { deviceId: router.device, protocol: 'SSH', host: '10.0.0.1', durationSeconds: 60 } },
    ],
    [CLOSE, { id: session.id }],
    [CREATE_ACCESS, { input: wayIn }],
    [UPDATE_ACCESS, { input: { remoteAccessId: router.access, port: 81 } }],
    ['mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }', { id: router.access }],
    ['mutation ($id: ID!) { connectVpn(deviceId: $id) { device { id } } }', { id: gateway.device }],
    ['mutation ($id: ID!) { disconnectVpn(deviceId: $id) { device { id } } }', { id: gateway.device }],
  ] as const;
  for (const [query, variables] of mutations) {
    expect([query, codeOf(await service.query(query, { variables }))]).toEqual([query, 'STORE_UNAVAILABLE']);
  }
  expect(countCalls(service.simulators)).toBe(0);

  expect(await ready()).toBe(503);
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  expect(dataOf(await service.query(DEVICES, { headers: { 'cache-control': 'no-cache' } }))).toMatchObject({
    devices: { totalCount: expect.any(Number) },
  });
  expect(countCalls(service.simulators)).toBeGreaterThan(0);
});

test('while another process keeps the store locked nothing is opened; once it lets go all is well', async () => {
  const { access, address } = addService(service.simulators);
  await learnFleet(service);
  resetCalls(service.simulators);
  other.exec('BEGIN IMMEDIATE');
  const variables = { input: { remoteAccessId: access, durationSeconds: 60, idempotencyKey: 'again' } };
  const [refused, whileLocked] = await Promise.all([
    service.query(CREATE_LINK, { variables }),
    service.query(DEVICES),
  ]);
  expect(codeOf(refused)).toBe('STORE_UNAVAILABLE');
  expect(refused.errors?.[0]?.extensions['vendor']).toBeUndefined();
  expect(whileLocked.errors).toBeUndefined();
  expect(service.simulators.remoteit.state.connections(address)).toEqual([]);
  other.exec('ROLLBACK');
  const answer = await service.query(CREATE_LINK, { variables });
  expect(dataOf(answer)).toMatchObject({ createLink: { replayed: false, session: { status: 'ACTIVE' } } });
});

test('a write that the vendor did is answered, also where the store broke meanwhile, and the operator is told', async () => {
  const { state, faults } = service.simulators.rms;
  const { id } = state.addDevice();
  await learnFleet(service);
  const held = faults.add({ kind: 'hold', route: 'POST /devices/remote-access', times: 1 });
  const input = {
    deviceId: `rms:device:${id}`,
    name: 'PLC',
    protocol: 'HTTP',
    host: '192.168.1.10',
    port: 80,
  };
  const asked = service.query(CREATE_ACCESS, { variables: { input } });
  await until(() => held.hits === 1);
  other.exec('DROP TABLE intents');
  held.release();
  expect(dataOf(await asked)).toMatchObject({ createRemoteAccess: { remoteAccess: { name: 'PLC' } } });
  expect(state.accesses(id)).toHaveLength(1);
  expect(service.log.join('')).toContain(
    'what became of createRemoteAccess at rms could not be written down',
  );
});

test('a link whose end cannot be written down is ended at its vendor once the store is back', async () => {
  const { state, faults } = service.simulators.remoteit;
  const { access, address } = addService(service.simulators);
  const { session } = await createLink(service, access);
  const held = faults.add({ kind: 'hold', route: 'POST /device/connect/stop', times: 1 });
  const asked = service.query(CLOSE, { variables: { id: session.id } });
  await until(() => held.hits === 1);
  other.exec('BEGIN IMMEDIATE');
  held.release();
  expect(codeOf(await asked)).toBe('STORE_UNAVAILABLE');
  other.exec('ROLLBACK');
  expect(state.connections(address)).toEqual([]);
  // Not shown as closed while that is not written; closing it again is no error at the vendor.
  expect(await readLink(service, session.id)).toMatchObject({ status: 'ACTIVE' });
  expect(await closeSession(service, session.id)).toMatchObject({ status: 'CLOSED' });
});
