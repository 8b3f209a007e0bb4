import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { variablesOf } from '../support/service';
import { ask, type Caller, Launcher, tokensFile } from './service-process';

const READS = ['devices:read', 'remote_access:read', 'vpn:read'];

const CALLERS = {
  operator: { token: 'operator-token', scopes: [...READS, 'links:use'] },
  watcher: { token: 'watcher-token', scopes: READS },
  dashboard: { token: 'dashboard-token', scopes: ['devices:read'] },
  gateways: { token: 'gateways-token', scopes: [...READS, 'links:use'], accounts: ['everyware'] },
  nobody: { token: 'nobody-token', scopes: [] },
} as const satisfies Record<string, Caller>;

/** A device of RMS that has a way in with a running link. */
let linked: { readonly id: string; readonly accessId: string; readonly host: string };
let simulators: Simulators;
let url: string;
const launcher = new Launcher();

beforeAll(async () => {
  simulators = await startSimulators({ devices: 30, latencyMs: 0 });
  const { state } = simulators.rms;
  const device = state.addDevice({ status: 1 });
  const access = state.addAccess({ deviceId: device.id });
  const { host } = state.addSession({ accessId: access.id });
  linked = { id: `rms:device:${device.id}`, accessId: `rms:access:${device.id}:${access.id}`, host };
  const service = await launcher.launch({
    folder: await launcher.folder({ 'tokens.json': tokensFile(CALLERS) }),
    env: { ...variablesOf(simulators), AUTH_TOKENS_FILE: 'tokens.json' },
  });
  url = await service.ready();
});

afterAll(async () => {
  await launcher.cleanUp();
  await simulators?.close();
});

const as = (name: keyof typeof CALLERS, query: string) => ask(url, query, { token: CALLERS[name].token });

const IN_DEPTH = `
  name vendor
  remoteAccesses { name }
  sessions { id status secondsRemaining url host port }
  vpnStatus { connected }
`;

describe('who is let in', () => {
  test.each([
    ['no token', {}],
    ['a token that nobody has', { authorization: 'Bearer wrong-token' }],
    ['the hash of a token', { authorization: `Bearer ${tokensFile({ x: CALLERS.operator }).slice(12, 76)}` }],
    ['a token without its scheme', { authorization: CALLERS.operator.token }],
    ['a token under another scheme', { authorization: `Basic ${CALLERS.operator.token}` }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('with %s the answer is 401 UNAUTHENTICATED, and no vendor is asked', async (_, headers) => {
    const before = simulators.rms.calls.total;
    const answer = await ask(url, '{ fleet { totalDevices } }', { headers });
    expect(answer.status).toBe(401);
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toEqual([
      {
        message: expect.any(String),
        extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) },
      },
    ]);
    expect(answer.errors?.[0]?.message).not.toContain('Context creation failed');
    expect(simulators.rms.calls.total).toBe(before);
  });

  test('with a token of the list the caller is who the list says', async () => {
    expect(
      await as('operator', '{ viewer { subject scopes } devices(first: 1) { nodes { id } } }'),
    ).toMatchObject({
      status: 200,
      data: {
        viewer: { subject: 'operator', scopes: expect.arrayContaining(CALLERS.operator.scopes) },
        devices: { nodes: [{ id: expect.any(String) }] },
      },
    });
  });

  test('the paths of operators need no token', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
    }
  });
});

