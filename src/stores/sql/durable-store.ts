import type { DurableStore } from '../ports';
import type { Sealer } from '../seal';
import { SqlAuditStore } from './audit-store';
import type { SqlEngine } from './engine';
import { guarded } from './errors';
import { SqlIntentStore } from './intent-store';
import { SqlLinkStore } from './link-store';
import { migrate } from './migrate';
import { SqlQuotaStore } from './quota-store';
import { SqlSessionStore } from './session-store';

const HEARTBEAT = 1;

/** Everything that outlives the process, in a SQL database whose tables it brings up to date first. */
export async function openSqlStore(engine: SqlEngine, sealer: Sealer): Promise<DurableStore> {
  try {
    await migrate(engine);
  } catch (thrown) {
    await engine.close();
    throw thrown;
  }
  const { db } = engine;
  return {
    sessions: new SqlSessionStore({ db, sealer }),
    intents: new SqlIntentStore({ db, sealer }),
    links: new SqlLinkStore({ db, sealer }),
    audit: new SqlAuditStore(db),
    quotas: new SqlQuotaStore(db),
    ping: () => guarded('The store could not be written', () => beat(engine)),
    close: () => engine.close(),
  };
}

/** Writes and reads one row: what a store that has become read-only, or full, cannot do. */
async function beat(engine: SqlEngine): Promise<void> {
  await engine.db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('heartbeat')
      .values({ id: HEARTBEAT, beats: 1 })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({ beats: eb('heartbeat.beats', '+', 1) })),
      )
      .execute();
    await transaction.selectFrom('heartbeat').select('beats').executeTakeFirstOrThrow();
  });
}
