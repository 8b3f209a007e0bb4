import { endOf, type FaultFleet, Neighbours, startFaultFleet, toldBy, type VendorName } from './fault-fleet';
import { BODY_TEXT, KINDS, type Kind, SLOW_KINDS, toldOf } from './kinds';
import { LOGIN_ENDPOINTS, RENEWAL_ROUTE } from './login-endpoints';

let fleet: FaultFleet;
let neighbours: Neighbours;

beforeAll(async () => {
  fleet = await startFaultFleet();
  neighbours = await Neighbours.of(fleet);
});

afterAll(() => fleet.close());

beforeEach(() => fleet.reopen());

const walk = (name: VendorName): Promise<string> => endOf(fleet.account[name].walk(fleet.reading()));

describe.each(LOGIN_ENDPOINTS)('$name', ({ vendor, route, list, means, env }) => {
  const count = (of: string): number => fleet.simulators[vendor].calls.count(of);
  const read = (): Promise<unknown> => fleet.account[vendor].walk(fleet.reading());

  beforeEach(() => fleet.reopen(env === undefined ? {} : { env: env(fleet.simulators) }));

  it.each(KINDS)(
    'answered with $name is made once for all, and costs its own account',
    async (kind: Kind) => {
      fleet.simulators[vendor].faults.add({ ...kind.fault, route });
      const told = toldOf(kind, means[kind.name]);
      const reads = Array.from({ length: 20 }, () => toldBy(read()));
      const [all] = await Promise.all([Promise.all(reads), neighbours.expectUnchanged(vendor)]);
      // Whoever asks again is told the same, and when the next login is made.
      const later = told?.retryable
        ? { ...told, retryAfterSeconds: Math.max(5, kind.retryAfterSeconds ?? 0) }
        : told;
      for (const one of all) expect([told, later]).toContainEqual(one);
      expect([count(route), count(list)]).toEqual([1, 0]);
      expect(await toldBy(read())).toEqual(later);
      expect(count(route)).toBe(1);
      expect(fleet.log.join('')).not.toContain(BODY_TEXT);
    },
  );

  it.each(SLOW_KINDS)('that answers $name is given up in time, once for all', async ({ fault }) => {
    fleet.simulators[vendor].faults.add({ ...fault, route });
    const reads = Array.from({ length: 20 }, () => toldBy(read()));
    // No time has passed for them at all.
    await neighbours.expectUnchanged(vendor);
    await fleet.simulators[vendor].calls.reached(route, 1);
    fleet.limitClock.advance(5_000);
    const timeout = { code: 'VENDOR_TIMEOUT', retryable: true };
    for (const told of await Promise.all(reads)) expect(told).toMatchObject(timeout);
    expect(await toldBy(read())).toMatchObject({ ...timeout, retryAfterSeconds: 5 });
    expect([count(route), count(list)]).toEqual([1, 0]);
  });

  it('that works, for a token that nobody takes, is not made again and again', async () => {
    fleet.simulators[vendor].faults.add({ kind: 'status', status: 401, route: list });
    const ends = [];
    for (let nth = 0; nth < 100; nth += 1) ends.push(await walk(vendor));
    expect(new Set(ends)).toEqual(new Set(['VENDOR_UNAUTHORIZED']));
    expect(count(route)).toBeLessThanOrEqual(4);
    expect(count(list)).toBeLessThanOrEqual(6);
    fleet.simulators[vendor].faults.clear();
    fleet.clock.advance(30_000);
    expect(await walk(vendor)).toBe('ok');
  });
});

