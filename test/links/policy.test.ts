import { as, CLOSE, CREATE_LINK, countCalls, createLink, dataOf, OPEN_ACCESS, resetCalls } from './asking';
import {
  CONNECT,
  CREATE_ACCESS,
  DELETE_ACCESS,
  DISCONNECT,
  link,
  open,
  type PolicyFleet,
  startPolicyFleet,
  UPDATE_ACCESS,
  wayIn,
} from './policy-fleet';

let fleet: PolicyFleet;

beforeAll(async () => {
  fleet = await startPolicyFleet();
});

afterAll(() => fleet?.close());

beforeEach(() => resetCalls(fleet.service.simulators));

describe('how long a link may last', () => {
  test.each([
    [9, 'BAD_USER_INPUT'],
    [0, 'BAD_USER_INPUT'],
    [-60, 'BAD_USER_INPUT'],
    [3601, 'POLICY_VIOLATION'],
    [2_000_000_000, 'POLICY_VIOLATION'],
  ])('%d s is %s', async (durationSeconds, code) => {
    for (const access of [fleet.router.access, fleet.ssh.access, fleet.gateway.access]) {
      expect(await fleet.refusal(CREATE_LINK, link(access, { durationSeconds }))).toBe(code);
    }
    expect(await fleet.refusal(OPEN_ACCESS, open(fleet.ssh.device, { durationSeconds }))).toBe(code);
  });

  test.each([10, 3600])('%d s is allowed', async (durationSeconds) => {
    const graph = { query: fleet.service.query };
    const { session } = await createLink(graph, fleet.ssh.access, { durationSeconds }, as('all'));
    const lasts = Date.parse(session.expiresAt ?? '') - Date.parse(session.createdAt ?? '');
    expect(Math.round(lasts / 1000)).toBe(durationSeconds);
    dataOf(await fleet.ask(CLOSE, { id: session.id }));
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
    for (const access of [fleet.router.access, fleet.ssh.access, fleet.web.access, fleet.gateway.access]) {
      expect(await fleet.refusal(CREATE_LINK, link(access, { allowedIp }))).toBe('BAD_USER_INPUT');
    }
  });

  test('a public address is refused where the vendor could not enforce it', async () => {
    const allowedIp = '198.51.100.7';
    for (const access of [fleet.router.access, fleet.web.access, fleet.gateway.access]) {
      expect(await fleet.refusal(CREATE_LINK, link(access, { allowedIp }))).toBe('POLICY_VIOLATION');
    }
    expect(await fleet.refusal(OPEN_ACCESS, open(fleet.gateway.device, { allowedIp }))).toBe(
      'POLICY_VIOLATION',
    );
    const made = open(fleet.router.device, { allowedIp, host: '192.168.1.1' });
    expect(await fleet.refusal(OPEN_ACCESS, made)).toBe('POLICY_VIOLATION');
  });
});

describe('where a way in may lead', () => {
  test.each(['8.8.8.8', '172.32.0.1', '192.169.0.1', '169.254.169.254', '0.0.0.0'])(
    '%s is refused',
    async (host) => {
      expect(await fleet.refusal(CREATE_ACCESS, wayIn(fleet.router.device, { host }))).toBe(
        'POLICY_VIOLATION',
      );
      expect(
        await fleet.refusal(UPDATE_ACCESS, { input: { remoteAccessId: fleet.router.access, host } }),
      ).toBe('POLICY_VIOLATION');
      expect(await fleet.refusal(OPEN_ACCESS, open(fleet.router.device, { host }))).toBe('POLICY_VIOLATION');
    },
  );

  test.each(['router.local', '192.168.1', '', '192.168.1.1 ', '::1', '0xC0A80101'])(
    '%p is no address',
    async (host) => {
      expect(await fleet.refusal(CREATE_ACCESS, wayIn(fleet.router.device, { host }))).toBe('BAD_USER_INPUT');
      expect(await fleet.refusal(OPEN_ACCESS, open(fleet.router.device, { host }))).toBe('BAD_USER_INPUT');
    },
  );

  test('one that was configured elsewhere, and leads out, is not opened either', async () => {
    expect(await fleet.refusal(CREATE_LINK, link(fleet.abroad.access))).toBe('POLICY_VIOLATION');
    expect(await fleet.refusal(OPEN_ACCESS, open(fleet.abroad.device, { protocol: 'HTTP' }))).toBe(
      'POLICY_VIOLATION',
    );
  });

  test.each([0, -1, 65_536])('port %d is none', async (port) => {
    expect(await fleet.refusal(CREATE_ACCESS, wayIn(fleet.router.device, { port }))).toBe('BAD_USER_INPUT');
    expect(await fleet.refusal(UPDATE_ACCESS, { input: { remoteAccessId: fleet.router.access, port } })).toBe(
      'BAD_USER_INPUT',
    );
    expect(await fleet.refusal(OPEN_ACCESS, open(fleet.router.device, { port, host: '10.0.0.1' }))).toBe(
      'BAD_USER_INPUT',
    );
  });

  test.each(['ab', ' PLC', 'a/b', 'x'.repeat(51), 'a\u0000b'])('the name %p is none', async (name) => {
    expect(await fleet.refusal(CREATE_ACCESS, wayIn(fleet.router.device, { name }))).toBe('BAD_USER_INPUT');
  });
});

test("the device's own way in cannot be deleted", async () => {
  expect(await fleet.refusal(DELETE_ACCESS, { id: fleet.main.access })).toBe('POLICY_VIOLATION');
  expect(fleet.service.simulators.rms.state.access(fleet.main.accessId)).toBeDefined();
});

describe('what a vendor does not have', () => {
  test('is refused as UNSUPPORTED_BY_VENDOR before it is asked', async () => {
    const cases = [
      [CREATE_ACCESS, wayIn(fleet.ssh.device)],
      [CREATE_ACCESS, wayIn(fleet.gateway.device)],
      [UPDATE_ACCESS, { input: { remoteAccessId: fleet.ssh.access, port: 81 } }],
      [UPDATE_ACCESS, { input: { remoteAccessId: fleet.gateway.access, port: 81 } }],
      [DELETE_ACCESS, { id: fleet.ssh.access }],
      [DELETE_ACCESS, { id: fleet.gateway.access }],
      [CONNECT, { id: fleet.router.device }],
      [CONNECT, { id: fleet.ssh.device }],
      [CONNECT, { id: fleet.plain.device }],
      [DISCONNECT, { id: fleet.router.device }],
      [DISCONNECT, { id: fleet.ssh.device }],
      [DISCONNECT, { id: fleet.plain.device }],
      [OPEN_ACCESS, open(fleet.machine.device)],
      [OPEN_ACCESS, open(fleet.plain.device)],
      [OPEN_ACCESS, open(fleet.web.device, { host: '10.0.0.1', port: 22 })],
    ] as const;
    for (const [query, variables] of cases) {
      expect([query, variables, await fleet.refusal(query, variables)]).toEqual([
        query,
        variables,
        'UNSUPPORTED_BY_VENDOR',
      ]);
    }
    expect(countCalls(fleet.service.simulators)).toBe(0);
  });
});
