import type { Kysely, Transaction } from 'kysely';

import type { LinkRecord } from '../../domain/session';
import type { Begun, Intent, IntentKey, IntentStore, NewAuditEntry } from '../ports';
import type { Sealer } from '../seal';
import { appendAudit } from './audit-store';
import { inChunks } from './chunks';
import { guarded } from './errors';
import { writeLinks } from './link-store';
import { distinct, standsAs } from './session-conditions';
import { linkRowOf } from './session-row';
import { storable, storableOrNull } from './storable';
import type { IntentRow, SessionRow, Tables } from './tables';

const WRITE = 'What was asked for could not be written down';
const READ = 'What was asked for could not be read';

/** Until when an intent is leased that nobody works on. */
const NOBODY = new Date(0);

/** What the intents stand on. */
interface SqlIntentStoreOptions {
  readonly db: Kysely<Tables>;
  readonly sealer: Sealer;
}

/** What callers asked for, in a SQL database. */
export class SqlIntentStore implements IntentStore {
  readonly #db: Kysely<Tables>;
  readonly #sealer: Sealer;

  constructor(options: SqlIntentStoreOptions) {
    this.#db = options.db;
    this.#sealer = options.sealer;
  }

  async begin(intent: Intent, session: LinkRecord | null, leasedUntil = NOBODY): Promise<Begun> {
    const row = rowOf(intent, leasedUntil);
    const links = this.#rowsOf(session);
    return guarded(WRITE, () =>
      this.#db.transaction().execute(async (transaction): Promise<Begun> => {
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('intents')
          .values(row)
          .onConflict((conflict) => conflict.columns(['subject', 'action', 'idempotency_key']).doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows !== 1n) {
          return {
            begun: false,
            earlier: intentOf(await withSameKey(transaction, row).executeTakeFirstOrThrow()),
          };
        }
        await writeLinks(transaction, links);
        return { begun: true };
      }),
    );
  }

  async find({ subject, action, idempotencyKey }: IntentKey): Promise<Intent | undefined> {
    const key = {
      subject: storable(subject),
      action: storable(action),
      idempotency_key: storable(idempotencyKey),
    };
    const row = await guarded(READ, () => withSameKey(this.#db, key).executeTakeFirst());
    return row === undefined ? undefined : intentOf(row);
  }

  async settle(
    intentId: string,
    at: Date,
    session: LinkRecord | null,
    audit: readonly NewAuditEntry[],
  ): Promise<boolean> {
    const links = this.#rowsOf(session);
    return guarded(WRITE, () =>
      this.#db.transaction().execute(async (transaction) => {
        const first = await markSettled(transaction, intentId, at);
        if (first) await writeLinks(transaction, links);
        else if (!(await oweMore(transaction, links))) return false;
        await appendAudit(transaction, audit);
        return first;
      }),
    );
  }

  async lease(intentIds: readonly string[], until: Date): Promise<void> {
    await guarded(WRITE, async () => {
      for (const chunk of inChunks(distinct(intentIds))) {
        await this.#db
          .updateTable('intents')
          .set({ leased_until: until.getTime() })
          .where('id', 'in', [...chunk])
          .where('settled_at', 'is', null)
          .execute();
      }
    });
  }

  async claim(accounts: readonly string[], nowMs: number, until: Date): Promise<readonly Intent[]> {
    if (accounts.length === 0) return [];
    const rows = await guarded(WRITE, async () => {
      const free = await this.#free(accounts, nowMs);
      const claimed: IntentRow[] = [];
      for (const chunk of inChunks(free)) {
        // Whoever claims the same at the same moment finds the lease moved, and gets nothing.
        claimed.push(
          ...(await this.#db
            .updateTable('intents')
            .set({ leased_until: until.getTime() })
            .where('id', 'in', [...chunk])
            .where('settled_at', 'is', null)
            .where('leased_until', '<=', nowMs)
            .returningAll()
            .execute()),
        );
      }
      return claimed;
    });
    return rows.map(intentOf).toSorted(oldestFirst);
  }

  async note(intentId: string, detail: string, audit: readonly NewAuditEntry[]): Promise<void> {
    const noted = storable(detail);
    await guarded(WRITE, () =>
      this.#db.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('intents')
          .set({ detail: noted })
          .where('id', '=', storable(intentId))
          .where('settled_at', 'is', null)
          .where('detail', '<>', noted)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await appendAudit(transaction, audit);
      }),
    );
  }

  async unsettled(): Promise<readonly Intent[]> {
    const rows = await guarded(READ, () =>
      this.#db
        .selectFrom('intents')
        .selectAll()
        .where('settled_at', 'is', null)
        .orderBy('asked_at')
        .orderBy('id')
        .execute(),
    );
    return rows.map(intentOf);
  }

  async forget(askedBefore: Date, nowMs: number): Promise<number> {
    const { numDeletedRows } = await guarded(WRITE, () =>
      this.#db
        .deleteFrom('intents')
        .where('settled_at', 'is not', null)
        .where('asked_at', '<', askedBefore.getTime())
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('sessions')
                .select('sessions.id')
                .whereRef('sessions.id', '=', 'intents.session_id')
                .where((session) =>
                  session.or([standsAs(session, 'PENDING', nowMs), standsAs(session, 'ACTIVE', nowMs)]),
                ),
            ),
          ),
        )
        .executeTakeFirstOrThrow(),
    );
    return Number(numDeletedRows);
  }

  /** The ids of those that nobody works on: as a rule none, and then nothing is written. */
  async #free(accounts: readonly string[], nowMs: number): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('intents')
      .select('id')
      .where('settled_at', 'is', null)
      .where('leased_until', '<=', nowMs)
      .where('account', 'in', distinct(accounts))
      .execute();
    return rows.map(({ id }) => id);
  }

  /** The session of an intent is always a link of this graph. */
  #rowsOf(session: LinkRecord | null): readonly SessionRow[] {
    return session === null ? [] : [linkRowOf(session, true, this.#sealer)];
  }
}

