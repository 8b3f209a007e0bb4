import fc from 'fast-check';
import { dueBy, nextInstant, passedMarks } from '../../../src/services/expiry/schedule';
import { at, NOW } from '../sessions';

const marksOf = fc.uniqueArray(fc.integer({ min: 1, max: 2000 }), { maxLength: 10 });

test('every mark that has not passed is due once, in order, at its instant, and then the end, whatever is looked at when', () => {
  fc.assert(
    fc.property(
      marksOf,
      fc.integer({ min: 1, max: 3000 }),
      fc.array(fc.integer({ min: 1, max: 500_000 }), { minLength: 1, maxLength: 40 }),
      (marks, leftSeconds, steps) => {
        const session = { status: 'ACTIVE', expiresAt: at(leftSeconds) } as const;
        const told = new Set(passedMarks(session, marks, NOW));
        const begun = new Set(told);
        const heard: { readonly atMs: number; readonly seenAt: number; readonly what: number }[] = [];
        let now = NOW;
        for (const step of [...steps, 4_000_000]) {
          now += step;
          if (heard.at(-1)?.what === 0) break;
          for (const due of dueBy({ session, marks, told }, now)) {
            const mark = due.type === 'EXPIRING' ? due.mark : 0;
            if (mark > 0) told.add(mark);
            heard.push({ atMs: due.atMs, seenAt: now, what: mark });
          }
        }
        const expected = [...marks.filter((mark) => !begun.has(mark)).sort((a, b) => b - a), 0];
        expect(heard.map(({ what }) => what)).toEqual(expected);
        for (const { atMs, seenAt, what } of heard) {
          expect(atMs).toBe(session.expiresAt.getTime() - what * 1000);
          expect(atMs).toBeLessThanOrEqual(seenAt);
        }
      },
    ),
  );
});

test('the next instant is that of the first thing that will be due', () => {
  fc.assert(
    fc.property(marksOf, fc.integer({ min: 1, max: 3000 }), (marks, leftSeconds) => {
      const session = { status: 'ACTIVE', expiresAt: at(leftSeconds) } as const;
      const plan = { session, marks, told: new Set(passedMarks(session, marks, NOW)) };
      const next = nextInstant(plan) ?? 0;
      expect(next).toBeGreaterThan(NOW);
      expect(dueBy(plan, next - 1)).toEqual([]);
      expect(dueBy(plan, next)[0]?.atMs).toBe(next);
    }),
  );
});

test('only a link that runs and has an end is ever due', () => {
  const marks = [60];
  for (const session of [
    { status: 'PENDING', expiresAt: at(-5) },
    { status: 'CLOSED', expiresAt: at(-5) },
    { status: 'ACTIVE', expiresAt: null },
  ] as const) {
    expect(nextInstant({ session, marks, told: new Set() })).toBeUndefined();
    expect(dueBy({ session, marks, told: new Set() }, NOW + 1e9)).toEqual([]);
    expect(passedMarks(session, marks, NOW)).toEqual([]);
  }
});
