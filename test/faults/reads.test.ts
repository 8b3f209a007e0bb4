import { READ_ENDPOINTS, type ReadEndpoint } from './endpoints';
import { endOf, type FaultFleet, NAMES, startFaultFleet, type VendorName } from './fault-fleet';
import { BODY_TEXT, KINDS, type Kind, SLOW_KINDS } from './kinds';

/*
 * Everything that can go wrong, at every endpoint that is read. Each case also states how often the vendor was
 * called, and that the other vendors' devices are told as if nothing had happened, at no call more.
 */

let fleet: FaultFleet;
const healthy = new Map<VendorName, { readonly answer: unknown; readonly calls: number }>();

const walk = (name: VendorName): Promise<unknown> => fleet.account[name].walk(fleet.reading());
const callsOf = (name: VendorName): number => fleet.simulators[name].calls.count();

beforeAll(async () => {
  fleet = await startFaultFleet();
  await fleet.reopen();
  for (const name of NAMES) healthy.set(name, { answer: told(await walk(name)), calls: callsOf(name) });
});

afterAll(() => fleet.close());

beforeEach(() => fleet.reopen());

const ask = ({ vendor, ask }: ReadEndpoint): Promise<string> =>
  endOf(ask(fleet.account[vendor], fleet.reading(), fleet.simulators));

/** The neighbours are held to what they were. */
async function expectNeighbours({ vendor }: ReadEndpoint): Promise<void> {
  const neighbours = NAMES.filter((name) => name !== vendor);
  const answers = await Promise.all(neighbours.map(walk));
  neighbours.forEach((name, index) => {
    expect(told(answers[index])).toEqual(healthy.get(name)?.answer);
    expect([name, callsOf(name)]).toEqual([name, healthy.get(name)?.calls]);
  });
}

function callsExpected({ vendor, isAnsweredByDevice }: ReadEndpoint, { name, calls }: Kind): number {
  // Where a login can be had, a refused token is renewed, and the call sent once more.
  if (name === '401') return vendor === 'rms' ? 1 : 2;
  return isAnsweredByDevice === true ? 1 : calls;
}

function kindsOf({ own }: ReadEndpoint): readonly Kind[] {
  return [...KINDS, ...own.map((kind) => ({ ...kind, calls: 1 }))];
}

describe.each(READ_ENDPOINTS)('$name', (endpoint) => {
  const { vendor, route, means } = endpoint;
  const calls = (): number => fleet.simulators[vendor].calls.count(route);

  it.each(kindsOf(endpoint))(
    'answered with $name fails by itself, and is asked as often as it should',
    async (kind) => {
      fleet.simulators[vendor].faults.add({ ...kind.fault, route });
      const [end] = await Promise.all([ask(endpoint), expectNeighbours(endpoint)]);
      expect(end).toBe(means?.[kind.name] ?? kind.code);
      expect(calls()).toBe(callsExpected(endpoint, kind));
      expect(fleet.log.join('')).not.toContain(BODY_TEXT);
      expect(Object.prototype).not.toHaveProperty('polluted');
    },
  );

  it.each(SLOW_KINDS)(
    'that answers $name is given up in time, and others do not wait for it',
    async ({ fault }) => {
      fleet.simulators[vendor].faults.add({ ...fault, route });
      const { clock, limitClock } = fleet;
      const end = ask(endpoint);
      // No time has passed for them at all.
      await expectNeighbours(endpoint);
      const tries = endpoint.isAnsweredByDevice === true ? 1 : 2;
      for (let attempt = 1; attempt <= tries; attempt += 1) {
        await fleet.simulators[vendor].calls.reached(route, attempt);
        limitClock.advance(5_000);
        clock.advance(5_000);
      }
      expect(await end).toBe('VENDOR_TIMEOUT');
      expect(calls()).toBe(tries);
    },
  );

  it('is right again with the first answer that is', async () => {
    const { account, simulators } = fleet;
    const before = await endpoint.ask(account[vendor], fleet.reading(), simulators);
    const rule = simulators[vendor].faults.add({ kind: 'html', route });
    fleet.clock.advance(1);
    await endOf(endpoint.ask(account[vendor], fleet.reading(), simulators));
    rule.remove();
    fleet.clock.advance(1);
    const after = await endpoint.ask(account[vendor], fleet.reading(), simulators);
    expect(told(after)).toEqual(told(before));
  });
});

/** Without the instants, which move with the clock. */
function told(answer: unknown): unknown {
  const text = JSON.stringify(answer instanceof Map ? [...answer] : answer);
  return JSON.parse(text.replace(/"(observedAt|checkedAt|askedAt|lastSeenAt)":"[^"]*"/g, '"$1":null'));
}
