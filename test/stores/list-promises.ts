import fc from 'fast-check';

import { SESSION_STATUSES, type Session, statusAt } from '../../src/domain/session';
import { type SessionPage, type SessionPosition, sortMsOf } from '../../src/stores/ports';
import type { StoreUnderTest } from '../conformance/store';
import { PlainLedger } from './plain-ledger';
import { aBareSession, anyQuery, anySession, aSession, NOW } from './sessions';

const ALL = { nowMs: NOW };

/** What a ledger of links guarantees of its lists. */
export function itListsSessions(under: () => StoreUnderTest): void {
  test('any query finds what a plain search finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anySession, { maxLength: 30 }),
        fc.array(anyQuery, { minLength: 1, maxLength: 8 }),
        async (some, queries) => {
          const { sessions } = await under().empty();
          const plain = new PlainLedger();
          await sessions.save(some);
          plain.save(some);
          for (const query of queries) {
            const expected = plain.list(query);
            expect(await sessions.list(query, 40)).toEqual({ sessions: expected, hasMore: false });
            expect(await sessions.count(query)).toBe(expected.length);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each(SESSION_STATUSES)('%s means the same in a list as on a clock', async (status) => {
    const { sessions } = await under().empty();
    const ends = [null, NOW - 1, NOW, NOW + 1].map((ms) => (ms === null ? null : new Date(ms)));
    const all = SESSION_STATUSES.flatMap((stored) =>
      ends.map((expiresAt, n) => aSession(`${stored}-${n}`, { status: stored, expiresAt })),
    );
    await sessions.save(all);
    const read = await sessions.list({ ...ALL, statuses: [status] }, 100);
    const expected = all.filter((session) => statusAt(session, NOW) === status).map(({ id }) => id);
    expect(read.sessions.map(({ id }) => id).sort()).toEqual(expected.sort());
  });
}

/** What a ledger of links guarantees of lists that are read in pages. */
export function itPages(under: () => StoreUnderTest): void {
  test('pages follow each other without gap or double, whatever is written in between', async () => {
    const batches = fc.array(fc.array(anySession, { maxLength: 5 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anySession, { minLength: 1 }),
        batches,
        fc.integer({ min: 1, max: 5 }),
        async (start, later, size) => {
          const { sessions } = await under().empty();
          await sessions.save(start);
          const told = await walk(sessions.list.bind(sessions), size, async (page) => {
            await sessions.save(withoutMoving(start, later[page] ?? [], page));
          });
          expect(new Set(told).size).toBe(told.length);
          expect(told).toEqual(expect.arrayContaining(start.map(({ id }) => id)));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a session whose making nobody knows stays where it was first seen', async () => {
    const { sessions } = await under().empty();
    const seenAt = (id: string, ms: number) => ({ ...aBareSession(id), observedAt: new Date(ms) });
    await sessions.save([seenAt('one', 1), seenAt('two', 2), seenAt('three', 3)]);
    await sessions.save([seenAt('one', 9), seenAt('two', 9)]);
    const first = await sessions.list(ALL, 2);
    expect(first.hasMore).toBe(true);
    expect(first.sessions).toEqual([seenAt('three', 3), seenAt('two', 9)]);
    const second = await sessions.list(ALL, 2, { sortMs: 9, id: 'rms:session:two' });
    expect(second).toEqual({ sessions: [seenAt('one', 9)], hasMore: false });
  });

  test('a page goes on after a session that is gone', async () => {
    const { sessions } = await under().empty();
    await sessions.save([aSession('old', { createdAt: new Date(1) })]);
    expect((await sessions.list(ALL, 5, { sortMs: 2, id: 'rms:session:gone' })).sessions).toHaveLength(1);
    expect((await sessions.list(ALL, 5, { sortMs: 1, id: 'rms:session:z' })).sessions).toHaveLength(0);
  });
}

/** Writes that do not change where a session of the start stands, as a vendor's answers do not. */
function withoutMoving(
  start: readonly Session[],
  batch: readonly Session[],
  page: number,
): readonly Session[] {
  const last = new Map(start.map((session) => [session.id, session]));
  return batch.map((session) => {
    const known = last.get(session.id);
    if (known !== undefined) return { ...known, observedAt: new Date(NOW + 10 + page) };
    return { ...session, id: `${session.id}-${page}`, vendorRef: null };
  });
}

async function walk(
  list: (query: { nowMs: number }, first: number, after?: SessionPosition) => Promise<SessionPage>,
  size: number,
  between: (page: number) => Promise<void>,
): Promise<readonly string[]> {
  const told: string[] = [];
  let after: SessionPosition | undefined;
  for (let page = 0; ; page++) {
    const { sessions, hasMore } = await list(ALL, size, after);
    told.push(...sessions.map(({ id }) => id));
    const last = sessions.at(-1);
    if (!hasMore || last === undefined) return told;
    after = { sortMs: sortMsOf(last), id: last.id };
    await between(page);
  }
}
