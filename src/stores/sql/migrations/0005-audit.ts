import { type Kysely, type Migration, sql } from 'kysely';

import { EMPTY_HEAD } from '../../audit-chain';

/** The audit log, which refuses that entries are changed or removed, and its head. */
export function auditMigration(appendOnly: (table: string) => readonly string[]): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('audit')
        .addColumn('sequence', 'bigint', (column) => column.primaryKey().notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('actor', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('target', 'text')
        .addColumn('detail', 'text', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('hash', 'text', (column) => column.notNull())
        .execute();
      for (const column of ['account', 'target']) {
        await db.schema.createIndex(`audit_by_${column}`).on('audit').columns([column, 'sequence']).execute();
      }
      for (const statement of appendOnly('audit')) await sql.raw(statement).execute(db);
      await createHead(db);
    },
  };
}

async function createHead(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
    .addColumn('entries', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await db
    .withTables<{ audit_head: { id: number; entries: number; hash: string } }>()
    .insertInto('audit_head')
    .values({ id: 1, ...EMPTY_HEAD })
    .execute();
}
