import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import timers from 'node:timers/promises';

import Database from 'libsql';

import { openStore } from '../../src/stores/open';
import { migrate } from '../../src/stores/sql/migrate';
import { openSqlite } from '../../src/stores/sql/sqlite';
import { itKeepsThePromisesOfAStore } from '../conformance/store';
import { aSession, NOW } from './sessions';
import { SqliteUnderTest } from './sqlite-under-test';

const UNAVAILABLE = { code: 'STORE_UNAVAILABLE' };

describe('SQLite', () => {
  itKeepsThePromisesOfAStore(async () => new SqliteUnderTest());
});

describe('the SQLite file', () => {
  let under: SqliteUnderTest;
  beforeEach(() => {
    under = new SqliteUnderTest();
  });
  afterEach(() => under.end());

  test('is made for its owner only, with its folder and key', async () => {
    const store = await under.empty();
    await store.ping();
    expect((await stat(under.folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(under.folder)) {
      expect([name, (await stat(join(under.folder, name))).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(Buffer.from(await readFile(join(under.folder, 'drawbridge.key'), 'utf8'), 'base64')).toHaveLength(
      32,
    );
  });

  test('holds everything once the store is closed', async () => {
    const store = await under.empty();
    await store.sessions.save([aSession('kept')]);
    await store.close();
    expect((await stat(`${under.file}-wal`)).size).toBe(0);
    expect(await readFile(under.file, 'latin1')).toContain('rms:session:kept');
  });

  test('that is read-only is read, and cannot be written', async () => {
    const before = await under.empty();
    await before.sessions.save([aSession('kept')]);
    await before.close();
    await markReadOnly(under.file);

    const store = await under.again();
    const unwritable = { ...UNAVAILABLE, message: expect.stringContaining('the database is read-only') };
    await expect(store.sessions.save([aSession('late')])).rejects.toMatchObject(unwritable);
    await expect(store.ping()).rejects.toMatchObject(unwritable);
    expect((await store.sessions.list({ nowMs: NOW }, 5)).sessions).toEqual([aSession('kept')]);
  });

  test('that another process has locked is read at once, and written as soon as it is free', async () => {
    const store = await under.empty();
    const other = new Database(under.file);
    other.exec('BEGIN IMMEDIATE');
    const saved = jest.fn();
    const saving = store.sessions.save([aSession('patient')]).then(saved);
    expect(await store.sessions.count({ nowMs: NOW })).toBe(0);
    expect(saved).not.toHaveBeenCalled();
    other.exec('ROLLBACK');
    await saving;
    expect(await store.sessions.count({ nowMs: NOW })).toBe(1);
    other.close();
  });

  test('that another process has locked is opened, and made ready, as soon as it is free', async () => {
    await under.empty();
    const file = join(under.folder, 'new.db');
    const other = new Database(file);
    other.exec('PRAGMA journal_mode = WAL');
    other.exec('BEGIN IMMEDIATE');
    const met = jest.spyOn(timers, 'setTimeout');
    const metTwice = new Promise<void>((resolve) => {
      met.mockImplementation(async () => {
        if (met.mock.calls.length === 2) resolve();
        // A turn of the event loop stands for the pause before the next try.
        await new Promise(setImmediate);
      });
    });
    const opening = openStore({ databaseUrl: `file:${file}` });
    await Promise.race([metTwice, opening]);
    met.mockRestore();
    other.exec('ROLLBACK');
    const store = await opening;
    await store.sessions.save([aSession('first')]);
    expect(await store.sessions.count({ nowMs: NOW })).toBe(1);
    await store.close();
    other.close();
  });

  test('that a statement found locked takes transactions again once it is free', async () => {
    await under.empty();
    const engine = openSqlite(under.file);
    const other = new Database(under.file);
    other.exec('BEGIN IMMEDIATE');
    await expect(engine.db.deleteFrom('sessions').execute()).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
    other.exec('ROLLBACK');
    await engine.db.transaction().execute((transaction) => transaction.deleteFrom('sessions').execute());
    await engine.close();
    other.close();
  });

  test('gets its tables once, however many make them at once', async () => {
    await under.empty();
    const file = join(under.folder, 'new.db');
    const engines = Array.from({ length: 4 }, () => openSqlite(file));
    await Promise.all(engines.map(migrate));
    for (const engine of engines) await engine.close();
  });

  test('that is no database is refused with a sentence', async () => {
    await under.empty();
    const file = join(under.folder, 'notes.db');
    await writeFile(file, 'These are notes, and no database at all. '.repeat(50));
    const opening = openStore({ databaseUrl: `file:${file}` });
    await expect(opening).rejects.toMatchObject({ ...UNAVAILABLE, retryable: false });
    await expect(opening).rejects.toThrow(/no SQLite database/);
    expect(await readFile(file, 'utf8')).toContain('These are notes');
  });

  test('may be named relative to the working directory, or as a URL', async () => {
    const first = await under.empty();
    await first.sessions.save([aSession('kept')]);
    const relative = under.file.replace(/^\//, '../'.repeat(process.cwd().split('/').length));
    for (const databaseUrl of [`file:./${relative}`, `file://${under.file}`]) {
      const store = await openStore({ databaseUrl });
      expect(await store.sessions.count({ nowMs: NOW })).toBe(1);
      await store.close();
    }
  });

  test.each(['file:', 'file://host/data.db', 'mysql://user:hunter2@host/db', ''])(
    'is not what %p names, which is said without repeating it',
    async (databaseUrl) => {
      const opening = openStore({ databaseUrl });
      await expect(opening).rejects.toMatchObject({ ...UNAVAILABLE, retryable: false });
      await expect(opening).rejects.toThrow(/file:\.\/data\/drawbridge\.db/);
      await expect(opening).rejects.not.toThrow(/hunter2/);
    },
  );

  test('cannot be opened where its folder is a file', async () => {
    await under.empty();
    await expect(openStore({ databaseUrl: `file:${under.file}/inside.db` })).rejects.toMatchObject(
      UNAVAILABLE,
    );
  });
});

/** Sets the file format's "write version" to one from the future: SQLite then reads the file, but never writes it. */
async function markReadOnly(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(Buffer.from([3]), 0, 1, 18);
  await file.close();
}
