import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { variablesOf } from '../support/service';
import { ask, Launcher, type ServiceProcess, tokensFile } from './service-process';

const READER = {
  token: 'reader-token-in-no-log',
  scopes: ['devices:read', 'remote_access:read', 'links:use'],
};
const STORE_KEY = Buffer.alloc(32, 'log').toString('base64');

const launcher = new Launcher();
let simulators: Simulators;
let service: ServiceProcess;
let url: string;

beforeEach(async () => {
  simulators = await startSimulators({ devices: 30, latencyMs: 0 });
  service = await launcher.launch({
    folder: await launcher.folder({ 'tokens.json': tokensFile({ reader: READER }) }),
    env: { ...variablesOf(simulators), AUTH_TOKENS_FILE: 'tokens.json', LOG_LEVEL: 'debug', STORE_KEY },
  });
  url = await service.ready();
});

afterEach(async () => {
  await launcher.cleanUp();
  await simulators.close();
});

const query = (text: string, headers?: Record<string, string>) =>
  ask(url, text, { token: READER.token, ...(headers === undefined ? {} : { headers }) });

test('an operation is one JSON line with its request, its name, how long it took and what it cost', async () => {
  await query('query Fleet { fleet { totalDevices } }', { 'x-request-id': 'request-1' });
  const line = await service.line(({ requestId }) => requestId === 'request-1');
  expect(line).toMatchObject({
    level: 'info',
    msg: 'operation',
    operation: 'Fleet',
    type: 'query',
    outcome: 'ok',
    subject: 'reader',
    durationMs: expect.any(Number),
    vendorCalls: expect.any(Number),
  });
  const called =
    simulators.rms.calls.total + simulators.remoteit.calls.total + simulators.everyware.calls.total;
  expect(line['vendorCalls']).toBe(called);

  await query('query Again { fleet { totalDevices } }', { 'x-request-id': 'request-2' });
  const again = await service.line(({ requestId }) => requestId === 'request-2');
  expect(again).toMatchObject({ operation: 'Again', vendorCalls: 0 });
});

test('a request without an id is given one, and an id that could forge a line is not taken', async () => {
  await query('query Forged { viewer { subject } }', { 'x-request-id': 'a", "level": "error' });
  const line = await service.line(({ operation }) => operation === 'Forged');
  expect(line['requestId']).toMatch(/^[0-9a-f-]{36}$/);
});

test('an operation that is partly or wholly refused says so', async () => {
  await query('query Partly { devices(first: 1) { nodes { vpnStatus { connected } } } }');
  await query('query Wrong { nothing }');
  await query('query Broken {');
  expect(await service.line(({ operation }) => operation === 'Partly')).toMatchObject({ outcome: 'partial' });
  const refused = service.lines.filter(({ outcome }) => outcome === 'refused');
  expect(refused).toHaveLength(2);
});

test('an operation that comes to nothing says with which codes, and who is to blame', async () => {
  await query('query Asked { device(id: "rms:device:1") { id } disconnected: device(id: "no id") { id } }');
  await query('mutation Denied { disconnectVpn(deviceId: "everyware:device:AQ") { device { id } } }');
  simulators.rms.faults.add({ kind: 'status', status: 501 });
  await query('query Failed { device(id: "rms:device:2") { id } viewer { subject } }');
  await query('query Nothing { device(id: "rms:device:2") { id } }');
  await query(
    'query Entity { _entities(representations: [{ __typename: "Device", id: "rms:device:2" }]) { ... on Device { id } } }',
  );
  const told = async (name: string): Promise<unknown> => {
    const { outcome, codes } = await service.line(({ operation }) => operation === name);
    return [outcome, codes];
  };
  expect(await told('Asked')).toEqual(['refused', ['BAD_USER_INPUT']]);
  expect(await told('Denied')).toEqual(['refused', ['FORBIDDEN']]);
  expect(await told('Failed')).toEqual(['partial', ['VENDOR_UNAVAILABLE']]);
  expect(await told('Nothing')).toEqual(['failed', ['VENDOR_UNAVAILABLE']]);
  expect(await told('Entity')).toEqual(['failed', ['VENDOR_UNAVAILABLE']]);
});

test('no token, password, key or link stands in any line, whatever goes wrong', async () => {
  const { state } = simulators.rms;
  const device = state.addDevice({ status: 1 });
  const { host } = state.addSession({ accessId: state.addAccess({ deviceId: device.id }).id });
  const sessions = '{ devices(first: 100) { nodes { sessions { url host } } } }';
  const read = await query(sessions);
  expect(JSON.stringify(read.data)).toContain(host);
  await ask(url, `{ viewer { subject } }`, { token: 'wrong-token-in-no-log' });
  await query('query Quoting { device(id: "password=planted-in-a-query") { id } }');
  for (const vendor of [simulators.rms, simulators.remoteit, simulators.everyware]) {
    vendor.faults.add({
      kind: 'status',
      status: 500,
      body: { error: 'planted-in-a-body', url: `https://${host}` },
    });
  }
  await query(sessions, { 'cache-control': 'no-cache' });
  await query('{ devices(filter: { search: "planted-in-a-variable" }) { totalCount } }');
  for (const vendor of [simulators.rms, simulators.remoteit, simulators.everyware]) {
    vendor.faults.clear();
    vendor.faults.add({ kind: 'malformed' });
  }
  await query(
    '{ device(id: "everyware:device:AAAAAAAAAAA") { id } remoteAccess(id: "rms:access:9:9") { id } }',
  );
  expect(await service.stop()).toMatchObject({ code: 0 });

  expect(service.lines.filter(({ msg }) => msg === 'vendor call').length).toBeGreaterThan(5);
  const printed = service.stdout + service.stderr;
  const { rms, remoteit, everyware } = simulators;
  const secrets = [
    READER.token,
    tokensFile({ reader: READER }).slice(12, 76),
    'wrong-token-in-no-log',
    rms.credentials.token,
    remoteit.credentials.developerKey,
    remoteit.credentials.password,
    everyware.credentials.password,
    STORE_KEY,
    host,
    'planted-in-a',
    ...sentCredentials(),
  ];
  expect(secrets.filter((secret) => printed.includes(secret))).toEqual([]);
  // The ready line's own address is the only one.
  expect(printed.match(/\w+:\/\/[^"[\s]+/g)).toEqual([`${url}/graphql`]);
});

/** What the vendors saw in their headers: among it the session tokens that they handed out. */
function sentCredentials(): readonly string[] {
  const calls = [simulators.rms, simulators.remoteit, simulators.everyware].flatMap(
    (vendor) => vendor.calls.entries,
  );
  const values = calls.flatMap(({ headers }) => [
    headers.authorization,
    headers['token'],
    headers['developerkey'],
  ]);
  const sent = values.filter((value) => typeof value === 'string').map((value) => value.replace(/^\w+ /, ''));
  expect(new Set(sent).size).toBeGreaterThanOrEqual(3);
  return [...new Set(sent)];
}
