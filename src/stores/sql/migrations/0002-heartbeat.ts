import type { Kysely, Migration } from 'kysely';

/** One row, written to prove that the store can be written. */
export function heartbeatMigration(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('heartbeat')
        .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
        .addColumn('beats', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
