import type { Kysely, Migration } from 'kysely';

/** Which links still owe that the way in which was made for them is taken away. */
export function madeAccessesMigration(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('sessions')
        .addColumn('access_owed', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await db.schema
        .createIndex('sessions_by_access_owed')
        .on('sessions')
        .columns(['access_owed', 'observed_at'])
        .execute();
    },
  };
}
