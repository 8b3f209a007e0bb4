import { setTimeout as wait } from 'node:timers/promises';

import { DrawbridgeError } from '../../domain/errors';
import { codeOf } from '../thrown-code';

/** What went wrong, and what an operator can do about it. Neither SQL nor a value of a row is ever in it. */
interface Trouble {
  readonly says: string;
  /** False where trying again cannot help. */
  readonly retryable?: boolean;
}

/** By SQLite's result codes without their extension, PostgreSQL's SQLSTATE or its class, and Node's system errors. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  SQLITE_READONLY: {
    says: 'the database is read-only. Check who owns its file and folder, and how the disk is mounted',
  },
  SQLITE_FULL: { says: 'the disk is full. Make room on it' },
  SQLITE_IOERR: { says: 'the disk does not read or write. Check the disk and its mount' },
  SQLITE_BUSY: { says: 'another process keeps the database locked. End it, or its transaction' },
  SQLITE_CANTOPEN: {
    says: 'the database file cannot be opened. Check that DATABASE_URL names a file that may be written',
  },
  SQLITE_NOTADB: {
    says: 'the file that DATABASE_URL names is no SQLite database. Name another',
    retryable: false,
  },
  SQLITE_CORRUPT: { says: 'the database file is damaged. Restore it from a backup', retryable: false },
  SQLITE_CONSTRAINT: {
    says: 'it contradicts what is stored: an id, or a vendor reference in its account, is taken',
    retryable: false,
  },
  '23': {
    says: 'it contradicts what is stored: an id, or a vendor reference in its account, is taken',
    retryable: false,
  },
  '25006': { says: 'PostgreSQL only lets this service read. Point DATABASE_URL at the primary server' },
  '28': { says: 'PostgreSQL refused the user or password. Check DATABASE_URL' },
  '3D000': { says: 'PostgreSQL has no such database. Create it, or check DATABASE_URL' },
  '3F000': { says: 'PostgreSQL has no schema to work in. Check the search_path of the user in DATABASE_URL' },
  '42501': { says: 'PostgreSQL denied a permission. Grant the user of DATABASE_URL its tables and schema' },
  '53100': { says: 'the disk of PostgreSQL is full. Make room on it' },
  '53300': { says: 'PostgreSQL has no connection left. Raise max_connections, or run fewer replicas' },
  '57': { says: 'PostgreSQL is starting, stopping or cancelled the work. Check the server' },
  ECONNREFUSED: { says: 'nothing listens there. Check that PostgreSQL runs, and DATABASE_URL' },
  ENOENT: { says: 'there is no such file. Check DATABASE_URL', retryable: false },
  ENOTFOUND: { says: 'the host name of DATABASE_URL is not known. Check it' },
  EACCES: { says: 'a permission is missing. Check who owns the database file and its folder' },
  EROFS: { says: 'the disk is mounted read-only. Mount it for writing, or name another in DATABASE_URL' },
};

const UNKNOWN: Trouble = {
  says: 'the database does not answer as it should. Check that it runs, and DATABASE_URL',
};

/** What a database threw, as STORE_UNAVAILABLE. `tried` is a whole clause: "The sessions could not be read". */
export function storeError(tried: string, thrown: unknown): DrawbridgeError {
  if (thrown instanceof DrawbridgeError) return thrown;
  const { says, retryable = true } = troubleOf(thrown);
  return new DrawbridgeError('STORE_UNAVAILABLE', `${tried}: ${says}.`, { retryable, cause: thrown });
}

function troubleOf(thrown: unknown): Trouble {
  const code = troubleCodeOf(thrown);
  return (
    TROUBLES[code] ??
    TROUBLES[code.split('_').slice(0, 2).join('_')] ??
    (isSqlState(code) ? TROUBLES[code.slice(0, 2)] : undefined) ??
    UNKNOWN
  );
}

function troubleCodeOf(thrown: unknown): string {
  const code = codeOf(thrown);
  // libsql tells by the text alone that it could not open a file.
  const cannotOpen = code === '' && String(thrown).includes('Unable to open connection');
  return cannotOpen ? 'SQLITE_CANTOPEN' : code;
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code);
}

/** True where another connection was in the way just now, and nothing was written. */
export function isCollision(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code.startsWith('SQLITE_BUSY') || code === '40001' || code === '40P01';
}

/**
 * PostgreSQL's code for a value that another row has. Two connections that write the same new row at the same moment
 * may meet in an index that `on conflict` does not name; whoever comes again finds the other's row, and replaces it.
 */
const TAKEN = '23505';
const TRIES_WHERE_TAKEN = 4;

const TRIES = 100;
const BETWEEN_TRIES_MS = 30;

/**
 * Does something with the database. Where another connection is in its way it is done again, for about five seconds,
 * and a few times where another row has a value that this one should; whatever is thrown in the end is
 * STORE_UNAVAILABLE. The work must be all or nothing.
 */
export async function guarded<T>(tried: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (thrown) {
      if (tries >= triesFor(thrown)) throw storeError(tried, thrown);
    }
    await wait(BETWEEN_TRIES_MS);
  }
}

function triesFor(thrown: unknown): number {
  if (isCollision(thrown)) return TRIES;
  return codeOf(thrown) === TAKEN ? TRIES_WHERE_TAKEN : 1;
}
