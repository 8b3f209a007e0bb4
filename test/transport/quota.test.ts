import type { CallPurpose } from '../../src/domain/allowance';
import { settle } from '../../src/domain/outcome';
import type { Quota } from '../../src/transport/quota';
import { ManualClock } from '../support/manual-clock';
import { FakeQuotas, openQuota, settled } from './quota-bench';

/** Takes calls one after the other; answers how many were let through. */
async function takeMany(quota: Quota, calls: number, purpose: CallPurpose = 'read'): Promise<number> {
  let made = 0;
  for (let nth = 0; nth < calls; nth += 1) {
    const outcome = await settle(quota.take(purpose));
    if (outcome.ok) made += 1;
  }
  await settled();
  return made;
}

test('every call is counted, and the store is written once for many of them', async () => {
  const store = new FakeQuotas();
  const { quota } = await openQuota(store, 100_000);
  expect(await takeMany(quota, 1000)).toBe(1000);
  expect(quota.report()).toMatchObject({ limit: 100_000, used: 1000, remaining: 99_000 });
  expect(quota.report().resetsAt).toEqual(new Date('2026-12-01T00:00:00.000Z'));
  expect(store.writes).toBeLessThanOrEqual(45);
});

test('what is left over at the end of the process is given back', async () => {
  const store = new FakeQuotas();
  const { quota } = await openQuota(store, 100_000);
  await takeMany(quota, 3);
  await quota.close();
  expect([...store.rows.values()]).toEqual([{ used: 3, warned: 0 }]);
});

test('a crash counts at most what was taken ahead too many, and never one too few', async () => {
  const store = new FakeQuotas();
  let clock = new ManualClock();
  let made = 0;
  for (let crashes = 0; crashes < 10; crashes += 1) {
    clock = new ManualClock();
    const { quota } = await openQuota(store, 100_000, clock);
    made += await takeMany(quota, 37);
  }
  const [row] = [...store.rows.values()];
  expect(row?.used).toBeGreaterThanOrEqual(made);
  expect(row?.used).toBeLessThanOrEqual(made + 10 * 100);
});

test('when the rest is used up, reads, polls and new actions are refused until the month is over', async () => {
  const { quota, clock } = await openQuota(new FakeQuotas(), 200);
  expect(await takeMany(quota, 300)).toBe(195);
  for (const purpose of ['read', 'poll', 'action'] as const) {
    await expect(quota.take(purpose)).rejects.toMatchObject({
      code: 'VENDOR_QUOTA_EXHAUSTED',
      retryable: false,
      unsent: true,
      retryAfterSeconds: Math.ceil((Date.UTC(2026, 11) - clock.now()) / 1000),
    });
  }
  clock.advance(Date.UTC(2026, 11) - clock.now());
  await settled();
  expect(await takeMany(quota, 5)).toBe(5);
  expect(quota.report()).toMatchObject({ used: 5, resetsAt: new Date(Date.UTC(2027, 0)) });
});

test('far ahead of the month reads of single things wait for it, while lists, actions and ends of links go on', async () => {
  const { quota, clock } = await openQuota(new FakeQuotas(), 1000);
  // An even spread is at 634 by then, and may be passed by two tenths of the rest and a hundred.
  expect(await takeMany(quota, 900)).toBe(804);
  const refused = await settle(quota.take('read', 9));
  if (refused.ok) throw new Error('it was let through');
  expect(refused.error).toMatchObject({ code: 'VENDOR_QUOTA_EXHAUSTED' });
  await quota.take('read', 10);
  await quota.take('action');
  await quota.take('finish');
  clock.advance((refused.error.retryAfterSeconds ?? 0) * 1000 + 8 * 3_600_000);
  await quota.take('read');
});

test('ending links is never refused: it has the reserve, and what is beyond it is counted', async () => {
  const store = new FakeQuotas();
  const { quota } = await openQuota(store, 200);
  await takeMany(quota, 300);
  expect(await takeMany(quota, 8, 'finish')).toBe(8);
  expect(quota.report()).toMatchObject({ used: 203, remaining: 0 });
  await quota.close();
  expect([...store.rows.values()]).toEqual([{ used: 203, warned: 95 }]);
});

