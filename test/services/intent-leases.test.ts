import { IntentLeases } from '../../src/services/intent-leases';
import type { Intent, IntentStore } from '../../src/stores/ports';
import { ManualClock } from '../support/manual-clock';

const turn = (): Promise<void> => Promise.resolve();

/** Leases over a store that notes what is leased, and until when, in seconds from the start. */
function leasing() {
  const clock = new ManualClock();
  const start = clock.now();
  const leased: (readonly [ids: string, until: number])[] = [];
  let free: readonly string[] = [];
  const store = {
    lease: async (ids: readonly string[], until: Date) => {
      leased.push([ids.join(), until.getTime() === 0 ? 0 : (until.getTime() - start) / 1000]);
    },
    claim: async () => free.map((id) => ({ id }) as Intent),
  } as unknown as IntentStore;
  const leases = new IntentLeases(store, clock);
  return { clock, leased, leases, setFree: (ids: readonly string[]) => (free = ids) };
}

test('what is worked on is leased again and again, and what is settled no more', async () => {
  const { clock, leased, leases } = leasing();
  leases.hold('one');
  leases.hold('two');
  clock.advance(3000);
  leases.drop('one');
  clock.advance(3000);
  leases.drop('two');
  clock.advance(60_000);
  expect(leased).toEqual([
    ['one,two', 13],
    ['two', 16],
  ]);
  expect(clock.waiting).toBe(0);
});

test('what is let go unsettled is free at once, and so is everything at a stop', async () => {
  const { clock, leased, leases } = leasing();
  for (const id of ['one', 'two', 'three']) leases.hold(id);
  leases.drop('three');
  await leases.letGo('one');
  await leases.letGo('three');
  await leases.stop();
  await leases.stop();
  expect(leased).toEqual([
    ['one', 0],
    ['two', 0],
  ]);
  expect(clock.waiting).toBe(0);
});

test('what is claimed is worked on from then on, but for what this process works on already', async () => {
  const { clock, leased, leases, setFree } = leasing();
  leases.hold('own');
  setFree(['own', 'left']);
  expect((await leases.claim(['rms'])).map(({ id }) => id)).toEqual(['left']);
  clock.advance(3000);
  await turn();
  expect(leased).toEqual([['own,left', 13]]);
  await leases.stop();
});
