import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestService, type TestService } from '../support/service';

const RMS_NAMES = '{ devices(first: 100, filter: { account: ["rms"] }) { nodes { name } } }';
const EXPLAIN = { 'x-explain': '1' };

const TOKENS = [
  ['explainer', ['devices:read', 'remote_access:read', 'vpn:read', 'graph:explain']],
  ['plain', ['devices:read', 'graph:explore']],
  ['explorer', ['devices:read', 'graph:explore']],
  ['closed', ['devices:read', 'graph:explain']],
] as const;

let folder: string;
let service: TestService;

async function start(env: Record<string, string> = {}): Promise<TestService> {
  const tokens = path.join(folder, 'tokens.json');
  const list = TOKENS.map(([subject, scopes]) => ({
    sha256: createHash('sha256').update(subject).digest('hex'),
    subject,
    scopes,
  }));
  await writeFile(tokens, JSON.stringify(list));
  return startTestService({
    simulators: { devices: 12 },
    env: { AUTH_DISABLED: undefined, AUTH_TOKENS_FILE: tokens, ...env },
  });
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  service = await start();
});

afterEach(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const ask = (query: string, headers: Record<string, string> = {}) =>
  service.query(query, { headers: { ...bearer('explainer'), ...headers } });

const listOfRms = (change: Record<string, unknown>) => ({
  account: 'rms',
  method: 'GET',
  route: '/devices',
  keys: expect.any(Number),
  status: null,
  ms: 0,
  ...change,
});

describe('x-explain: 1', () => {
  test('tells each vendor call of the operation, and exactly those', async () => {
    const answer = await ask(
      '{ devices(first: 100) { nodes { name remoteAccesses { name } vpnStatus { connected } } } }',
      EXPLAIN,
    );
    const calls = answer.extensions?.vendorCalls ?? [];
    const asked = calls.filter(({ from }) => from === 'VENDOR');
    for (const call of asked) {
      expect(call).toEqual({
        account: expect.stringMatching(/^(rms|remoteit|everyware)$/),
        method: expect.stringMatching(/^(GET|POST)$/),
        route: expect.stringMatching(/^\/[\w/{}-]+$/),
        keys: expect.any(Number),
        status: 200,
        ms: expect.any(Number),
        from: 'VENDOR',
      });
    }
    const { rms, remoteit, everyware } = service.simulators;
    const seen = { rms, remoteit, everyware };
    const counts = (account: string) => asked.filter((call) => call['account'] === account).length;
    expect(Object.keys(seen).map(counts)).toEqual(Object.values(seen).map(({ calls: { total } }) => total));
  });

  test('tells what was known already as CACHE, and no call', async () => {
    await ask(RMS_NAMES);
    const before = service.simulators.rms.calls.total;
    const answer = await ask(RMS_NAMES, EXPLAIN);
    expect(answer.extensions?.vendorCalls).toEqual([listOfRms({ from: 'CACHE' })]);
    expect(service.simulators.rms.calls.total).toBe(before);
  });

  test('tells a call that another operation had in flight as SHARED: two operations at once cost one call', async () => {
    const { faults, calls } = service.simulators.rms;
    const held = faults.add({ kind: 'hold', route: 'GET /devices' });
    const first = ask(RMS_NAMES, EXPLAIN);
    await calls.reached('GET /devices', 1);
    const second = ask(RMS_NAMES, EXPLAIN);
    await metric(/^drawbridge_cache_reads_total\{account="rms",kind="devices",result="shared"\} 1$/m);
    held.release();
    expect((await first).extensions?.vendorCalls).toEqual([
      listOfRms({ from: 'VENDOR', status: 200, ms: expect.any(Number) }),
    ]);
    expect((await second).extensions?.vendorCalls).toEqual([listOfRms({ from: 'SHARED' })]);
    expect((await second).data).toEqual((await first).data);
    expect(calls.count('GET /devices')).toBe(1);
  });

  test('tells a call that failed with its status', async () => {
    service.simulators.rms.faults.add({ kind: 'status', status: 500 });
    const answer = await ask(RMS_NAMES, EXPLAIN);
    const calls = answer.extensions?.vendorCalls ?? [];
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) expect(call).toMatchObject({ account: 'rms', status: 500, from: 'VENDOR' });
  });

  test('tells a caller without graph:explain nothing, without an error', async () => {
    const answer = await ask(RMS_NAMES, { ...EXPLAIN, ...bearer('plain') });
    expect([answer.errors, answer.extensions]).toEqual([undefined, undefined]);
  });

  test('is needed: without it, or with another value, nothing is told', async () => {
    for (const headers of [{}, { 'x-explain': '0' }, { 'x-explain': 'true' }]) {
      expect((await ask(RMS_NAMES, headers)).extensions).toBeUndefined();
    }
  });
});

