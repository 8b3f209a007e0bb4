import type { Kysely, Transaction } from 'kysely';

import { chained, EMPTY_HEAD } from '../audit-chain';
import type { AuditEntry, AuditHead, AuditQuery, AuditStore, NewAuditEntry } from '../ports';
import { inChunks } from './chunks';
import { guarded } from './errors';
import { distinct } from './session-conditions';
import { storable, storableOrNull } from './storable';
import type { AuditRow, Tables } from './tables';

const HEAD = 1;

/** Entries in one part of {@link SqlAuditStore.readAll}. */
const PART = 500;

const READ = 'The audit log could not be read';

/** The audit log in a SQL database. */
export class SqlAuditStore implements AuditStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async append(entries: readonly NewAuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await guarded('The audit log could not be written', () =>
      this.#db.transaction().execute((transaction) => appendAudit(transaction, entries)),
    );
  }

  async list(query: AuditQuery, first: number, beforeSequence?: number): Promise<readonly AuditEntry[]> {
    return guarded(READ, async () => {
      const rows: AuditRow[] = [];
      // One account after another: each comes from its index in order, however long the log is.
      for (const account of distinct(query.accounts)) {
        rows.push(...(await this.#newest({ ...query, account }, first, beforeSequence)));
      }
      return rows
        .toSorted((one, other) => other.sequence - one.sequence)
        .slice(0, first)
        .map(entryOf);
    });
  }

  async *readAll(afterSequence = 0): AsyncGenerator<AuditEntry, void> {
    for (let after = afterSequence; ; ) {
      const part = await guarded(READ, () => this.#part(after));
      yield* part.map(entryOf);
      const last = part.at(-1);
      if (last === undefined || part.length < PART) return;
      after = last.sequence;
    }
  }

  async head(): Promise<AuditHead> {
    const row = await guarded(READ, () =>
      this.#db.selectFrom('audit_head').select(['entries', 'hash']).where('id', '=', HEAD).executeTakeFirst(),
    );
    return row ?? EMPTY_HEAD;
  }

  #newest(
    query: Omit<AuditQuery, 'accounts'> & { readonly account: string },
    first: number,
    before: number | undefined,
  ): Promise<AuditRow[]> {
    const { account, actor, target } = query;
    let found = this.#db.selectFrom('audit').selectAll().where('account', '=', account);
    if (actor !== undefined) found = found.where('actor', '=', storable(actor));
    if (target !== undefined) found = found.where('target', '=', storable(target));
    if (before !== undefined) found = found.where('sequence', '<', before);
    return found.orderBy('sequence', 'desc').limit(first).execute();
  }

  #part(after: number): Promise<AuditRow[]> {
    return this.#db
      .selectFrom('audit')
      .selectAll()
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(PART)
      .execute();
  }
}

/**
 * Appends entries within the transaction of what they tell of. It takes the lock of the log's head, so it comes last:
 * until the end of the transaction nobody else can append, and no sequence can get lost.
 */
export async function appendAudit(
  transaction: Transaction<Tables>,
  entries: readonly NewAuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const moved = await transaction
    .updateTable('audit_head')
    .set((eb) => ({ entries: eb('entries', '+', entries.length) }))
    .where('id', '=', HEAD)
    .returning(['entries', 'hash'])
    .executeTakeFirstOrThrow();
  const before = { entries: moved.entries - entries.length, hash: moved.hash };
  const chain = chained(entries.map(storableEntry), before);
  for (const chunk of inChunks(chain)) {
    await transaction.insertInto('audit').values(chunk.map(rowOf)).execute();
  }
  await transaction
    .updateTable('audit_head')
    .set({ hash: chain.at(-1)?.hash ?? before.hash })
    .where('id', '=', HEAD)
    .execute();
}

/** The hash is over what the database gives back. */
function storableEntry(entry: NewAuditEntry): NewAuditEntry {
  return {
    at: entry.at,
    actor: storable(entry.actor),
    action: storable(entry.action),
    account: storable(entry.account),
    target: storableOrNull(entry.target),
    detail: storable(entry.detail),
    outcome: storable(entry.outcome),
    reason: storableOrNull(entry.reason),
  };
}

function rowOf({ at, ...entry }: AuditEntry): AuditRow {
  return { ...entry, at: at.getTime() };
}

function entryOf({ at, ...row }: AuditRow): AuditEntry {
  return { ...row, at: new Date(at) };
}
