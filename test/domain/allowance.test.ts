import fc from 'fast-check';
import {
  easesAtMs,
  HOUR_MS,
  monthOf,
  pollPace,
  readsFromMs,
  type Spending,
  stretchedAgeMs,
  tightness,
  usableOf,
} from '../../src/domain/allowance';

const NOVEMBER = monthOf(Date.UTC(2026, 10, 21, 10));
const LENGTH = NOVEMBER.endMs - NOVEMBER.startMs;

/** A window of 100,000 calls as it stands after a part of it. */
function spent(used: number, elapsed: number, limit = 100_000): Spending {
  return { limit, used, window: NOVEMBER, nowMs: NOVEMBER.startMs + elapsed * LENGTH };
}

test('a window is the calendar month in UTC', () => {
  expect(NOVEMBER).toEqual({ startMs: Date.UTC(2026, 10), endMs: Date.UTC(2026, 11) });
  expect(monthOf(Date.UTC(2026, 11, 31, 23, 59, 59, 999)).endMs).toBe(Date.UTC(2027, 0));
  expect(monthOf(Date.UTC(2027, 0)).startMs).toBe(Date.UTC(2027, 0));
});

test.each([
  [100_000, 98_000],
  [1000, 980],
  [250, 245],
  [100, 95],
  [5, 0],
  [1, 0],
])('of %d calls all but 2 %%, and at least 5, are usable: %d', (limit, usable) => {
  expect(usableOf(limit)).toBe(usable);
});

test('spending with the month is never tight, and a tenth of what is to come may be spent ahead', () => {
  for (const elapsed of [0, 0.2, 0.5, 0.99]) {
    const even = 98_000 * elapsed;
    expect(tightness(spent(even, elapsed))).toBeCloseTo(0);
    expect(tightness(spent(even + 9800 * (1 - elapsed), elapsed))).toBeCloseTo(1, 1);
  }
  expect(tightness(spent(98_000, 0.999))).toBe(Number.POSITIVE_INFINITY);
});

test('reads are older only once half of what may be spent ahead is gone, and never older than the oldest', () => {
  expect(stretchedAgeMs(0.5, 30_000, 3_600_000)).toBe(0);
  expect(stretchedAgeMs(0.51, 30_000, 3_600_000)).toBeGreaterThan(30_000);
  expect(stretchedAgeMs(1, 30_000, 3_600_000)).toBe(3_600_000);
  expect(stretchedAgeMs(Number.POSITIVE_INFINITY, 30_000, 3_600_000)).toBe(3_600_000);
  expect(stretchedAgeMs(1, 30_000, 0)).toBe(0);
});

test('the instant that is told for the end of it is the instant at which it ends', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 97_999 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (used, elapsed) => {
        const spending = spent(used, elapsed);
        fc.pre(tightness(spending) > 0.5);
        const at = easesAtMs(spending);
        expect(at).toBeGreaterThan(spending.nowMs);
        expect(tightness({ ...spending, nowMs: at + 1 })).toBeLessThanOrEqual(0.5001);
      },
    ),
  );
  expect(easesAtMs(spent(98_000, 0.5))).toBe(NOVEMBER.endMs);
});

test('reads twice as far ahead as may be wait until the month has caught up; of a small allowance none has to', () => {
  const ahead = spent(0.5 * 98_000 + 2 * 0.05 * 98_000 + 101, 0.5);
  expect(readsFromMs(ahead)).toBeGreaterThan(ahead.nowMs);
  expect(readsFromMs({ ...ahead, used: ahead.used - 2 })).toBeLessThanOrEqual(ahead.nowMs);
  expect(readsFromMs(spent(94, 0, 100))).toBeLessThanOrEqual(NOVEMBER.startMs);
  expect(readsFromMs(spent(98_000, 0.1))).toBe(NOVEMBER.endMs);
});

test('polls take what others leave, stretch before reads do, and never stop while anything is left', () => {
  const even = 98_000 / (LENGTH / HOUR_MS);
  expect(pollPace(spent(0, 0), 0)).toBeCloseTo(0.9 * even);
  expect(pollPace(spent(0, 0), even / 2)).toBeCloseTo(0.45 * even);
  expect(pollPace(spent(0, 0), even * 3)).toBeCloseTo(0.15 * even);
  const ahead = spent(4900, 0);
  expect(stretchedAgeMs(tightness(ahead), 30_000, 3_600_000)).toBe(0);
  expect(pollPace(ahead, 0)).toBeCloseTo((0.15 * 0.75 * (98_000 - 4900)) / (LENGTH / HOUR_MS));
  expect(pollPace(spent(98_000, 0.5), 0)).toBe(0);
});
