import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';

import { EMPTY_HEAD } from '../../src/stores/audit-chain';
import { type OpenStoreOptions, openStore } from '../../src/stores/open';
import type { DurableStore } from '../../src/stores/ports';
import type { StoreUnderTest } from '../conformance/store';

const KEY = Buffer.alloc(32, 'key').toString('base64');

/** A PostgreSQL store in a database of its own, on the server that TEST_DATABASE_URL names. */
export class PostgresUnderTest implements StoreUnderTest {
  readonly #server: string;
  readonly #name = `drawbridge_test_${randomBytes(6).toString('hex')}`;
  readonly #opened: DurableStore[] = [];
  #keyFolder = '';
  #shared: DurableStore | undefined;

  constructor(server: string) {
    this.#server = server;
  }

  /** The URL of the database that is this one's own. */
  get url(): string {
    const url = new URL(this.#server);
    url.pathname = `/${this.#name}`;
    return url.href;
  }

  /** Makes the database. */
  async begin(): Promise<this> {
    this.#keyFolder = await mkdtemp(join(tmpdir(), 'drawbridge-store-'));
    await run(this.#server, `create database ${this.#name}`);
    return this;
  }

  async empty(): Promise<DurableStore> {
    this.#shared ??= await this.again();
    await this.tamper(
      `truncate sessions, heartbeat, intents, audit, quotas; update audit_head set entries = 0, hash = '${EMPTY_HEAD.hash}'`,
    );
    return this.#shared;
  }

  async again(options: Partial<OpenStoreOptions> = {}): Promise<DurableStore> {
    const own = { databaseUrl: this.url, dataDirectory: this.#keyFolder, key: KEY };
    const store = await openStore({ ...own, ...options });
    this.#opened.push(store);
    return store;
  }

  async written(): Promise<string> {
    const client = await this.connect();
    const written = [];
    for (const table of ['sessions', 'intents', 'audit']) {
      written.push((await client.query(`select * from ${table}`)).rows);
    }
    await client.end();
    return JSON.stringify(written);
  }

  async tamper(statement: string): Promise<void> {
    const guards = 'alter table audit';
    await this.execute(`${guards} disable trigger user; ${statement}; ${guards} enable trigger user`);
  }

  async execute(statement: string): Promise<void> {
    await run(this.url, statement);
  }

  /** A connection that does not belong to the store. */
  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    return client;
  }

  async end(): Promise<void> {
    for (const store of this.#opened) await store.close();
    await run(this.#server, `drop database ${this.#name} with (force)`);
    await rm(this.#keyFolder, { recursive: true });
  }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
