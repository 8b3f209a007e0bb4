import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { startTestService, type TestService } from '../support/service';
import {
  addService,
  CLOSE,
  CREATE_LINK,
  closeSession,
  codeOf,
  createLink,
  dataOf,
  hurry,
  learnFleet,
  readLink,
  resetCalls,
  until,
} from './asking';
import { everyMutation, expectNothingIsDone } from './every-mutation';

const DEVICES =
  '{ devices(first: 100) { totalCount nodes { name remoteAccesses { id } vpnStatus { connected } } } }';
const CREATE_ACCESS =
  'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id name } } }';

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
  const mutations = await everyMutation(service);
  expect(await ready()).toBe(200);
  other.exec('DROP TABLE intents; DROP TABLE sessions; DROP TABLE heartbeat');
  await expectNothingIsDone(service, mutations);
});

test('while another process keeps the store locked nothing is opened; once it lets go all is well', async () => {
  const { access, address } = addService(service.simulators);
  await learnFleet(service);
  resetCalls(service.simulators);
  other.exec('BEGIN IMMEDIATE');
  const variables = { input: { remoteAccessId: access, durationSeconds: 60, idempotencyKey: 'again' } };
  const answered: string[] = [];
  const asked = service.query(CREATE_LINK, { variables }).finally(() => answered.push('mutation'));
  const whileLocked = await service.query(DEVICES);
  answered.push(`ready ${await ready()}`);
  const refused = await asked;
  // Whoever checks does not wait for as long as the store is tried.
  expect(answered).toEqual(['ready 503', 'mutation']);
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
