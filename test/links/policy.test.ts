import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCOPES, type Scope } from '../../src/domain/principal';
import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  as,
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
  resetCalls,
  tokensFile,
  WEB_ROW,
  writesOf,
} from './asking';

const CREATE_ACCESS =
  'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id } } }';
const UPDATE_ACCESS =
  'mutation ($input: UpdateRemoteAccessInput!) { updateRemoteAccess(input: $input) { remoteAccess { id } } }';
const DELETE_ACCESS = 'mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }';
const CONNECT = 'mutation ($id: ID!) { connectVpn(deviceId: $id) { vpnStatus { connected } } }';
const DISCONNECT = 'mutation ($id: ID!) { disconnectVpn(deviceId: $id) { vpnStatus { connected } } }';

const without = (...missing: readonly Scope[]): readonly Scope[] =>
  SCOPES.filter((scope) => !missing.includes(scope));

let folder: string;
let service: TestService;
let router: ReturnType<typeof addRouter>;
let main: ReturnType<typeof addRouter>;
let abroad: ReturnType<typeof addRouter>;
let ssh: ReturnType<typeof addService>;
let web: ReturnType<typeof addService>;
let machine: ReturnType<typeof addService>;
let gateway: ReturnType<typeof addGateway>;
let plain: ReturnType<typeof addGateway>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const env = tokensFile(path.join(folder, 'tokens.json'), [
    { subject: 'all' },
    { subject: 'no-links', scopes: without('links:use') },
    { subject: 'no-writes', scopes: without('remote_access:write') },
    { subject: 'no-vpn', scopes: without('vpn:write') },
    { subject: 'lab', accounts: ['remoteit'] },
  ]);
  service = await startTestService({
    simulators: { devices: 3 },
    env: { ...env, LINK_MAX_SECONDS: '3600' },
  });
  const { simulators } = service;
  hurry(simulators);
  router = addRouter(simulators);
  main = addRouter(simulators, { isMain: true });
  abroad = addRouter(simulators, { destinationIp: '8.8.8.8', protocol: 'http' });
  ssh = addService(simulators);
  web = addService(simulators, WEB_ROW);
  machine = addService(simulators, { title: 'Bulk Service', applicationType: 35, port: 65_535 });
  gateway = addGateway(simulators);
  plain = simulators.everyware.state.addDevice({ applicationIdentifiers: 'CMD-V1' }) && withoutClient();
  await learnFleet({ query: (query, options) => ask(query, options?.variables ?? {}) });
});

/** The gateway that was added last, which has no VPN client. */
function withoutClient(): ReturnType<typeof addGateway> {
  const id =
    service.simulators.everyware.state.devices().find((device) => device.applicationIdentifiers === 'CMD-V1')
      ?.id ?? '';
  return { id, device: `everyware:device:${id}`, access: `everyware:access:${id}` };
}

afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => resetCalls(service.simulators));

const ask = (query: string, variables: Readonly<Record<string, unknown>>, subject = 'all') =>
  service.query(query, { variables, headers: as(subject) });

/** The code with which an operation is refused, once it is sure that no vendor was asked to do anything. */
async function refusal(
  query: string,
  variables: Readonly<Record<string, unknown>>,
  subject?: string,
): Promise<unknown> {
  const code = codeOf(await ask(query, variables, subject));
  expect(writesOf(service.simulators)).toEqual([]);
  return code;
}

const link = (remoteAccessId: string, more: Readonly<Record<string, unknown>> = {}) => ({
  input: { remoteAccessId, durationSeconds: 60, ...more },
});
const open = (deviceId: string, more: Readonly<Record<string, unknown>> = {}) => ({
  input: { deviceId, protocol: 'SSH', durationSeconds: 60, ...more },
});
const wayIn = (more: Readonly<Record<string, unknown>> = {}) => ({
  input: { deviceId: router.device, name: 'PLC', protocol: 'HTTP', host: '192.168.1.10', port: 80, ...more },
});

describe('how long a link may last', () => {
  test.each([
    [9, 'BAD_USER_INPUT'],
    [0, 'BAD_USER_INPUT'],
    [-60, 'BAD_USER_INPUT'],
    [3601, 'POLICY_VIOLATION'],
    [2_000_000_000, 'POLICY_VIOLATION'],
  ])('%d s is %s', async (durationSeconds, code) => {
    for (const access of [router.access, ssh.access, gateway.access]) {
      expect(await refusal(CREATE_LINK, link(access, { durationSeconds }))).toBe(code);
    }
    expect(await refusal(OPEN_ACCESS, open(ssh.device, { durationSeconds }))).toBe(code);
  });

  test.each([10, 3600])('%d s is allowed', async (durationSeconds) => {
    const graph = { query: service.query };
    const { session } = await createLink(graph, ssh.access, { durationSeconds }, as('all'));
    const lasts = Date.parse(session.expiresAt ?? '') - Date.parse(session.createdAt ?? '');
    expect(Math.round(lasts / 1000)).toBe(durationSeconds);
    dataOf(await ask(CLOSE, { id: session.id }));
  });
});

