import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';

import { isFinal, mayBecome, SESSION_STATUSES } from '../../domain/session';
import type { SessionRow, Tables } from './tables';

/**
 * Writes what reads have seen. What is there already is replaced, except that a status never goes back, that a session
 * whose making nobody knows stays where it was first seen, and that what this graph knows of a link is not forgotten.
 * Answers the ids that were not there.
 */
export async function upsertSessions(
  db: Kysely<Tables>,
  rows: readonly SessionRow[],
): Promise<readonly string[]> {
  // Who comes second waits here for who came first, and is then told nothing.
  const inserted = await db
    .insertInto('sessions')
    .values([...rows])
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute();
  const first = new Set(inserted.map(({ id }) => id));
  const others = rows.filter(({ id }) => !first.has(id));
  if (others.length > 0) {
    await db
      .insertInto('sessions')
      .values(others)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(replacement))
      .execute();
  }
  return [...first];
}

/** Locks the rows that are about to end, and answers their ids; whoever else ends them waits, and finds them over. */
export async function lockEnding(
  db: Kysely<Tables>,
  rows: readonly SessionRow[],
): Promise<readonly string[]> {
  const ending = rows.flatMap(({ id, status }) => (FINAL.some((final) => final === status) ? [id] : []));
  if (ending.length === 0) return [];
  const locked = await db
    .updateTable('sessions')
    .set((eb) => ({ status: eb.ref('status') }))
    .where('id', 'in', ending)
    .where('status', 'not in', FINAL)
    .returning('id')
    .execute();
  return locked.map(({ id }) => id);
}

/** Writes links, as {@link upsertSessions} does, with what only a link has. */
export async function upsertLinks(db: Kysely<Tables>, rows: readonly SessionRow[]): Promise<void> {
  await db
    .insertInto('sessions')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        ...replacement(eb),
        connection_ref: eb.ref('excluded.connection_ref'),
        found_running: eb.ref('excluded.found_running'),
        end_owed: eb.ref('excluded.end_owed'),
        access_owed: eb.ref('excluded.access_owed'),
        allowed_ip: eb.ref('excluded.allowed_ip'),
        made_here: eb
          .case()
          .when('sessions.made_here', '=', 1)
          .then(eb.ref('sessions.made_here'))
          .else(eb.ref('excluded.made_here'))
          .end(),
      })),
    )
    .execute();
}

/** What becomes of the columns that every session has. */
function replacement(eb: Conflict) {
  return {
    account: eb.ref('excluded.account'),
    vendor: eb.ref('excluded.vendor'),
    device_id: eb.ref('excluded.device_id'),
    remote_access_id: eb.ref('excluded.remote_access_id'),
    vendor_ref: eb.ref('excluded.vendor_ref'),
    url_sealed: eb.ref('excluded.url_sealed'),
    host: eb.ref('excluded.host'),
    port: eb.ref('excluded.port'),
    status: eb
      .case()
      .when(staysAsItWas(eb))
      .then(eb.ref('sessions.status'))
      .else(eb.ref('excluded.status'))
      .end(),
    created_at: eb.ref('excluded.created_at'),
    expires_at: eb.ref('excluded.expires_at'),
    created_by: eb.fn.coalesce('excluded.created_by', 'sessions.created_by'),
    reason: eb.fn.coalesce('excluded.reason', 'sessions.reason'),
    observed_at: eb.ref('excluded.observed_at'),
    sort_at: eb
      .case()
      .when('excluded.created_at', 'is', null)
      .then(eb.ref('sessions.sort_at'))
      .else(eb.ref('excluded.sort_at'))
      .end(),
  };
}

/**
 * Rows in the rounds in which they are written: one statement can write a row only once, so the second row with an id
 * waits for the second round. Within a round they are in the order of their ids: two processes that take their locks
 * in the same order do not end in each other's way.
 */
export function inRounds(rows: readonly SessionRow[]): readonly (readonly SessionRow[])[] {
  const rounds: SessionRow[][] = [];
  const seen = new Map<string, number>();
  for (const row of rows) {
    const round = seen.get(row.id) ?? 0;
    seen.set(row.id, round + 1);
    const others = rounds[round];
    if (others === undefined) rounds.push([row]);
    else others.push(row);
  }
  return rounds.map((round) => round.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
}

/** The states that nothing follows. */
export const FINAL = SESSION_STATUSES.filter(isFinal);

/** The steps between other states that the domain does not allow either. */
const BACKWARDS = SESSION_STATUSES.filter((from) => !isFinal(from)).flatMap((from) =>
  SESSION_STATUSES.filter((to) => to !== from && !mayBecome(from, to)).map((to) => [from, to] as const),
);

type Conflict = ExpressionBuilder<Tables & { excluded: SessionRow }, 'sessions' | 'excluded'>;

/** True in SQL where `mayBecome` is false. */
function staysAsItWas(eb: Conflict): Expression<SqlBool> {
  const steps = BACKWARDS.map(([from, to]) =>
    eb.and([eb('sessions.status', '=', from), eb('excluded.status', '=', to)]),
  );
  return eb.or([eb('sessions.status', 'in', FINAL), ...steps]);
}
