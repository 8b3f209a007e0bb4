import type { Kysely, Transaction } from 'kysely';

import type { QuotaGrant, QuotaKey, QuotaStore } from '../ports';
import { guarded } from './errors';
import type { Tables } from './tables';

const WRITTEN = 'The calls to a vendor could not be counted';

/** Counted calls in a SQL database. Who counts holds the lock of the one row for as long as its statements run. */
export class SqlQuotaStore implements QuotaStore {
  constructor(private readonly db: Kysely<Tables>) {}

  async used({ account, windowStartMs }: QuotaKey): Promise<number> {
    const row = await guarded('The calls to a vendor could not be read', () =>
      this.db
        .selectFrom('quotas')
        .select('used')
        .where('account', '=', account)
        .where('window_start', '=', windowStartMs)
        .executeTakeFirst(),
    );
    return row?.used ?? 0;
  }

  take(key: QuotaKey, calls: number, most: number): Promise<QuotaGrant> {
    return guarded(WRITTEN, () =>
      this.db.transaction().execute(async (transaction) => {
        const used = await plus(transaction, key, 0);
        const granted = Math.max(0, Math.min(calls, most - used));
        return { granted, used: granted === 0 ? used : await plus(transaction, key, granted) };
      }),
    );
  }

  add(key: QuotaKey, calls: number): Promise<number> {
    return guarded(WRITTEN, () =>
      this.db.transaction().execute((transaction) => plus(transaction, key, calls)),
    );
  }

  async claimWarning({ account, windowStartMs }: QuotaKey, percent: number): Promise<boolean> {
    const { numUpdatedRows } = await guarded('That an operator was warned could not be written', () =>
      this.db
        .updateTable('quotas')
        .set({ warned: percent })
        .where('account', '=', account)
        .where('window_start', '=', windowStartMs)
        .where('warned', '<', percent)
        .executeTakeFirstOrThrow(),
    );
    return numUpdatedRows > 0n;
  }
}

/** Adds calls to the row, makes it where there is none, and answers what it then holds: never less than nothing. */
async function plus(
  transaction: Transaction<Tables>,
  { account, windowStartMs }: QuotaKey,
  calls: number,
): Promise<number> {
  const { used } = await transaction
    .insertInto('quotas')
    .values({ account, window_start: windowStartMs, used: Math.max(0, calls), warned: 0 })
    .onConflict((conflict) =>
      conflict.columns(['account', 'window_start']).doUpdateSet((eb) => ({
        used: eb
          .case()
          .when(eb('quotas.used', '<', -calls))
          .then(0)
          .else(eb('quotas.used', '+', calls))
          .end(),
      })),
    )
    .returning('used')
    .executeTakeFirstOrThrow();
  return used;
}
