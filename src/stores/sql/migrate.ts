import { type Migration, type MigrationProvider, Migrator } from 'kysely';

import { DrawbridgeError } from '../../domain/errors';
import type { SqlEngine } from './engine';
import { guarded } from './errors';
import { sessionsMigration } from './migrations/0001-sessions';
import { heartbeatMigration } from './migrations/0002-heartbeat';
import { linksMigration } from './migrations/0003-links';
import { intentsMigration } from './migrations/0004-intents';
import { auditMigration } from './migrations/0005-audit';
import { leasesMigration } from './migrations/0006-leases';
import { madeAccessesMigration } from './migrations/0007-made-accesses';
import { quotasMigration } from './migrations/0008-quotas';
import { allowedIpMigration } from './migrations/0009-allowed-ip';
import { ownEndsMigration } from './migrations/0010-own-ends';

/** Names sort in the order in which the migrations run; one that was released is never changed again. */
function migrationsOf(engine: SqlEngine): Record<string, Migration> {
  return {
    '0001-sessions': sessionsMigration(engine.sortedText),
    '0002-heartbeat': heartbeatMigration(),
    '0003-links': linksMigration(),
    '0004-intents': intentsMigration(engine.sortedText),
    '0005-audit': auditMigration(engine.appendOnly),
    '0006-leases': leasesMigration(),
    '0007-made-accesses': madeAccessesMigration(),
    '0008-quotas': quotasMigration(),
    '0009-allowed-ip': allowedIpMigration(),
    '0010-own-ends': ownEndsMigration(),
  };
}

const TABLE = 'drawbridge_migration';

/**
 * Brings the tables to what this version expects. Safe where several processes start at once: one does the work, the
 * others wait for it. A database that is up to date is not written. Throws STORE_UNAVAILABLE.
 */
export async function migrate(engine: SqlEngine): Promise<void> {
  const migrations = migrationsOf(engine);
  await guarded('The store could not be opened', async () => {
    const schema = await engine.schema();
    const provider: MigrationProvider = { getMigrations: async () => migrations };
    const migrator = new Migrator({
      db: engine.db,
      provider,
      migrationTableName: TABLE,
      migrationLockTableName: `${TABLE}_lock`,
      ...(schema === undefined ? {} : { migrationTableSchema: schema }),
    });
    const done = await executedIn(engine, schema);
    refuseNewer(done.filter((name) => !(name in migrations)));
    if (done.length === Object.keys(migrations).length) return;
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  });
}

/** The migrations that the database has had; none where it is new. */
async function executedIn(engine: SqlEngine, schema: string | undefined): Promise<readonly string[]> {
  const tables = await engine.db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === TABLE && table.schema === schema)) return [];
  const db = schema === undefined ? engine.db : engine.db.withSchema(schema);
  const rows = await db
    .withTables<{ [TABLE]: { name: string } }>()
    .selectFrom(TABLE)
    .select('name')
    .execute();
  return rows.map((row) => row.name);
}

function refuseNewer(unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const message =
    `The store could not be opened: a newer version of Drawbridge has changed its tables (${unknown.join(', ')}). ` +
    'Start that version, or name another database in DATABASE_URL.';
  throw new DrawbridgeError('STORE_UNAVAILABLE', message, { retryable: false });
}
