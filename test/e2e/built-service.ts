import { execFile } from 'node:child_process';
import { mkdir, readdir, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';

const PROJECT = path.resolve(__dirname, '../..');
const DIST = path.join(PROJECT, 'dist');
/** As old as the sources that dist was last built from by these tests. */
const STAMP = path.join(DIST, '.built-for-tests');
const LOCK = path.join(DIST, '.building-for-tests');
/** A build takes a few seconds; a lock that is older was left behind by a test run that was killed. */
const LOCK_FORGOTTEN_MS = 60_000;

/** What `npm start` runs. */
export const MAIN = path.join(DIST, 'main.js');

/** Runs `npm run build`, unless dist is younger than everything it is built from. Test files may ask at the same time. */
export async function buildService(): Promise<void> {
  if (await isFresh()) return;
  await locked(async () => {
    if (await isFresh()) return;
    const startedAt = new Date();
    await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: PROJECT });
    await writeFile(STAMP, '');
    await utimes(STAMP, startedAt, startedAt);
  });
}

async function isFresh(): Promise<boolean> {
  const built = await modifiedAt(STAMP);
  if (built === undefined || (await modifiedAt(MAIN)) === undefined) return false;
  const sources = await readdir(path.join(PROJECT, 'src'), { recursive: true, withFileTypes: true });
  const files = sources.map((entry) => path.join(entry.parentPath, entry.name));
  const others = ['package.json', '.swcrc'].map((name) => path.join(PROJECT, name));
  const times = await Promise.all([...files, ...others].map(modifiedAt));
  return times.every((time) => time === undefined || time <= built);
}

async function modifiedAt(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/** A folder is made by one process only: whoever made it builds, the others ask again until it is gone. */
async function locked(work: () => Promise<void>): Promise<void> {
  for (;;) {
    // Another process may take the whole folder away meanwhile.
    await mkdir(DIST, { recursive: true });
    const made = await mkdir(LOCK).then(
      () => true,
      () => false,
    );
    if (made) break;
    const since = await modifiedAt(LOCK);
    if (since !== undefined && Date.now() - since > LOCK_FORGOTTEN_MS) await rmdir(LOCK).catch(() => {});
    await after(100);
  }
  try {
    await work();
  } finally {
    await rmdir(LOCK);
  }
}
