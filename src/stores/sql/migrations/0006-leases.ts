import type { Kysely, Migration } from 'kysely';

/** Until when an intent is left to the process that works on it. Those that are there already are left to nobody. */
export function leasesMigration(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('intents')
        .addColumn('leased_until', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  };
}
