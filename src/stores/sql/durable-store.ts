import type { DurableStore } from '../ports';
import type { Sealer } from '../seal';
import type { SqlEngine } from './engine';
import { guarded } from './errors';
import { migrate } from './migrate';
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
  return {
    sessions: new SqlSessionStore({ db: engine.db, sealer }),
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