/** Asks for the metrics until they show something; a test that waits for ever fails by its own limit. */
async function metric(pattern: RegExp): Promise<void> {
  while (!pattern.test(await (await fetch(`${service.url}/metrics`)).text()));
}

describe('EXPLORE=scope, as it is with accounts', () => {
  const SCHEMA = '{ __schema { queryType { name } } }';

  const get = async (target: string, headers: Record<string, string> = {}) =>
    (await fetch(service.url + target, { headers })).status;

  test.each([
    ['the schema', SCHEMA],
    ['a type', '{ __type(name: "Device") { name } }'],
    [
      'the schema through a fragment',
      'query { ...on Query { ...F } } fragment F on Query { __schema { types { name } } }',
    ],
    ['the schema under another name', '{ viewer: __schema { types { name } } }'],
  ])('refuses %s to a caller without graph:explore', async (_, query) => {
    const answer = await ask(query, bearer('closed'));
    expect(answer.data).toBeUndefined();
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(answer.errors?.[0]?.message).toContain('graph:explore');
  });

  test('still tells every caller the __typename that clients ask for', async () => {
    expect((await ask('{ __typename }', bearer('closed'))).data).toEqual({ __typename: 'Query' });
  });

  test('offers no field names in place of a wrong one to a caller who may not know them', async () => {
    const { errors } = await ask('{ devics { totalCount } }', bearer('closed'));
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(errors?.[0]?.message).toMatch(/"devics"/);
    expect(errors?.[0]?.message).not.toMatch(/"devices?"/);
  });

  test('shows the schema, as an answer and as a file, and the playground to a caller with graph:explore', async () => {
    expect((await ask(SCHEMA, bearer('explorer'))).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
    expect(await get('/schema.graphql', bearer('explorer'))).toBe(200);
    expect(await get('/graphql', { accept: 'text/html', ...bearer('explorer') })).toBe(200);
  });

  test('shows neither the schema file nor the playground to others', async () => {
    for (const [headers, status] of [
      [{}, 401],
      [bearer('nobody'), 401],
      [bearer('closed'), 403],
    ] as const) {
      expect(await get('/schema.graphql', headers)).toBe(status);
      expect(await get('/graphql', { accept: 'text/html', ...headers })).toBe(403);
    }
  });
});

describe('EXPLORE=open', () => {
  test('opens the schema to every caller who is let in, and the page to every browser', async () => {
    await service.close();
    service = await start({ EXPLORE: 'open' });
    const schema = (headers: Record<string, string>) => fetch(`${service.url}/schema.graphql`, { headers });
    expect((await ask('{ __schema { queryType { name } } }', bearer('closed'))).errors).toBeUndefined();
    expect((await schema(bearer('closed'))).status).toBe(200);
    expect((await schema({})).status).toBe(401);
    // A browser cannot send a token for a page; what the page then asks for needs one.
    expect((await fetch(`${service.url}/graphql`, { headers: { accept: 'text/html' } })).status).toBe(200);
  });
});