test('replicas together never pass what is usable', async () => {
  const store = new FakeQuotas();
  const replicas = await Promise.all([1, 2, 3].map(() => openQuota(store, 1000)));
  const made = await Promise.all(replicas.map(({ quota }) => takeMany(quota, 900, 'action')));
  const sum = made.reduce((all, own) => all + own, 0);
  expect(sum).toBeLessThanOrEqual(980);
  // What others hold ahead is little by then.
  expect(sum).toBeGreaterThanOrEqual(970);
});

test('many callers at once are let through by few writes', async () => {
  const store = new FakeQuotas();
  const { quota } = await openQuota(store, 100_000);
  await Promise.all(Array.from({ length: 500 }, () => quota.take('read')));
  await settled();
  expect(quota.report().used).toBe(500);
  expect(store.writes).toBeLessThan(30);
});

test('the count survives a restart, and so does what an operator was warned of', async () => {
  const store = new FakeQuotas();
  const first = await openQuota(store, 1000);
  await takeMany(first.quota, 850, 'action');
  await first.quota.close();
  expect(first.warnings).toEqual([50, 80]);
  const second = await openQuota(store, 1000);
  expect(second.quota.report().used).toBe(850);
  await takeMany(second.quota, 120, 'action');
  expect(second.warnings).toEqual([95]);
});

describe('while the store is out of reach', () => {
  test('calls go on and are written later; the operator is told once', async () => {
    const store = new FakeQuotas();
    const { quota, clock, lost } = await openQuota(store, 100_000);
    store.away = true;
    expect(await takeMany(quota, 200)).toBe(200);
    expect(quota.report().used).toBe(200);
    expect(lost).toHaveLength(1);
    store.away = false;
    clock.advance(60_000);
    await settled();
    expect([...store.rows.values()].map(({ used }) => used)).toEqual([200]);
    expect(lost).toHaveLength(1);
  });

  test('no more than a day’s share of what was left is spent in a day, and links can still be ended', async () => {
    const store = new FakeQuotas();
    const { quota, clock } = await openQuota(store, 1000);
    store.away = true;
    // 980 usable, and ten days and 14 hours to go.
    expect(await takeMany(quota, 400)).toBe(92);
    await expect(quota.take('read')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    expect(await takeMany(quota, 3, 'finish')).toBe(3);
    clock.advance(86_400_000);
    await settled();
    expect(await takeMany(quota, 400)).toBe(92);
  });

  test('what is known to be used up stays so', async () => {
    const store = new FakeQuotas();
    const { quota } = await openQuota(store, 200);
    await takeMany(quota, 300);
    store.away = true;
    await expect(quota.take('read')).rejects.toMatchObject({ code: 'VENDOR_QUOTA_EXHAUSTED' });
  });

  test('a call waits for a slow store a second, and no longer', async () => {
    const store = new FakeQuotas();
    const { quota, clock } = await openQuota(store, 100_000);
    let open = (): void => {};
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    let done = false;
    const taking = quota.take('read').then(() => {
      done = true;
    });
    clock.advance(999);
    await settled();
    expect(done).toBe(false);
    clock.advance(1);
    await taking;
    expect(quota.report().used).toBe(1);
    open();
    await settled();
    await quota.close();
    expect([...store.rows.values()].map(({ used }) => used)).toEqual([1]);
  });
});

test('polls may spend what is left over by others, who are known by what they did in the last day', async () => {
  const { quota, clock, reports } = await openQuota(new FakeQuotas(), 100_000);
  const alone = quota.pollCallsPerHour();
  for (let hour = 0; hour < 24; hour += 1) {
    await takeMany(quota, 100);
    clock.advance(3_600_000);
    await settled();
  }
  const besides = quota.pollCallsPerHour();
  expect(alone - besides).toBeGreaterThan(60);
  for (let hour = 0; hour < 24; hour += 1) {
    await takeMany(quota, 100, 'poll');
    clock.advance(3_600_000);
    await settled();
  }
  expect(quota.pollCallsPerHour()).toBeGreaterThan(alone);
  const { exhaustedAt } = reports.at(-1) ?? { exhaustedAt: null };
  // 95,200 calls at 100 an hour.
  expect((exhaustedAt?.getTime() ?? 0) / 3_600_000 - clock.now() / 3_600_000).toBeCloseTo(952, -2);
});
