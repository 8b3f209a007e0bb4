import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
  sql,
} from 'kysely';
import { DatabaseError, Pool, type PoolClient, types } from 'pg';

import type { SqlEngine } from './engine';
import type { Tables } from './tables';

const POOL = {
  max: 10,
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 30_000,
  /** No statement of this store takes long; one that hangs is on a connection that is gone. */
  query_timeout: 10_000,
  keepAlive: true,
  application_name: 'drawbridge',
};

/** What PostgreSQL needs to be opened. */
interface PostgresOptions {
  readonly url: string;
  /** Told, in words for an operator, when a connection is lost. */
  readonly warn: (message: string) => void;
}

/** Opens a PostgreSQL database; the first connection is made when the first statement needs one. */
export function openPostgres(options: PostgresOptions): SqlEngine {
  const pool = makePool(options);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: leasing(pool) }) });
  return {
    db,
    sortedText: sql`text collate "C"`,
    appendOnly: (table) => [
      `create function ${table}_refuses() returns trigger language plpgsql as ` +
        `$$ begin raise exception '${table} is append-only'; end $$`,
      `create trigger ${table}_refuses_changes before update or delete or truncate on ${table} ` +
        `for each statement execute function ${table}_refuses()`,
    ],
    async schema() {
      const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db);
      return rows[0]?.name ?? undefined;
    },
    close: () => db.destroy(),
  };
}

/** Instants and counts are 64 bits wide in the tables, and far from what a number of JavaScript cannot hold. */
const getTypeParser: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format);

function makePool({ url, warn }: PostgresOptions): Pool {
  const pool = new Pool({ ...POOL, connectionString: url, types: { getTypeParser } });
  const lost = () => warn('A connection to PostgreSQL was lost. The next statement makes a new one.');
  // Without a listener a lost connection ends the process: the pool listens to idle clients only.
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

function leasing(pool: Pool): PostgresPool {
  return {
    connect: async () => new Lease(await pool.connect()),
    end: () => pool.end(),
  };
}

/** One client of the pool for a while; it does not go back there when its connection may be gone. */
class Lease implements PostgresPoolClient {
  readonly #client: PoolClient;
  #broken = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    text: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new Error('The store reads without cursors.');
    return this.#run<R>(text, parameters);
  }

  release(): void {
    this.#client.release(this.#broken);
  }

  async #run<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      const { command, rowCount, rows } = await this.#client.query(text, [...parameters]);
      return {
        command: COMMANDS.find((known) => known === command) ?? 'SELECT',
        rowCount: rowCount ?? 0,
        rows,
      };
    } catch (thrown) {
      // What the server itself says leaves the connection as it was.
      if (!(thrown instanceof DatabaseError)) this.#broken = true;
      throw thrown;
    }
  }
}

const COMMANDS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE'] as const;
