import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { DurableStore } from '../../src/stores/ports';
import { READS_TYPESCRIPT } from '../stores/another-process';
import { anEntry } from '../stores/records';
import { SqliteUnderTest } from '../stores/sqlite-under-test';

const SCRIPT = `${READS_TYPESCRIPT} fromProject('./src/cli/audit-verify.ts');`;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let under: SqliteUnderTest;
let store: DurableStore;
let folder: string;
beforeEach(async () => {
  under = new SqliteUnderTest();
  store = await under.empty();
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-verify-'));
});
afterEach(async () => {
  await under.end();
  await rm(folder, { recursive: true });
});

/** Runs the command in an empty folder, with nothing but this environment. */
function run(env: Readonly<Record<string, string>>): Promise<Run> {
  const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', SCRIPT], options, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        stdout,
        stderr,
      });
    });
  });
}

test('a whole log is told in one line with its last hash, also while the service runs', async () => {
  await store.audit.append([anEntry('1'), anEntry('2')]);
  const { hash } = await store.audit.head();
  expect(await run({ DATABASE_URL: `file:${under.file}` })).toEqual({
    code: 0,
    stdout: `The audit log is whole: 2 entries, last hash ${hash}.\n`,
    stderr: '',
  });
});

test('a broken log is told with the place', async () => {
  await store.audit.append([anEntry('1'), anEntry('2'), anEntry('3')]);
  await under.tamper(`update audit set actor = 'nobody' where sequence = 2`);
  const { code, stdout, stderr } = await run({ DATABASE_URL: `file:${under.file}` });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^The audit log is broken at entry 2: .*\n$/);
});

test('a store that is not there is told, and not made', async () => {
  const { code, stderr } = await run({ DATABASE_URL: 'file:./data/typo.db' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The audit log could not be verified: .*no such file.*DATABASE_URL\.\n$/);
  expect(await readdir(folder)).toEqual([]);
});

test('without a store that lasts there is nothing to verify', async () => {
  const { code, stderr } = await run({});
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The audit log could not be verified: DATABASE_URL is not set.*\n$/);
});

test('a configuration that is wrong is told', async () => {
  const { code, stderr } = await run({ DATABASE_URL: `file:${under.file}`, PORT: 'none' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/PORT/);
});
