import type { Kysely, Migration } from 'kysely';

/** An index for links of this graph that their vendors have ended. */
export function ownEndsMigration(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createIndex('sessions_by_own_end')
        .on('sessions')
        .columns(['made_here', 'status', 'expires_at'])
        .execute();
    },
  };
}
