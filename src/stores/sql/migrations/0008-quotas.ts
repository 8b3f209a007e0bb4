import type { Kysely, Migration } from 'kysely';

/** Calls counted against the allowances of accounts: a row for each account and window. */
export function quotasMigration(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('quotas')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('window_start', 'bigint', (column) => column.notNull())
        .addColumn('used', 'bigint', (column) => column.notNull())
        .addColumn('warned', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('quotas_key', ['account', 'window_start'])
        .execute();
    },
  };
}
