import { systemClock } from '../../src/system-clock';
import { endOf, type FaultFleet, NAMES, startFaultFleet, type VendorName } from './fault-fleet';

const LISTS: readonly (readonly [VendorName, string])[] = [
  ['everyware', 'GET /{scopeId}/devices'],
  ['remoteit', 'GET /device/list/all'],
  ['rms', 'GET /devices'],
];
const TEN_MINUTES_S = 600;

let fleet: FaultFleet;

beforeAll(async () => {
  fleet = await startFaultFleet();
});

afterAll(() => fleet.close());

beforeEach(() => fleet.reopen());

const walk = (name: VendorName): Promise<string> => endOf(fleet.account[name].walk(fleet.reading()));

/** What was learned is of before. */
const moment = (): void => fleet.clock.advance(1);

describe.each(LISTS)('%s in maintenance', (name, route) => {
  const calls = (): number => fleet.simulators[name].calls.count(route);

  it('for ten minutes is left alone after a few calls, and is back within 35 s of its return', async () => {
    expect(await walk(name)).toBe('ok');
    fleet.simulators[name].calls.reset();
    moment();
    fleet.simulators[name].faults.add({ kind: 'html', status: 503, route });
    let openedAfter = 0;
    for (let second = 0; second < TEN_MINUTES_S; second += 1) {
      expect(await walk(name)).toBe('VENDOR_UNAVAILABLE');
      if (fleet.account[name].circuit() === 'OPEN') openedAfter ||= calls();
      fleet.clock.advance(1000);
    }
    expect(openedAfter).toBeGreaterThan(0);
    expect(openedAfter).toBeLessThanOrEqual(10);
    // A trial every 25 s, no more.
    expect(calls()).toBeLessThanOrEqual(openedAfter + TEN_MINUTES_S / 25 + 3);
    const neighbours = NAMES.filter((other) => other !== name);
    expect(await Promise.all(neighbours.map(walk))).toEqual(['ok', 'ok']);
    fleet.simulators[name].faults.clear();
    let seconds = 0;
    for (; (await walk(name)) !== 'ok'; seconds += 1) fleet.clock.advance(1000);
    expect(seconds).toBeLessThanOrEqual(35);
    expect(fleet.account[name].circuit()).toBe('CLOSED');
  });

  it('that said when it will be back is not asked before, whoever asks, and is asked then', async () => {
    expect(await walk(name)).toBe('ok');
    fleet.simulators[name].calls.reset();
    moment();
    const headers = { 'retry-after': '120' };
    fleet.simulators[name].faults.add({ kind: 'status', status: 503, headers, route, times: 1 });
    for (let second = 0; second < 120; second += 1) {
      const error = await fleet.account[name].walk(fleet.reading()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', retryAfterSeconds: 120 - second });
      fleet.clock.advance(1000);
    }
    expect(fleet.simulators[name].calls.count()).toBe(1);
    expect(await walk(name)).toBe('ok');
  });
});

describe('a vendor that cannot be reached', () => {
  /** `closed`: nobody listens. `no name`: its name means nothing. `no TLS`: its port speaks something else. */
  const addresses: readonly (readonly [string, () => string])[] = [
    ['because nobody listens', () => 'http://127.0.0.1:9/api'],
    ['because its name means nothing', () => 'http://no..such..host/api'],
    ['because it does not speak TLS', () => fleet.simulators.rms.baseUrl.replace('http:', 'https:')],
  ];

  it.each(addresses)('%s is tried three times, and costs its own part', async (_, address) => {
    await fleet.reopen({ env: { RMS_BASE_URL: address() } });
    const notes: unknown[] = [];
    const reading = { ...fleet.reading(), note: (call: unknown) => notes.push(call) };
    const error = await fleet.account.rms.walk(reading).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', retryable: true, unsent: true });
    expect(notes).toHaveLength(3);
    expect(fleet.simulators.rms.calls.count()).toBe(0);
    expect(await Promise.all([walk('remoteit'), walk('everyware')])).toEqual(['ok', 'ok']);
  });
});

describe.each([2, -2])('a vendor whose clock is %d hours off', (hours) => {
  let skewed: FaultFleet;

  beforeAll(async () => {
    const now = (): number => skewedNow();
    let skewedNow = (): number => systemClock.now();
    skewed = await startFaultFleet({ now });
    skewedNow = () => skewed.clock.now() + hours * 3_600_000;
    await skewed.reopen();
  });

  afterAll(() => skewed.close());

  it('is read as ever, over hours, with a new login whenever the token is over', async () => {
    for (let halfHour = 0; halfHour < 12; halfHour += 1) {
      for (const name of NAMES) expect(await endOf(skewed.account[name].walk(skewed.reading()))).toBe('ok');
      skewed.clock.advance(1_800_000);
    }
    expect(skewed.simulators.remoteit.calls.count('POST /user/login')).toBeLessThanOrEqual(12);
    for (const name of NAMES) expect(skewed.account[name].circuit()).toBe('CLOSED');
  });
});