describe('who may use a link', () => {
  test.each([
    '198.51.100',
    'example.com',
    '2001:db8::1',
    '',
    '198.51.100.7/32',
    '10.1.2.3',
    '127.0.0.1',
    '192.168.1.9',
    '169.254.1.1',
    '224.0.0.1',
    '0.0.0.0',
    '255.255.255.255',
  ])('allowedIp %p is no public address, with every vendor', async (allowedIp) => {
    for (const access of [router.access, ssh.access, web.access, gateway.access]) {
      expect(await refusal(CREATE_LINK, link(access, { allowedIp }))).toBe('BAD_USER_INPUT');
    }
  });

  test('a public address is refused where the vendor could not enforce it', async () => {
    const allowedIp = '198.51.100.7';
    for (const access of [router.access, web.access, gateway.access]) {
      expect(await refusal(CREATE_LINK, link(access, { allowedIp }))).toBe('POLICY_VIOLATION');
    }
    expect(await refusal(OPEN_ACCESS, open(gateway.device, { allowedIp }))).toBe('POLICY_VIOLATION');
    const made = open(router.device, { allowedIp, host: '192.168.1.1' });
    expect(await refusal(OPEN_ACCESS, made)).toBe('POLICY_VIOLATION');
  });
});

describe('where a way in may lead', () => {
  test.each(['8.8.8.8', '172.32.0.1', '192.169.0.1', '169.254.169.254', '0.0.0.0'])(
    '%s is refused',
    async (host) => {
      expect(await refusal(CREATE_ACCESS, wayIn({ host }))).toBe('POLICY_VIOLATION');
      expect(await refusal(UPDATE_ACCESS, { input: { remoteAccessId: router.access, host } })).toBe(
        'POLICY_VIOLATION',
      );
      expect(await refusal(OPEN_ACCESS, open(router.device, { host }))).toBe('POLICY_VIOLATION');
    },
  );

  test.each(['router.local', '192.168.1', '', '192.168.1.1 ', '::1', '0xC0A80101'])(
    '%p is no address',
    async (host) => {
      expect(await refusal(CREATE_ACCESS, wayIn({ host }))).toBe('BAD_USER_INPUT');
      expect(await refusal(OPEN_ACCESS, open(router.device, { host }))).toBe('BAD_USER_INPUT');
    },
  );

  test('one that was configured elsewhere, and leads out, is not opened either', async () => {
    expect(await refusal(CREATE_LINK, link(abroad.access))).toBe('POLICY_VIOLATION');
    expect(await refusal(OPEN_ACCESS, open(abroad.device, { protocol: 'HTTP' }))).toBe('POLICY_VIOLATION');
  });

  test.each([0, -1, 65_536])('port %d is none', async (port) => {
    expect(await refusal(CREATE_ACCESS, wayIn({ port }))).toBe('BAD_USER_INPUT');
    expect(await refusal(UPDATE_ACCESS, { input: { remoteAccessId: router.access, port } })).toBe(
      'BAD_USER_INPUT',
    );
    expect(await refusal(OPEN_ACCESS, open(router.device, { port, host: '10.0.0.1' }))).toBe(
      'BAD_USER_INPUT',
    );
  });

  test.each(['ab', ' PLC', 'a/b', 'x'.repeat(51), 'a\u0000b'])('the name %p is none', async (name) => {
    expect(await refusal(CREATE_ACCESS, wayIn({ name }))).toBe('BAD_USER_INPUT');
  });
});

test("the device's own way in cannot be deleted", async () => {
  expect(await refusal(DELETE_ACCESS, { id: main.access })).toBe('POLICY_VIOLATION');
  expect(service.simulators.rms.state.access(main.accessId)).toBeDefined();
});

describe('what a vendor does not have', () => {
  test('is refused as UNSUPPORTED_BY_VENDOR before it is asked', async () => {
    const cases = [
      [CREATE_ACCESS, wayIn({ deviceId: ssh.device })],
      [CREATE_ACCESS, wayIn({ deviceId: gateway.device })],
      [UPDATE_ACCESS, { input: { remoteAccessId: ssh.access, port: 81 } }],
      [UPDATE_ACCESS, { input: { remoteAccessId: gateway.access, port: 81 } }],
      [DELETE_ACCESS, { id: ssh.access }],
      [DELETE_ACCESS, { id: gateway.access }],
      [CONNECT, { id: router.device }],
      [CONNECT, { id: ssh.device }],
      [CONNECT, { id: plain.device }],
      [DISCONNECT, { id: router.device }],
      [DISCONNECT, { id: ssh.device }],
      [DISCONNECT, { id: plain.device }],
      [OPEN_ACCESS, open(machine.device)],
      [OPEN_ACCESS, open(plain.device)],
      [OPEN_ACCESS, open(web.device, { host: '10.0.0.1', port: 22 })],
    ] as const;
    for (const [query, variables] of cases) {
      expect([query, variables, await refusal(query, variables)]).toEqual([
        query,
        variables,
        'UNSUPPORTED_BY_VENDOR',
      ]);
    }
    expect(countCalls(service.simulators)).toBe(0);
  });
});