describe('a token that is renewed before its end', () => {
  const LOGIN = 'POST /authentication/user';
  /** Within the last minute of its life. */
  const NEARLY_OVER_MS = 1_750_000;
  const count = (route: string): number => fleet.simulators.everyware.calls.count(route);
  const read = (): Promise<unknown> => fleet.account.everyware.walk(fleet.reading());

  beforeEach(async () => {
    await read();
    fleet.clock.advance(NEARLY_OVER_MS);
    fleet.simulators.everyware.calls.reset();
    for (const name of ['rms', 'remoteit'] as const) fleet.simulators[name].calls.reset();
  });

  it.each(KINDS)(
    'and whose renewal is answered with $name is had by a login, in the same read',
    async (kind) => {
      fleet.simulators.everyware.faults.add({ ...kind.fault, route: RENEWAL_ROUTE });
      // The vendor's pause is everybody's, also of one who holds a token.
      const pause = kind.retryAfterSeconds ?? 0;
      expect(await toldBy(read())).toEqual(pause > 0 ? toldOf(kind) : undefined);
      expect([count(RENEWAL_ROUTE), count(LOGIN)]).toEqual([1, pause > 0 ? 0 : 1]);
      expect(fleet.log.join('')).not.toContain(BODY_TEXT);
    },
  );

  it.each(SLOW_KINDS)('and whose renewal is answered with $name is had by a login', async ({ fault }) => {
    fleet.simulators.everyware.faults.add({ ...fault, route: RENEWAL_ROUTE });
    const told = toldBy(read());
    await fleet.simulators.everyware.calls.reached(RENEWAL_ROUTE, 1);
    fleet.limitClock.advance(5_000);
    expect(await told).toBeUndefined();
    expect([count(RENEWAL_ROUTE), count(LOGIN)]).toEqual([1, 1]);
  });
});

test('a fixed token that nobody takes is shown three times, and then after ever longer pauses', async () => {
  const { rms } = fleet.simulators;
  rms.knobs.tokenRevoked = true;
  const calls = () => rms.calls.count();
  for (let read = 0; read < 50; read += 1) expect(await walk('rms')).toBe('VENDOR_UNAUTHORIZED');
  expect(calls()).toBe(3);
  for (const [index, pauseMs] of [30_000, 60_000, 120_000, 240_000, 300_000, 300_000].entries()) {
    fleet.clock.advance(pauseMs - 1);
    expect(await walk('rms')).toBe('VENDOR_UNAUTHORIZED');
    expect(calls()).toBe(3 + index);
    fleet.clock.advance(1);
    expect(await walk('rms')).toBe('VENDOR_UNAUTHORIZED');
    expect(calls()).toBe(4 + index);
  }
  rms.knobs.tokenRevoked = false;
  fleet.clock.advance(300_000);
  expect(await walk('rms')).toBe('ok');
});

test.each([
  ['rms', 'GET /devices', 'does not accept'],
  ['remoteit', 'POST /user/login', 'REMOTEIT_PASSWORD'],
  ['remoteit', 'GET /device/list/all', 'does not accept'],
  ['everyware', 'POST /authentication/user', 'EVERYWARE_PASSWORD'],
] as const)(
  'that %s refuses the credentials at %s is a line of the log, once in ten minutes',
  async (...one) => {
    const [name, route, word] = one;
    fleet.simulators[name].faults.add({ kind: 'status', status: 401, route });
    const lines = () => fleet.log.filter((line) => line.includes('refuses the account'));
    for (let minute = 0; minute < 10; minute += 1) {
      await walk(name);
      fleet.clock.advance(60_000);
    }
    expect(lines()).toEqual([expect.stringContaining(word)]);
    await walk(name);
    fleet.clock.advance(600_000);
    await walk(name);
    expect(lines().length).toBeGreaterThan(1);
  },
);

test('a token that ran out, and is renewed, is no line of the log', async () => {
  await walk('remoteit');
  fleet.simulators.remoteit.faults.add({
    kind: 'status',
    status: 401,
    route: 'GET /device/list/all',
    times: 1,
  });
  expect(await walk('remoteit')).toBe('ok');
  expect(fleet.log.join('')).not.toContain('refuses');
});

test('what the credentials lack is named in the log, once in a while, and not to callers', async () => {
  const { rms } = fleet.simulators;
  rms.knobs.scopes = ['devices:read'];
  const id = String(rms.state.devices()[0]?.id);
  for (let read = 0; read < 5; read += 1) {
    const found = await fleet.account.rms.remoteAccesses([id], fleet.reading());
    const outcome = found.get(id);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'VENDOR_UNAUTHORIZED' } });
    expect(JSON.stringify(outcome?.ok === false ? outcome.error.message : '')).not.toContain('remote_access');
  }
  const lines = fleet.log.filter((line) => line.includes('device_remote_access:read'));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ account: 'rms', route: 'GET /devices/remote-access' });
});
