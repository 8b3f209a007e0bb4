import { systemClock } from '../../src/system-clock';
import { startTlsFront, type TlsFront } from '../support/tls-front';
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
  let selfSigned: TlsFront;

  beforeAll(async () => {
    selfSigned = await startTlsFront('self-signed', fleet.simulators.rms.baseUrl);
  });

  afterAll(() => selfSigned.close());

  const WAYS: readonly (readonly [why: string, address: () => string, word: string])[] = [
    ['nobody listens', () => 'http://127.0.0.1:9/api', 'ECONNREFUSED'],
    ['its name means nothing', () => 'http://no..such..host/api', 'ENOTFOUND'],
    [
      'it does not speak TLS',
      () => fleet.simulators.rms.baseUrl.replace('http:', 'https:'),
      'ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)',
    ],
    ['its certificate is nobody’s', () => selfSigned.url, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ];
  /** A login is not tried again at once: whoever waits for it is told when the next is made. */
  const VENDORS = [
    ['rms', 'RMS_BASE_URL', 3],
    ['remoteit', 'REMOTEIT_BASE_URL', 1],
    ['everyware', 'EVERYWARE_BASE_URL', 1],
  ] as const;
  const CASES = VENDORS.flatMap(([name, variable, tries]) =>
    WAYS.map(([why, address, word]) => ({ name, variable, tries, why, address, word })),
  );

  it.each(CASES)(
    'costs its own part, a few tries, and one line of the log that says why: $name, $why',
    async (one) => {
      const { name, variable, tries, address, word } = one;
      await fleet.reopen({ env: { [variable]: address() } });
      const notes: unknown[] = [];
      const reading = { ...fleet.reading(), note: (call: unknown) => notes.push(call) };
      const error = await fleet.account[name].walk(reading).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', retryable: true, unsent: true });
      expect(notes).toHaveLength(tries);
      expect(fleet.account[name].health().lastError).toMatch(new RegExp(word));
      for (let second = 0; second < 60; second += 1) {
        fleet.clock.advance(1000);
        await fleet.account[name].walk(reading).catch(() => undefined);
      }
      expect(notes.length).toBeLessThanOrEqual(10);
      expect(fleet.log.filter((line) => line.includes('circuit'))).toEqual([expect.stringMatching(word)]);
      expect(fleet.simulators[name].calls.count()).toBe(0);
      const neighbours = NAMES.filter((other) => other !== name);
      expect(await Promise.all(neighbours.map(walk))).toEqual(['ok', 'ok']);
    },
  );

  it('is never shown credentials by a connection that cannot be trusted', async () => {
    const before = selfSigned.begun;
    await fleet.reopen({ env: { RMS_BASE_URL: selfSigned.url } });
    expect(await walk('rms')).toBe('VENDOR_UNAVAILABLE');
    expect(selfSigned.begun - before).toBe(3);
    expect(fleet.simulators.rms.calls.count()).toBe(0);
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
