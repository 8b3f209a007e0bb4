import type { Expression, Kysely, Migration } from 'kysely';

/** What callers asked for. An idempotency key is used once by a subject for an action; no key never meets another. */
export function intentsMigration(sortedText: Expression<unknown>): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('intents')
        .addColumn('id', sortedText, (column) => column.primaryKey().notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('idempotency_key', 'text')
        .addColumn('input_digest', 'text', (column) => column.notNull())
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('session_id', 'text')
        .addColumn('detail', 'text', (column) => column.notNull())
        .addColumn('asked_at', 'bigint', (column) => column.notNull())
        .addColumn('settled_at', 'bigint')
        .addUniqueConstraint('intents_key', ['subject', 'action', 'idempotency_key'])
        .execute();
      await db.schema
        .createIndex('intents_by_settling')
        .on('intents')
        .columns(['settled_at', 'asked_at'])
        .execute();
    },
  };
}
