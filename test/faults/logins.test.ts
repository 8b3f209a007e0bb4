import { endOf, type FaultFleet, NAMES, startFaultFleet, type VendorName } from './fault-fleet';
import { BODY_TEXT, KINDS, type Kind } from './kinds';

interface Login {
  readonly vendor: VendorName;
  readonly route: string;
  readonly list: string;
  /** Kinds that mean something else at a login, by their name. */
  readonly means: Readonly<Record<string, string>>;
}

const REFUSED = 'VENDOR_UNAUTHORIZED';

const LOGINS: readonly Login[] = [
  {
    vendor: 'remoteit',
    route: 'POST /user/login',
    list: 'GET /device/list/all',
    means: { '409': REFUSED, '422': REFUSED },
  },
  {
    vendor: 'everyware',
    route: 'POST /authentication/user',
    list: 'GET /{scopeId}/devices',
    means: {},
  },
];

let fleet: FaultFleet;

beforeAll(async () => {
  fleet = await startFaultFleet();
});

afterAll(() => fleet.close());

beforeEach(() => fleet.reopen());

const walk = (name: VendorName): Promise<string> => endOf(fleet.account[name].walk(fleet.reading()));

describe.each(LOGINS)('a login at $vendor', ({ vendor, route, list, means }) => {
  const { count } = { count: (of: string) => fleet.simulators[vendor].calls.count(of) };

  it.each(KINDS)(
    'answered with $name is made once for all, and costs its own account',
    async (kind: Kind) => {
      fleet.simulators[vendor].faults.add({ ...kind.fault, route });
      const code = means[kind.name] ?? kind.code;
      const neighbours = NAMES.filter((name) => name !== vendor);
      expect(await Promise.all(Array.from({ length: 20 }, () => walk(vendor)))).toEqual(Array(20).fill(code));
      expect(await Promise.all(neighbours.map(walk))).toEqual(['ok', 'ok']);
      expect([count(route), count(list)]).toEqual([1, 0]);
      // Who comes a moment later is told the same, and when to come back.
      const again = await fleet.account[vendor].walk(fleet.reading()).catch((error: unknown) => error);
      expect(again).toMatchObject({ code, unsent: true });
      expect(count(route)).toBe(1);
      expect(fleet.log.join('')).not.toContain(BODY_TEXT);
    },
  );

  it('that works, for a token that nobody takes, is not made again and again', async () => {
    fleet.simulators[vendor].faults.add({ kind: 'status', status: 401, route: list });
    const ends = [];
    for (let read = 0; read < 100; read += 1) ends.push(await walk(vendor));
    expect(new Set(ends)).toEqual(new Set([REFUSED]));
    expect(count(route)).toBeLessThanOrEqual(4);
    expect(count(list)).toBeLessThanOrEqual(6);
    fleet.simulators[vendor].faults.clear();
    fleet.clock.advance(30_000);
    expect(await walk(vendor)).toBe('ok');
  });
});

test('a fixed token that nobody takes is shown three times, and then after ever longer pauses', async () => {
  const { rms } = fleet.simulators;
  rms.knobs.tokenRevoked = true;
  const calls = () => rms.calls.count();
  for (let read = 0; read < 50; read += 1) expect(await walk('rms')).toBe(REFUSED);
  expect(calls()).toBe(3);
  for (const [index, pauseMs] of [30_000, 60_000, 120_000, 240_000, 300_000, 300_000].entries()) {
    fleet.clock.advance(pauseMs - 1);
    expect(await walk('rms')).toBe(REFUSED);
    expect(calls()).toBe(3 + index);
    fleet.clock.advance(1);
    expect(await walk('rms')).toBe(REFUSED);
    expect(calls()).toBe(4 + index);
  }
  rms.knobs.tokenRevoked = false;
  fleet.clock.advance(300_000);
  expect(await walk('rms')).toBe('ok');
});

test('what the credentials lack is named in the log, once in a while, and not to callers', async () => {
  const { rms } = fleet.simulators;
  rms.knobs.scopes = ['devices:read'];
  const id = String(rms.state.devices()[0]?.id);
  for (let read = 0; read < 5; read += 1) {
    const found = await fleet.account.rms.remoteAccesses([id], fleet.reading());
    const outcome = found.get(id);
    expect(outcome).toMatchObject({ ok: false, error: { code: REFUSED } });
    expect(JSON.stringify(outcome?.ok === false ? outcome.error.message : '')).not.toContain('remote_access');
  }
  const lines = fleet.log.filter((line) => line.includes('device_remote_access:read'));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ account: 'rms', route: 'GET /devices/remote-access' });
});
