import { access, mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DrawbridgeError } from '../domain/errors';
import type { DurableStore } from './ports';
import { createSealer } from './seal';
import { openSqlStore } from './sql/durable-store';
import { guarded, storeError } from './sql/errors';
import { openPostgres } from './sql/postgres';
import { openSqlite } from './sql/sqlite';
import { deriveKeys, KEY_FILE, loadKeys } from './store-key';
import { codeOf } from './thrown-code';

/** Which store to open, and with what key. */
export interface OpenStoreOptions {
  /** DATABASE_URL: `file:` and a path, relative to the working directory or absolute; or `postgres://...`. */
  readonly databaseUrl: string;
  /** STORE_KEY: 32 bytes in base64, or several, which seal the URLs of links. Default: the key file, made at first start. */
  readonly key?: string | undefined;
  /** The folder of the key file where the store is no file itself. Default `./data`. */
  readonly dataDirectory?: string | undefined;
  /** True: a file that is not there is not made. Default false. */
  readonly mustExist?: boolean | undefined;
  /** Told, in words for an operator, what is wrong but stops nothing. Default: nobody is. */
  readonly warn?: ((message: string) => void) | undefined;
}

const TRIED = 'The store could not be opened';

/**
 * Opens the durable store, makes it where it is new, and brings its tables up to date. Throws STORE_UNAVAILABLE with
 * what to check.
 */
export async function openStore(options: OpenStoreOptions): Promise<DurableStore> {
  try {
    return /^postgres(ql)?:\/\//.test(options.databaseUrl) ? await onServer(options) : await inFile(options);
  } catch (thrown) {
    throw storeError(TRIED, thrown);
  }
}

/**
 * Keys for another purpose than sealing links, from those of the store: the same for whoever shares it. The first one is
 * for what is made anew. Throws as {@link openStore} does.
 */
export async function storeKeysFor(purpose: string, options: OpenStoreOptions): Promise<readonly Buffer[]> {
  const { databaseUrl, key, dataDirectory = 'data' } = options;
  const directory = /^postgres(ql)?:\/\//.test(databaseUrl)
    ? resolve(dataDirectory)
    : dirname(pathOf(databaseUrl));
  return deriveKeys(await loadKeys({ key, directory }), purpose);
}

async function onServer(options: OpenStoreOptions): Promise<DurableStore> {
  const { databaseUrl, key, dataDirectory = 'data', warn = ignore } = options;
  const directory = resolve(dataDirectory);
  const sealer = createSealer({ keys: await loadKeys({ key, directory, warn }), warn });
  if (key === undefined) {
    warn(
      `STORE_KEY is not set: links are sealed with ${KEY_FILE} in ${directory}. Every replica needs the same key.`,
    );
  }
  return openSqlStore(openPostgres({ url: databaseUrl, warn }), sealer);
}

async function inFile(options: OpenStoreOptions): Promise<DurableStore> {
  const { databaseUrl, key, mustExist = false, warn = ignore } = options;
  const path = pathOf(databaseUrl);
  if (mustExist) await access(path);
  else await makePrivateFile(path);
  const sealer = createSealer({ keys: await loadKeys({ key, directory: dirname(path), warn }), warn });
  const engine = await guarded(TRIED, async () => openSqlite(path));
  return openSqlStore(engine, sealer);
}

function ignore(): void {}

/** The file that a `file:` URL names. The URL itself may hold a password, so no message shows it. */
function pathOf(databaseUrl: string): string {
  const [, path = ''] = /^file:(.*)$/.exec(databaseUrl) ?? [];
  if (path === '' || /^\/\/[^/]/.test(path)) {
    const message =
      'DATABASE_URL names no store. Set it to file:./data/drawbridge.db, or to postgres://user:password@host/database.';
    throw new DrawbridgeError('STORE_UNAVAILABLE', message, { retryable: false });
  }
  return path.startsWith('//') ? fileURLToPath(databaseUrl) : resolve(path);
}

/** Makes the database file for its owner only, with the folders that it needs; SQLite's other files follow its mode. */
async function makePrivateFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  }
}
