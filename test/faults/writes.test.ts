import { vendors } from '../../src/vendors';
import { type FaultFleet, Neighbours, startFaultFleet, toldBy } from './fault-fleet';
import { BODY_TEXT, KINDS, type Kind, SLOW_KINDS, toldOf } from './kinds';
import { WRITE_ENDPOINTS, type WriteEndpoint } from './write-endpoints';

/*
 * Everything that can go wrong, at every endpoint that changes something: it is asked once. What became of a change
 * whose answer was spoilt is found by looking, which tests of links show.
 */

let fleet: FaultFleet;
let neighbours: Neighbours;

beforeAll(async () => {
  fleet = await startFaultFleet();
  neighbours = await Neighbours.of(fleet);
});

afterAll(() => fleet.close());

/** A refused token is renewed where a login can be had: the refusal did nothing. */
function callsExpected({ vendor }: WriteEndpoint, { name }: Kind): number {
  return name === '401' && vendor !== 'rms' ? 2 : 1;
}

/** How long one try may take. */
function limitOf(route: string): number {
  const endpoints = Object.values(vendors).flatMap(({ catalogue }) => Object.values(catalogue));
  return endpoints.find(({ method, path }) => `${method} ${path}` === route)?.timeoutMs ?? 5_000;
}

describe.each(WRITE_ENDPOINTS)('$name', (endpoint) => {
  const { vendor, route, means } = endpoint;
  const calls = (): number => fleet.simulators[vendor].calls.count(route);
  const act = (): Promise<unknown> => endpoint.act(fleet.account[vendor], fleet.reading(), fleet.simulators);

  beforeEach(() => fleet.reopen(endpoint.reopen));

  it.each(KINDS)('and is answered with $name is asked for once', async (kind) => {
    fleet.simulators[vendor].faults.add({ ...kind.fault, route });
    const [told] = await Promise.all([toldBy(act()), neighbours.expectUnchanged(vendor)]);
    expect(told).toEqual(toldOf(kind, means[kind.name]));
    expect(calls()).toBe(callsExpected(endpoint, kind));
    expect(fleet.log.join('')).not.toContain(BODY_TEXT);
  });

  it.each(SLOW_KINDS)(
    'and is answered with $name is given up in its time, and asked for once',
    async ({ fault }) => {
      fleet.simulators[vendor].faults.add({ ...fault, route });
      const told = toldBy(act());
      // No time has passed for them at all.
      await neighbours.expectUnchanged(vendor);
      await fleet.simulators[vendor].calls.reached(route, 1);
      fleet.limitClock.advance(limitOf(route));
      expect(await told).toEqual(toldOf({ code: 'VENDOR_TIMEOUT' }));
      expect(calls()).toBe(1);
    },
  );
});
