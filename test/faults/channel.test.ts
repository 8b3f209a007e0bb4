import { MOST_LOOKS } from '../../src/vendors/catalogue';
import { type FaultFleet, Neighbours, startFaultFleet, type Told, toldBy } from './fault-fleet';
import { BODY_TEXT, KINDS, SLOW_KINDS, toldOf } from './kinds';
import { CHANNEL_ROUTE, WRITE_ENDPOINTS } from './write-endpoints';

/*
 * The channel at which RMS tells how an action goes. What was asked is under way, whatever one look answers: so it is
 * looked at again, within the action's 45 s, and never asked for a second time.
 */

const WRITE_ROUTE = 'PUT /devices/remote-access/{access_id}';
/** A pause that leaves less than is needed of the action's 45 s is as good as one without end. */
const SHORT_PAUSE_SECONDS = 20;

let fleet: FaultFleet;
let neighbours: Neighbours;

beforeAll(async () => {
  fleet = await startFaultFleet();
  neighbours = await Neighbours.of(fleet);
});

afterAll(() => fleet.close());

beforeEach(() => fleet.reopen());

const calls = (route: string): number => fleet.simulators.rms.calls.count(route);

/** Carries the action out; the time passes whenever it waits for nothing else. */
async function act(): Promise<Told | undefined> {
  const endpoint = WRITE_ENDPOINTS.find(({ route }) => route === WRITE_ROUTE);
  if (endpoint === undefined) throw new Error(`no ${WRITE_ROUTE}`);
  let isOver = false;
  const told = toldBy(endpoint.act(fleet.account.rms, fleet.reading(), fleet.simulators)).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    if (fleet.clock.waiting > 0) fleet.clock.advance(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return told;
}

const TIMEOUT = toldOf({ code: 'VENDOR_TIMEOUT' });

it.each(KINDS)('that answers once with $name is looked at again, and the action ends well', async (kind) => {
  fleet.simulators.rms.faults.add({ ...kind.fault, route: CHANNEL_ROUTE, times: 1 });
  const [told] = await Promise.all([act(), neighbours.expectUnchanged('rms')]);
  // A pause that the vendor asked for is kept, also where the action ends in it.
  expect(told).toEqual((kind.retryAfterSeconds ?? 0) <= SHORT_PAUSE_SECONDS ? undefined : TIMEOUT);
  expect(calls(WRITE_ROUTE)).toBe(1);
  expect(calls(CHANNEL_ROUTE)).toBeLessThanOrEqual(MOST_LOOKS);
});

it.each(KINDS)('that answers $name for ever is given up in time', async (kind) => {
  fleet.simulators.rms.faults.add({ ...kind.fault, route: CHANNEL_ROUTE });
  const [told] = await Promise.all([act(), neighbours.expectUnchanged('rms')]);
  // A channel that RMS does not know says nothing: the list tells.
  expect(told).toEqual(kind.name === '404' ? undefined : TIMEOUT);
  expect(calls(WRITE_ROUTE)).toBe(1);
  expect(calls(CHANNEL_ROUTE)).toBeLessThanOrEqual(MOST_LOOKS);
  expect(fleet.log.join('')).not.toContain(BODY_TEXT);
});

it.each(SLOW_KINDS)('that answers $name once is looked at again', async ({ fault }) => {
  fleet.simulators.rms.faults.add({ ...fault, route: CHANNEL_ROUTE, times: 1 });
  const told = act();
  await fleet.simulators.rms.calls.reached(CHANNEL_ROUTE, 1);
  await neighbours.expectUnchanged('rms');
  fleet.limitClock.advance(5_000);
  expect(await told).toBeUndefined();
  expect(calls(WRITE_ROUTE)).toBe(1);
});
