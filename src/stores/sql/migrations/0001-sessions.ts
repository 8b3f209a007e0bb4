import type { Expression, Kysely, Migration } from 'kysely';

/** The ledger of links, with an index for each way in which it is read. */
export function sessionsMigration(sortedText: Expression<unknown>): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('sessions')
        .addColumn('id', sortedText, (column) => column.primaryKey().notNull())
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('vendor', 'text', (column) => column.notNull())
        .addColumn('device_id', 'text', (column) => column.notNull())
        .addColumn('remote_access_id', 'text')
        .addColumn('vendor_ref', 'text')
        .addColumn('url_sealed', 'text')
        .addColumn('host', 'text')
        .addColumn('port', 'integer')
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint')
        .addColumn('expires_at', 'bigint')
        .addColumn('created_by', 'text')
        .addColumn('reason', 'text')
        .addColumn('observed_at', 'bigint', (column) => column.notNull())
        .addColumn('sort_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('sessions_vendor_ref', ['account', 'vendor_ref'])
        .execute();
      await createIndexes(db);
    },
  };
}

const INDEXES: Readonly<Record<string, readonly string[]>> = {
  sessions_by_device: ['device_id'],
  sessions_by_remote_access: ['remote_access_id'],
  sessions_by_age: ['sort_at desc', 'id'],
  sessions_by_end: ['expires_at'],
};

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  for (const [name, columns] of Object.entries(INDEXES)) {
    await db.schema
      .createIndex(name)
      .on('sessions')
      .columns([...columns])
      .execute();
  }
}
