import { formatId } from '../../src/domain/ids';
import type { LinkRecord } from '../../src/domain/session';
import type { LinkCloser } from '../../src/services/link-closer';
import { LinkKeeper } from '../../src/services/link-keeper';
import type { LinkTools } from '../../src/services/link-tools';
import type { MadeAccesses } from '../../src/services/made-accesses';
import { ManualClock } from '../support/manual-clock';

const CLOSED = Promise.resolve();

/** A keeper over a ledger of links that owe their end, with a vendor that ends those that are not in its way. */
function keeping() {
  const clock = new ManualClock();
  const owed = new Map<string, LinkRecord>();
  const stuck = new Set<string>();
  const tried: string[] = [];
  let looks = 0;
  let lost = 0;
  const links = {
    owed: async (now: number) => {
      looks += 1;
      lost -= 1;
      if (lost >= 0) throw new Error('the store does not answer');
      return [...owed.values()].filter(({ expiresAt }) => (expiresAt?.getTime() ?? 0) <= now);
    },
    accessesOwed: async () => [],
    nextOwedMs: async () =>
      owed.size === 0
        ? null
        : Math.min(...[...owed.values()].map(({ expiresAt }) => expiresAt?.getTime() ?? 0)),
  };
  const tools = {
    clock,
    store: { links },
    fleet: { all: () => [{ key: 'lab' }] },
    warn: () => undefined,
  } as unknown as LinkTools;
  const closer = {
    close: async (_: unknown, link: LinkRecord) => {
      tried.push(link.id);
      if (stuck.has(link.id)) throw new Error('the vendor does not answer');
      owed.delete(link.id);
      return link;
    },
  } as unknown as LinkCloser;
  const keeper = new LinkKeeper(tools, closer, {} as unknown as MadeAccesses);
  const due = (name: string, seconds: number): string => {
    const id = formatId('lab', 'session', name);
    const expiresAt = new Date(clock.now() + seconds * 1000);
    owed.set(id, { id, account: 'lab', expiresAt } as LinkRecord);
    return id;
  };
  /** Moves on in steps of 50 ms, so that whatever is scheduled happens at its time. */
  const pass = async (seconds: number): Promise<void> => {
    for (let step = 0; step < seconds * 20; step += 1) {
      clock.advance(50);
      for (let turn = 0; turn < 12; turn += 1) await CLOSED;
    }
  };
  return {
    keeper,
    owed,
    stuck,
    tried,
    due,
    pass,
    clock,
    looks: () => looks,
    lose: (times: number) => (lost = times),
  };
}

test('each end is kept at its time, and looked for no more often than that takes', async () => {
  const { keeper, tried, due, pass, looks } = keeping();
  const [first, second] = [due('a', 10), due('b', 20)];
  keeper.start();
  await pass(9.9);
  expect(tried).toEqual([]);
  await pass(0.2);
  expect(tried).toEqual([first]);
  await pass(10);
  expect(tried).toEqual([first, second]);
  expect(looks()).toBeLessThanOrEqual(6);
  await keeper.stop();
});

test('an end that fails is tried again, less and less often, and never given up', async () => {
  const { keeper, tried, due, pass, stuck } = keeping();
  const id = due('a', 1);
  stuck.add(id);
  keeper.start();
  await pass(4);
  expect(tried.length).toBeGreaterThanOrEqual(2);
  await pass(600);
  expect(tried.length).toBeGreaterThanOrEqual(10);
  expect(tried.length).toBeLessThanOrEqual(25);
  stuck.delete(id);
  const before = tried.length;
  await pass(62);
  expect(tried.length).toBe(before + 1);
  await keeper.stop();
});

test('one that fails does not keep the next one waiting for more than about a second', async () => {
  const { keeper, tried, due, pass, stuck } = keeping();
  stuck.add(due('stuck', 1));
  const next = due('next', 100);
  keeper.start();
  await pass(99.5);
  expect(tried).not.toContain(next);
  await pass(1.7);
  expect(tried).toContain(next);
  await keeper.stop();
});

test('one that failed and was ended by somebody else is forgotten: nothing is looked at all the time', async () => {
  const { keeper, owed, due, pass, stuck, looks } = keeping();
  const id = due('a', 1);
  stuck.add(id);
  keeper.start();
  await pass(5);
  owed.delete(id);
  await pass(60);
  const before = looks();
  await pass(60);
  expect(looks() - before).toBeLessThanOrEqual(3);
  await keeper.stop();
});

test('a store that is out of reach for a moment delays an end by seconds', async () => {
  const { keeper, tried, due, pass, lose } = keeping();
  const id = due('a', 0);
  lose(2);
  keeper.start();
  await pass(5);
  expect(tried).toEqual([id]);
  await keeper.stop();
});

test('after stop nothing is ended any more', async () => {
  const { keeper, tried, due, pass, clock } = keeping();
  due('a', 1);
  keeper.start();
  await keeper.stop();
  await pass(5);
  keeper.wake();
  await pass(5);
  expect(tried).toEqual([]);
  expect(clock.waiting).toBe(0);
});
