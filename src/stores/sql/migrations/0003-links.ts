import type { Kysely, Migration } from 'kysely';

/** What is needed to end a link that this graph made. Sessions that are there already were made elsewhere. */
export function linksMigration(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('sessions').addColumn('connection_ref', 'text').execute();
      for (const flag of ['found_running', 'end_owed', 'made_here']) {
        await db.schema
          .alterTable('sessions')
          .addColumn(flag, 'integer', (column) => column.notNull().defaultTo(0))
          .execute();
      }
      await db.schema
        .createIndex('sessions_by_end_owed')
        .on('sessions')
        .columns(['end_owed', 'expires_at'])
        .execute();
      await db.schema
        .createIndex('sessions_by_connection')
        .on('sessions')
        .columns(['account', 'connection_ref'])
        .execute();
    },
  };
}
