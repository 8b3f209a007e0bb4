import { createServer } from 'node:net';
import { inspect } from 'node:util';

import { itKeepsThePromisesOfAStore } from '../conformance/store';
import { PostgresUnderTest } from './postgres-under-test';
import { aSession, NOW } from './sessions';

const server = process.env['TEST_DATABASE_URL'];

if (server === undefined) {
  const why = 'TEST_DATABASE_URL is not set (npm run test:postgres sets it)';
  process.stderr.write(`PostgreSQL tests are skipped: ${why}.\n`);
  test.skip('PostgreSQL', () => {});
} else {
  describe('PostgreSQL', () => {
    itKeepsThePromisesOfAStore(() => new PostgresUnderTest(server).begin());
    describe('the connection', () => itOutlivesItsConnections(server));
  });
}

const ALL = { nowMs: NOW };
const UNAVAILABLE = { code: 'STORE_UNAVAILABLE' };

const OURS = "from pg_stat_activity where datname = current_database() and application_name = 'drawbridge'";
const DROP_CONNECTIONS = `select pg_terminate_backend(pid) ${OURS}`;
const WAITING = `select pid ${OURS} and wait_event_type = 'Lock'`;

function itOutlivesItsConnections(server: string): void {
  let under: PostgresUnderTest;
  beforeAll(async () => {
    under = await new PostgresUnderTest(server).begin();
  });
  afterAll(() => under.end());

  test('many that open a new database at once make its tables once', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => under.again()));
    for (const store of stores) expect(await store.sessions.count(ALL)).toBe(0);
  });

  test('is made anew after it was lost', async () => {
    const warn = jest.fn();
    const store = await under.again({ warn });
    await store.sessions.save([aSession('kept')]);
    await under.execute(DROP_CONNECTIONS);
    expect(await eventually(() => store.sessions.count(ALL))).toBe(1);
    for (const [message] of warn.mock.calls) expect(message).toMatch(/^A connection to PostgreSQL was lost/);
  });

  test('may be lost in the middle of a statement without harm to the process', async () => {
    const store = await under.again();
    const other = await under.connect();
    await other.query('begin');
    await other.query('lock table sessions');
    const saving = store.sessions.save([aSession('late')]).catch((thrown: unknown) => thrown);
    await eventually(async () => expect((await other.query(WAITING)).rowCount).toBe(1));
    await other.query(DROP_CONNECTIONS);
    expect(await saving).toMatchObject({ ...UNAVAILABLE, retryable: true });
    await other.query('rollback');
    await other.end();
    await eventually(() => store.ping());
  });

  test('that cannot be made is told with what to check, and without the password', async () => {
    const free = await freePort();
    const changes = [(url: URL) => (url.port = free), (url: URL) => (url.pathname = '/no_such_database')];
    for (const change of changes) {
      const url = new URL(under.url);
      url.password = 'hunter2';
      change(url);
      const opening = under.again({ databaseUrl: url.href });
      await expect(opening).rejects.toMatchObject(UNAVAILABLE);
      await expect(opening).rejects.toThrow(/^The store could not be opened: .*DATABASE_URL/);
      await expect(opening).rejects.not.toThrow(/hunter2/);
    }
  });

  test('that no URL describes is told so, and the URL is in no part of the error', async () => {
    const opening = under.again({ databaseUrl: 'postgres://ana:hunter2@host:port/db' });
    await expect(opening).rejects.toMatchObject(UNAVAILABLE);
    expect(inspect(await opening.catch((thrown: unknown) => thrown), { depth: 9 })).not.toContain('hunter2');
  });

  test('without STORE_KEY goes by a key file, and says that replicas need the same', async () => {
    const warn = jest.fn();
    const store = await under.again({ key: undefined, warn });
    await store.sessions.save([aSession('by-file')]);
    const other = await under.again({ key: undefined });
    expect((await other.sessions.get(['rms:session:by-file'])).get('rms:session:by-file')).toEqual(
      aSession('by-file'),
    );
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/STORE_KEY is not set.*same key/)]]);
  });

  test('that may only read is told so', async () => {
    const store = await under.again({
      databaseUrl: `${under.url}?options=-c%20default_transaction_read_only%3Don`,
    });
    const unwritable = { ...UNAVAILABLE, message: expect.stringContaining('only lets this service read') };
    await expect(store.ping()).rejects.toMatchObject(unwritable);
    await expect(store.sessions.save([aSession('late')])).rejects.toMatchObject(unwritable);
    expect(await store.sessions.count(ALL)).toBeGreaterThanOrEqual(1);
  });

  test('finds its tables in the first schema of its search path', async () => {
    await under.execute('create schema tenant');
    const store = await under.again({ databaseUrl: `${under.url}?options=-c%20search_path%3Dtenant` });
    expect(await store.sessions.count(ALL)).toBe(0);
    await store.ping();
  });
}

/** Tries until it works: the client hears of a lost connection a moment after the server has closed it. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 200; ; left--) {
    try {
      return await work();
    } catch (thrown) {
      if (left === 0) throw thrown;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A port on which nothing listens. */
async function freePort(): Promise<string> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The listener has no port.');
  return `${address.port}`;
}
