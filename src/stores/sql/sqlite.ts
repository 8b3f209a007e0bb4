import {
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
  sql,
} from 'kysely';
import Database from 'libsql';

import type { SqlEngine } from './engine';
import { isCollision } from './errors';
import type { Tables } from './tables';

/**
 * How long one call may wait for the lock of another process, with the event loop held. It is short because
 * `guarded` tries again without holding it.
 */
const BUSY_TIMEOUT_MS = 20;

const SETTINGS = [
  `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`,
  'PRAGMA journal_mode = WAL',
  // In WAL mode the default loses the last commits with the power: an intent must outlive that.
  'PRAGMA synchronous = FULL',
  'PRAGMA foreign_keys = ON',
];

/** Opens, or makes, a SQLite database. Throws what libsql throws. */
export function openSqlite(path: string): SqlEngine {
  const file = new SqliteFile(path);
  const db = new Kysely<Tables>({ dialect: new LibsqlDialect(file) });
  return {
    db,
    sortedText: sql`text`,
    appendOnly: (table) =>
      ['update', 'delete'].map(
        (change) =>
          `create trigger ${table}_refuses_${change} before ${change} on ${table} ` +
          `begin select raise(abort, '${table} is append-only'); end`,
      ),
    schema: async () => undefined,
    async close() {
      await db.destroy();
      file.close();
    },
  };
}

/** One connection, in the shape that Kysely expects, with libsql 0.5's sharp edges taken off. */
class SqliteFile implements SqliteDatabase {
  readonly #path: string;
  #connection: Database.Database;
  #open = true;

  constructor(path: string) {
    this.#path = path;
    this.#connection = connect(path);
  }

  prepare(text: string): SqliteStatement {
    this.#assertOpen();
    const statement = this.#careful(() => this.#connection.prepare(text));
    return {
      reader: statement.reader,
      all: (parameters) => this.#careful(() => statement.all(bindable(parameters))),
      run: (parameters) => this.#careful(() => statement.run(bindable(parameters))),
      iterate: (parameters) => statement.iterate(bindable(parameters)),
    };
  }

  /** Runs a statement that begins or ends a transaction. */
  exec(text: string): void {
    this.#assertOpen();
    this.#careful(() => this.#connection.exec(text));
  }

  /** SQLite ends a transaction by itself on some errors; then there is nothing to roll back. */
  rollback(): void {
    if (this.#open && this.#connection.inTransaction) this.exec('ROLLBACK');
  }

  /** libsql aborts the process when a connection is closed twice. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      // Whoever copies the file after a clean stop has everything in it.
      this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // A reader elsewhere, or a disk that is full: the next start finds the rest in the -wal file.
    } finally {
      this.#connection.close();
    }
  }

  /**
   * libsql does not reset a statement that met a lock; the connection then refuses to commit, "SQL statements in
   * progress", until the garbage collector comes by. Outside of a transaction a new connection costs nothing.
   */
  #careful<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      if (isCollision(thrown) && !this.#connection.inTransaction) this.#reconnect();
      throw thrown;
    }
  }

  #reconnect(): void {
    const old = this.#connection;
    try {
      this.#connection = connect(this.#path);
    } catch {
      // Still in the way. The old one goes on; the collision itself is what the caller is told.
      return;
    }
    old.close();
  }

  #assertOpen(): void {
    if (!this.#open) throw new Error('The store is closed.');
  }
}

function connect(path: string): Database.Database {
  const connection = new Database(path);
  try {
    for (const setting of SETTINGS) connection.exec(setting);
    return connection;
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

/** libsql aborts the process on a boolean; nothing in the store's tables is one. */
function bindable(parameters: readonly unknown[]): unknown[] {
  if (parameters.some((value) => typeof value === 'boolean')) throw new TypeError('SQLite has no booleans.');
  return [...parameters];
}

class LibsqlDialect extends SqliteDialect {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    super({ database: file });
    this.#file = file;
  }

  override createDriver(): SqliteDriver {
    return new LibsqlDriver({ database: this.#file }, this.#file);
  }

  override createAdapter(): SqliteAdapter {
    return new LockingAdapter();
  }
}

/** Transactions take the lock for writing when they begin: one that waited for it later could never get it. */
class LibsqlDriver extends SqliteDriver {
  readonly #file: SqliteFile;

  constructor(config: SqliteDialectConfig, file: SqliteFile) {
    super(config);
    this.#file = file;
  }

  override async beginTransaction(_connection: DatabaseConnection): Promise<void> {
    this.#file.exec('BEGIN IMMEDIATE');
  }

  override async commitTransaction(_connection: DatabaseConnection): Promise<void> {
    this.#file.exec('COMMIT');
  }

  override async rollbackTransaction(_connection: DatabaseConnection): Promise<void> {
    this.#file.rollback();
  }
}

/**
 * Kysely has no lock for migrations on SQLite. Told that tables can be made in transactions, which is so, it runs them
 * in one; and that one has the lock of the whole file from its beginning.
 */
class LockingAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