/** The intent of a key. A statement that met it waited until it was there for good. */
function withSameKey(
  db: Kysely<Tables>,
  { subject, action, idempotency_key }: Pick<IntentRow, 'subject' | 'action' | 'idempotency_key'>,
) {
  return db
    .selectFrom('intents')
    .selectAll()
    .where('subject', '=', subject)
    .where('action', '=', action)
    .where('idempotency_key', '=', idempotency_key);
}

/** False where it was settled before, or is not known any more. */
async function markSettled(transaction: Transaction<Tables>, intentId: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('intents')
    .set({ settled_at: at.getTime() })
    .where('id', '=', storable(intentId))
    .where('settled_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** A link that was settled without a connection turns out to have one: its end is owed after all. */
async function oweMore(transaction: Transaction<Tables>, links: readonly SessionRow[]): Promise<boolean> {
  let owed = false;
  for (const { id, end_owed, connection_ref, found_running } of links) {
    if (end_owed !== 1 || connection_ref === null) continue;
    const { numUpdatedRows } = await transaction
      .updateTable('sessions')
      .set({ connection_ref, found_running, end_owed })
      .where('id', '=', id)
      .where('connection_ref', 'is', null)
      .executeTakeFirstOrThrow();
    owed ||= numUpdatedRows === 1n;
  }
  return owed;
}

function oldestFirst(one: Intent, other: Intent): number {
  return one.askedAt.getTime() - other.askedAt.getTime() || (one.id < other.id ? -1 : 1);
}

function rowOf(intent: Intent, leasedUntil: Date): IntentRow {
  return {
    id: storable(intent.id),
    subject: storable(intent.subject),
    action: storable(intent.action),
    idempotency_key: storableOrNull(intent.idempotencyKey),
    input_digest: storable(intent.inputDigest),
    account: storable(intent.account),
    session_id: storableOrNull(intent.sessionId),
    detail: storable(intent.detail),
    asked_at: intent.askedAt.getTime(),
    settled_at: intent.settledAt === null ? null : intent.settledAt.getTime(),
    leased_until: leasedUntil.getTime(),
  };
}

function intentOf(row: IntentRow): Intent {
  return {
    id: row.id,
    subject: row.subject,
    action: row.action,
    idempotencyKey: row.idempotency_key,
    inputDigest: row.input_digest,
    account: row.account,
    sessionId: row.session_id,
    detail: row.detail,
    askedAt: new Date(row.asked_at),
    settledAt: row.settled_at === null ? null : new Date(row.settled_at),
  };
}
