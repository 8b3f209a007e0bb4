import type { Expression, ExpressionBuilder, Kysely, Transaction } from 'kysely';

import type { LinkRecord } from '../../domain/session';
import type { LinkStore, NewAuditEntry } from '../ports';
import type { Sealer } from '../seal';
import { appendAudit } from './audit-store';
import { inChunks } from './chunks';
import { guarded } from './errors';
import { distinct } from './session-conditions';
import { linkOf, linkRowOf } from './session-row';
import { FINAL, inRounds, upsertLinks } from './session-upsert';
import { storable } from './storable';
import type { SessionRow, Tables } from './tables';

const READ = 'The links could not be read';

/** What the links stand on. */
interface SqlLinkStoreOptions {
  readonly db: Kysely<Tables>;
  readonly sealer: Sealer;
}

/** The links of this graph in a SQL database: rows of the ledger, with what is needed to end them. */
export class SqlLinkStore implements LinkStore {
  readonly #db: Kysely<Tables>;
  readonly #sealer: Sealer;

  constructor(options: SqlLinkStoreOptions) {
    this.#db = options.db;
    this.#sealer = options.sealer;
  }

  async get(ids: readonly string[]): Promise<ReadonlyMap<string, LinkRecord>> {
    const rows = await guarded(READ, async () => {
      const found: SessionRow[] = [];
      for (const chunk of inChunks(distinct(ids))) {
        found.push(
          ...(await this.#own()
            .where('id', 'in', [...chunk])
            .execute()),
        );
      }
      return found;
    });
    return new Map(rows.map((row) => [row.id, linkOf(row, this.#sealer)]));
  }

  async overConnection(
    account: string,
    connectionRef: string,
    nowMs: number,
  ): Promise<readonly LinkRecord[]> {
    const rows = await guarded(READ, () =>
      this.#own()
        .where('account', '=', storable(account))
        .where('connection_ref', '=', storable(connectionRef))
        .where('status', 'not in', FINAL)
        .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', nowMs)]))
        .orderBy('sort_at')
        .orderBy('id')
        .execute(),
    );
    return rows.map((row) => linkOf(row, this.#sealer));
  }

  async owed(nowMs: number): Promise<readonly LinkRecord[]> {
    const rows = await guarded(READ, () =>
      this.#db
        .selectFrom('sessions')
        .selectAll()
        .where('end_owed', '=', 1)
        .where((eb) => eb.or([eb('status', 'in', FINAL), eb('expires_at', '<=', nowMs)]))
        // One that never had an end is over since it was last seen.
        .orderBy((eb) => eb.fn.coalesce('expires_at', 'observed_at'))
        .orderBy('id')
        .execute(),
    );
    return rows.map((row) => linkOf(row, this.#sealer));
  }

  async nextOwedMs(): Promise<number | null> {
    const row = await guarded(READ, () =>
      this.#db
        .selectFrom('sessions')
        .select((eb) => eb.fn.min<number | null>(owedAt(eb)).as('next'))
        .where('end_owed', '=', 1)
        .executeTakeFirst(),
    );
    return row?.next ?? null;
  }

  async over(nowMs: number, most: number): Promise<readonly LinkRecord[]> {
    const rows = await guarded(READ, () =>
      this.#own()
        .where('status', '=', 'ACTIVE')
        .where('expires_at', '<=', nowMs)
        .where('end_owed', '=', 0)
        .orderBy('expires_at')
        .orderBy('id')
        .limit(most)
        .execute(),
    );
    return rows.map((row) => linkOf(row, this.#sealer));
  }

  async accessesOwed(): Promise<readonly LinkRecord[]> {
    const rows = await guarded(READ, () =>
      this.#own().where('access_owed', '=', 1).orderBy('observed_at').orderBy('id').execute(),
    );
    return rows.map((row) => linkOf(row, this.#sealer));
  }

  async save(links: readonly LinkRecord[], audit: readonly NewAuditEntry[]): Promise<void> {
    if (links.length === 0 && audit.length === 0) return;
    const rows = links.map((link) => linkRowOf(link, link.createdBy !== null, this.#sealer));
    await guarded('The links could not be written', () =>
      this.#db.transaction().execute(async (transaction) => {
        await writeLinks(transaction, rows);
        await appendAudit(transaction, audit);
      }),
    );
  }

  #own() {
    return this.#db.selectFrom('sessions').selectAll().where('made_here', '=', 1);
  }
}

/**
 * Writes links within a transaction. Where a read writes one of them down under another id at the same moment, the
 * next try of the transaction finds that row and removes it.
 */
export async function writeLinks(
  transaction: Transaction<Tables>,
  rows: readonly SessionRow[],
): Promise<void> {
  for (const chunk of inRounds(rows).flatMap(inChunks)) {
    await makeRoom(transaction, chunk);
    await upsertLinks(transaction, chunk);
  }
}

/** A read may have seen a link at its vendor before the vendor's answer was written down: that row goes. */
async function makeRoom(transaction: Transaction<Tables>, rows: readonly SessionRow[]): Promise<void> {
  const ids = rows.map(({ id }) => id);
  for (const account of new Set(rows.map((row) => row.account))) {
    const refs = rows.flatMap((row) =>
      row.account === account && row.vendor_ref !== null ? [row.vendor_ref] : [],
    );
    if (refs.length === 0) continue;
    await transaction
      .deleteFrom('sessions')
      .where('account', '=', account)
      .where('vendor_ref', 'in', refs)
      .where('made_here', '=', 0)
      .where('id', 'not in', ids)
      .execute();
  }
}

function owedAt(eb: ExpressionBuilder<Tables, 'sessions'>): Expression<number | null> {
  return eb.case().when('status', 'in', FINAL).then(eb.lit(0)).else(eb.ref('expires_at')).end();
}
