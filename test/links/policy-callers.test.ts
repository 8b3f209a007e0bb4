import {
  as,
  CLOSE,
  CREATE_LINK,
  closeSession,
  codeOf,
  countCalls,
  createLink,
  OPEN_ACCESS,
  resetCalls,
} from './asking';
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
        [CREATE_ACCESS, wayIn(id)],
      ]),
      ...unknown.access.flatMap((id) => [
        [CREATE_LINK, link(id)],
        [DELETE_ACCESS, { id }],
        [UPDATE_ACCESS, { input: { remoteAccessId: id, port: 81 } }],
      ]),
      ...unknown.session.map((id) => [CLOSE, { id }]),
    ] as [string, Record<string, unknown>][];
    for (const [query, variables] of cases) {
      expect([variables, await fleet.refusal(query, variables)]).toEqual([variables, 'NOT_FOUND']);
    }
  });

  test('of another kind, and what is no id, are BAD_USER_INPUT', async () => {
    expect(await fleet.refusal(CREATE_LINK, link(fleet.router.device))).toBe('BAD_USER_INPUT');
    expect(await fleet.refusal(OPEN_ACCESS, open(fleet.router.access))).toBe('BAD_USER_INPUT');
    expect(await fleet.refusal(CLOSE, { id: 'session' })).toBe('BAD_USER_INPUT');
    expect(countCalls(fleet.service.simulators)).toBe(0);
  });

  test('of an account that the caller may not see are as unknown ones, also for a link that exists', async () => {
    const { session } = await createLink({ query: fleet.service.query }, fleet.router.access, {}, as('all'));
    resetCalls(fleet.service.simulators);
    expect(await fleet.refusal(CLOSE, { id: session.id }, 'lab')).toBe('NOT_FOUND');
    expect(await fleet.refusal(CREATE_LINK, link(fleet.router.access), 'lab')).toBe('NOT_FOUND');
    expect(await fleet.refusal(OPEN_ACCESS, open(fleet.gateway.device), 'lab')).toBe('NOT_FOUND');
    expect(await fleet.refusal(CONNECT, { id: fleet.gateway.device }, 'lab')).toBe('NOT_FOUND');
    expect(await fleet.refusal(DELETE_ACCESS, { id: fleet.router.access }, 'lab')).toBe('NOT_FOUND');
    expect(countCalls(fleet.service.simulators)).toBe(0);
    expect(codeOf(await fleet.ask(CREATE_LINK, link(fleet.ssh.access), 'lab'))).toBeUndefined();
  });
});

describe('a scope that is missing', () => {
  test('is FORBIDDEN, and no vendor is asked for anything', async () => {
    const lease = await createLink({ query: fleet.service.query }, fleet.gateway.access, {}, as('all'));
    resetCalls(fleet.service.simulators);
    const cases = [
      [CREATE_LINK, link(fleet.router.access), 'no-links'],
      [OPEN_ACCESS, open(fleet.router.device), 'no-links'],
      [CLOSE, { id: lease.session.id }, 'no-links'],
      [CREATE_ACCESS, wayIn(fleet.router.device), 'no-writes'],
      [UPDATE_ACCESS, { input: { remoteAccessId: fleet.router.access, port: 81 } }, 'no-writes'],
      [DELETE_ACCESS, { id: fleet.router.access }, 'no-writes'],
      [OPEN_ACCESS, open(fleet.router.device, { host: '10.0.0.1' }), 'no-writes'],
      [CONNECT, { id: fleet.gateway.device }, 'no-vpn'],
      [DISCONNECT, { id: fleet.gateway.device }, 'no-vpn'],
      [CREATE_LINK, link(fleet.gateway.access), 'no-vpn'],
      [OPEN_ACCESS, open(fleet.gateway.device), 'no-vpn'],
      [CLOSE, { id: lease.session.id }, 'no-vpn'],
    ] as const;
    for (const [query, variables, subject] of cases) {
      expect([query, subject, await fleet.refusal(query, variables, subject)]).toEqual([
        query,
        subject,
        'FORBIDDEN',
      ]);
    }
    expect(countCalls(fleet.service.simulators)).toBe(0);
    expect(fleet.service.simulators.everyware.state.isVpnUp(fleet.gateway.id)).toBe(true);
    await closeSession(
      { query: (query, options) => fleet.service.query(query, { ...options, headers: as('all') }) },
      lease.session.id,
    );
  });

  test('does not keep anyone from what needs it not', async () => {
    const existing = open(fleet.router.device, { protocol: 'HTTPS' });
    expect(codeOf(await fleet.ask(OPEN_ACCESS, existing, 'no-writes'))).toBeUndefined();
    expect(codeOf(await fleet.ask(CREATE_LINK, link(fleet.ssh.access), 'no-vpn'))).toBeUndefined();
    expect(
      codeOf(await fleet.ask(CREATE_ACCESS, wayIn(fleet.router.device, { name: 'PLC two' }), 'no-links')),
    ).toBeUndefined();
    expect(codeOf(await fleet.ask(CONNECT, { id: fleet.gateway.device }, 'no-links'))).toBeUndefined();
  });
});
