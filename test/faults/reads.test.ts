import { READ_ENDPOINTS, type ReadEndpoint } from './endpoints';
import { endOf, type FaultFleet, Neighbours, startFaultFleet, toldBy, withoutInstants } from './fault-fleet';
import { BODY_TEXT, KINDS, type Kind, SLOW_KINDS, toldOf } from './kinds';

/*
 * Everything that can go wrong, at every endpoint that is read. Each case also states how often the vendor was
 * called, and that the other vendors' devices are told as if nothing had happened, at no call more.
 */

let fleet: FaultFleet;
let neighbours: Neighbours;

beforeAll(async () => {
  fleet = await startFaultFleet();
  neighbours = await Neighbours.of(fleet);
});

afterAll(() => fleet.close());

const ask = ({ vendor, ask }: ReadEndpoint): Promise<unknown> =>
  ask(fleet.account[vendor], fleet.reading(), fleet.simulators);

function callsExpected({ vendor, isAnsweredByDevice }: ReadEndpoint, { name, calls }: Kind): number {
  // Where a login can be had, a refused token is renewed, and the call sent once more.
  if (name === '401') return vendor === 'rms' ? 1 : 2;
  return isAnsweredByDevice === true ? 1 : calls;
}

function kindsOf({ own }: ReadEndpoint): readonly Kind[] {
  return [...KINDS, ...own.map((kind) => ({ ...kind, calls: 1 }))];
}

describe.each(READ_ENDPOINTS)('$name', (endpoint) => {
  beforeEach(() => fleet.reopen(endpoint.reopen));

  const { vendor, route, means } = endpoint;
  const calls = (): number => fleet.simulators[vendor].calls.count(route);

  it.each(kindsOf(endpoint))(
    'answered with $name fails by itself, and is asked as often as it should',
    async (kind) => {
      fleet.simulators[vendor].faults.add({ ...kind.fault, route });
      const [told] = await Promise.all([toldBy(ask(endpoint)), neighbours.expectUnchanged(vendor)]);
      expect(told).toEqual(toldOf(kind, means?.[kind.name]));
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
      const told = toldBy(ask(endpoint));
      // No time has passed for them at all.
      await neighbours.expectUnchanged(vendor);
      const tries = endpoint.isAnsweredByDevice === true ? 1 : 2;
      for (let attempt = 1; attempt <= tries; attempt += 1) {
        await fleet.simulators[vendor].calls.reached(route, attempt);
        limitClock.advance(5_000);
        clock.advance(5_000);
      }
      expect(await told).toEqual(toldOf({ code: 'VENDOR_TIMEOUT' }));
      expect(calls()).toBe(tries);
    },
  );

  it('is right again with the first answer that is', async () => {
    const before = await ask(endpoint);
    const rule = fleet.simulators[vendor].faults.add({ kind: 'html', route });
    fleet.clock.advance(1);
    await endOf(ask(endpoint));
    rule.remove();
    fleet.clock.advance(1);
    expect(withoutInstants(await ask(endpoint))).toEqual(withoutInstants(before));
  });
});