describe('what a scope opens', () => {
  test('all of a device with every scope for it', async () => {
    const answer = await as('operator', `{ device(id: "${linked.id}") { ${IN_DEPTH} } }`);
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({
      device: {
        name: expect.any(String),
        remoteAccesses: [{ name: 'Router_WebUI' }],
        sessions: [{ status: 'ACTIVE', url: `https://${linked.host}`, secondsRemaining: expect.any(Number) }],
      },
    });
  });

  test('without remote_access:read the ways in are null with FORBIDDEN at their path, and the name stands', async () => {
    const answer = await as('dashboard', `{ device(id: "${linked.id}") { ${IN_DEPTH} } }`);
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({
      device: { name: expect.any(String), remoteAccesses: null, sessions: null, vpnStatus: null },
    });
    expect(
      answer.errors?.map(({ path, extensions }) => [path?.join('.'), extensions['code']]).sort(),
    ).toEqual([
      ['device.remoteAccesses', 'FORBIDDEN'],
      ['device.sessions', 'FORBIDDEN'],
      ['device.vpnStatus', 'FORBIDDEN'],
    ]);
  });

  test('without links:use url, host and port of a session are null, without an error', async () => {
    const answer = await as(
      'watcher',
      `{ device(id: "${linked.id}") { ${IN_DEPTH} } sessions { nodes { url host port } } }`,
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({
      device: { sessions: [{ status: 'ACTIVE', url: null, host: null, port: null }] },
      sessions: { nodes: [{ url: null, host: null, port: null }] },
    });
    expect(JSON.stringify(answer)).not.toContain(linked.host);
  });

  test('without devices:read there is no device, no fleet and no account, and FORBIDDEN for each', async () => {
    const answer = await as(
      'nobody',
      `{ viewer { subject } device(id: "${linked.id}") { name } node(id: "${linked.id}") { id } }`,
    );
    expect(answer.data).toEqual({ viewer: { subject: 'nobody' }, device: null, node: null });
    expect(answer.errors?.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    for (const query of [
      '{ fleet { totalDevices } }',
      '{ vendorAccounts { account } }',
      '{ devices { totalCount } }',
    ]) {
      const refused = await as('nobody', query);
      expect([query, refused.data, refused.errors?.[0]?.extensions['code']]).toEqual([
        query,
        null,
        'FORBIDDEN',
      ]);
    }
  });
});

describe('an account that a token does not name', () => {
  test('answers by id as unknown ids do', async () => {
    const unknown = ['rms:device:1', 'nowhere:device:1'];
    for (const id of [linked.id, ...unknown]) {
      const answer = await as(
        'gateways',
        `{ device(id: "${id}") { name } node(id: "${id}") { id } nodes(ids: ["${id}"]) { id } }`,
      );
      expect([id, answer.errors, answer.data]).toEqual([
        id,
        undefined,
        { device: null, node: null, nodes: [null] },
      ]);
    }
  });

  test('has no ways in and no sessions by id either', async () => {
    const known = await as('operator', `{ sessions(filter: { device: ["${linked.id}"] }) { nodes { id } } }`);
    const { sessions } = known.data as { sessions: { nodes: { id: string }[] } };
    const id = sessions.nodes[0]?.id;
    const answer = await as(
      'gateways',
      `{ session(id: "${id}") { id } sessions { nodes { id } } list: sessions(filter: { device: ["${linked.id}"] }) { totalCount } }`,
    );
    expect(id).toMatch(/^rms:session:/);
    expect([answer.errors, answer.data]).toEqual([
      undefined,
      { session: null, sessions: { nodes: [] }, list: { totalCount: 0 } },
    ]);
  });

  test('is in no list, no count and no report, also where a filter names it', async () => {
    const answer = await as(
      'gateways',
      `{
        devices(first: 100) { totalCount nodes { account } problems { account } }
        named: devices(filter: { account: ["rms"] }) { totalCount nodes { account } problems { account } }
        fleet { totalDevices byVendor { value count } activeSessions }
        vendorAccounts { account }
      }`,
    );
    const size = simulators.everyware.state.devices().length;
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toEqual({
      devices: { totalCount: size, nodes: Array(size).fill({ account: 'everyware' }), problems: [] },
      named: { totalCount: 0, nodes: [], problems: [] },
      fleet: { totalDevices: size, byVendor: [{ value: 'EVERYWARE', count: size }], activeSessions: 0 },
      vendorAccounts: [{ account: 'everyware' }],
    });
  });
});

test('simulated vendors do not let everyone in where a token file says who is', async () => {
  const service = await launcher.launch({
    folder: await launcher.folder({ 'tokens.json': tokensFile(CALLERS) }),
    env: { AUTH_TOKENS_FILE: 'tokens.json', SIMULATED_DEVICES: '12', SIMULATED_LATENCY_MS: '0' },
  });
  const simulated = await service.ready();
  const query = '{ viewer { subject } }';
  expect((await ask(simulated, query)).status).toBe(401);
  expect(await ask(simulated, query, { token: CALLERS.watcher.token })).toMatchObject({
    data: { viewer: { subject: 'watcher' } },
  });
});
