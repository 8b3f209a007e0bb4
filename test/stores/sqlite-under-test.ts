import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'libsql';

import { type OpenStoreOptions, openStore } from '../../src/stores/open';
import type { DurableStore } from '../../src/stores/ports';
import type { StoreUnderTest } from '../conformance/store';

/** A SQLite store, each in a folder of its own. */
export class SqliteUnderTest implements StoreUnderTest {
  readonly #folders: string[] = [];
  readonly #opened: DurableStore[] = [];

  async empty(): Promise<DurableStore> {
    this.#folders.push(await mkdtemp(join(tmpdir(), 'drawbridge-store-')));
    return this.again();
  }

  async again(options: Pick<OpenStoreOptions, 'key' | 'warn'> = {}): Promise<DurableStore> {
    const store = await openStore({ databaseUrl: `file:${this.file}`, ...options });
    this.#opened.push(store);
    return store;
  }

  /** The folder of the newest store; it did not exist before the store was opened. */
  get folder(): string {
    return join(this.#folders.at(-1) ?? '', 'data');
  }

  get file(): string {
    return join(this.folder, 'drawbridge.db');
  }

  async written(): Promise<string> {
    const names = await readdir(this.folder);
    const texts = await Promise.all(names.map((name) => readFile(join(this.folder, name), 'latin1')));
    return texts.join('\n');
  }

  async execute(statement: string): Promise<void> {
    const database = new Database(this.file);
    database.exec(statement);
    database.close();
  }

  async tamper(statement: string): Promise<void> {
    const guards = ['update', 'delete'].map((change) => `drop trigger if exists audit_refuses_${change}`);
    for (const each of [...guards, statement]) await this.execute(each);
  }

  async end(): Promise<void> {
    for (const store of this.#opened) await store.close();
    for (const folder of this.#folders) await rm(folder, { recursive: true });
  }
}
