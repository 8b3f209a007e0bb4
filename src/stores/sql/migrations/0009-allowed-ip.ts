import type { Kysely, Migration } from 'kysely';

/** Which address alone a link lets in, where that was asked for. */
export function allowedIpMigration(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('sessions').addColumn('allowed_ip', 'text').execute();
    },
  };
}