describe('ids', () => {
  const unknown = {
    device: [
      'rms:device:1',
      'remoteit:device:80:00:00:00:00:00:00:00',
      'everyware:device:AAAA',
      'nobody:device:1',
    ],
    access: [
      'rms:access:1:2',
      'remoteit:access:80:00:00:00:00:00:00:00',
      'everyware:access:AAAA',
      'rms:access:x',
      'nobody:access:1',
    ],
    session: ['rms:session:1', 'nobody:session:1'],
  };

  test('that nobody knows are NOT_FOUND', async () => {
    const cases = [
      ...unknown.device.flatMap((id) => [
        [OPEN_ACCESS, open(id)],
        [CONNECT, { id }],
        [DISCONNECT, { id }],
        [CREATE_ACCESS, wayIn({ deviceId: id })],
      ]),
      ...unknown.access.flatMap((id) => [
        [CREATE_LINK, link(id)],
        [DELETE_ACCESS, { id }],
        [UPDATE_ACCESS, { input: { remoteAccessId: id, port: 81 } }],
      ]),
      ...unknown.session.map((id) => [CLOSE, { id }]),
    ] as [string, Record<string, unknown>][];
    for (const [query, variables] of cases) {
      expect([variables, await refusal(query, variables)]).toEqual([variables, 'NOT_FOUND']);
    }
  });

  test('of another kind, and what is no id, are BAD_USER_INPUT', async () => {
    expect(await refusal(CREATE_LINK, link(router.device))).toBe('BAD_USER_INPUT');
    expect(await refusal(OPEN_ACCESS, open(router.access))).toBe('BAD_USER_INPUT');
    expect(await refusal(CLOSE, { id: 'session' })).toBe('BAD_USER_INPUT');
    expect(countCalls(service.simulators)).toBe(0);
  });

  test('of an account that the caller may not see are as unknown ones, also for a link that exists', async () => {
    const { session } = await createLink({ query: service.query }, router.access, {}, as('all'));
    resetCalls(service.simulators);
    expect(await refusal(CLOSE, { id: session.id }, 'lab')).toBe('NOT_FOUND');
    expect(await refusal(CREATE_LINK, link(router.access), 'lab')).toBe('NOT_FOUND');
    expect(await refusal(OPEN_ACCESS, open(gateway.device), 'lab')).toBe('NOT_FOUND');
    expect(await refusal(CONNECT, { id: gateway.device }, 'lab')).toBe('NOT_FOUND');
    expect(await refusal(DELETE_ACCESS, { id: router.access }, 'lab')).toBe('NOT_FOUND');
    expect(countCalls(service.simulators)).toBe(0);
    expect(codeOf(await ask(CREATE_LINK, link(ssh.access), 'lab'))).toBeUndefined();
  });
});

describe('a scope that is missing', () => {
  test('is FORBIDDEN, and no vendor is asked for anything', async () => {
    const lease = await createLink({ query: service.query }, gateway.access, {}, as('all'));
    resetCalls(service.simulators);
    const cases = [
      [CREATE_LINK, link(router.access), 'no-links'],
      [OPEN_ACCESS, open(router.device), 'no-links'],
      [CLOSE, { id: lease.session.id }, 'no-links'],
      [CREATE_ACCESS, wayIn(), 'no-writes'],
      [UPDATE_ACCESS, { input: { remoteAccessId: router.access, port: 81 } }, 'no-writes'],
      [DELETE_ACCESS, { id: router.access }, 'no-writes'],
      [OPEN_ACCESS, open(router.device, { host: '10.0.0.1' }), 'no-writes'],
      [CONNECT, { id: gateway.device }, 'no-vpn'],
      [DISCONNECT, { id: gateway.device }, 'no-vpn'],
      [CREATE_LINK, link(gateway.access), 'no-vpn'],
      [OPEN_ACCESS, open(gateway.device), 'no-vpn'],
      [CLOSE, { id: lease.session.id }, 'no-vpn'],
    ] as const;
    for (const [query, variables, subject] of cases) {
      expect([query, subject, await refusal(query, variables, subject)]).toEqual([
        query,
        subject,
        'FORBIDDEN',
      ]);
    }
    expect(countCalls(service.simulators)).toBe(0);
    expect(service.simulators.everyware.state.isVpnUp(gateway.id)).toBe(true);
    await closeSession({ query: (query, options) => ask(query, options?.variables ?? {}) }, lease.session.id);
  });

  test('does not keep anyone from what needs it not', async () => {
    const existing = open(router.device, { protocol: 'HTTPS' });
    expect(codeOf(await ask(OPEN_ACCESS, existing, 'no-writes'))).toBeUndefined();
    expect(codeOf(await ask(CREATE_LINK, link(ssh.access), 'no-vpn'))).toBeUndefined();
    expect(codeOf(await ask(CREATE_ACCESS, wayIn({ name: 'PLC two' }), 'no-links'))).toBeUndefined();
    expect(codeOf(await ask(CONNECT, { id: gateway.device }, 'no-links'))).toBeUndefined();
  });
});
