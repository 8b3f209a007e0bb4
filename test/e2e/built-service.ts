import { execFile } from 'node:child_process';
import { mkdir, readdir, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';

const PROJECT = path.resolve(__dirname, '../..');
const DIST = path.join(PROJECT, 'dist');
const LOCK = path.join(DIST, '.building-for-tests');
/** A build takes a few seconds; a lock that is older was left behind by a test run that was killed. */
const LOCK_FORGOTTEN_MS = 60_000;

/** What `npm start` runs. */
export const MAIN = path.join(DIST, 'main.js');

/** Something that is built, and what from. */
interface Built {
  /** A file as old as the sources that it was last built from by these tests. */
  readonly stamp: string;
  /** It is there when it was built. */
  readonly product: string;
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly script: string;
}

const SERVICE: Built = {
  stamp: path.join(DIST, '.built-for-tests'),
  product: MAIN,
  folders: ['src'],
  files: ['package.json', '.swcrc'],
  script: 'build',
};

const CLIENT: Built = {
  stamp: path.join(DIST, '.client-for-tests'),
  product: path.join(DIST, 'client/package.json'),
  folders: ['examples'],
  files: ['package.json', 'schema.graphql', 'codegen.client.js', 'scripts/build-client.js'],
  script: 'examples',
};

/** Runs `npm run build`, unless dist is younger than everything it is built from. Test files may ask at the same time. */
export const buildService = (): Promise<void> => build(SERVICE);

/** The same for `npm run examples`: the package of typed documents, and the examples that use it. */
export const buildClient = (): Promise<void> => build(CLIENT);

async function build(built: Built): Promise<void> {
  if (await isFresh(built)) return;
  await locked(async () => {
    if (await isFresh(built)) return;
    const startedAt = new Date();
    await promisify(execFile)('npm', ['run', '--silent', built.script], { cwd: PROJECT });
    await writeFile(built.stamp, '');
    await utimes(built.stamp, startedAt, startedAt);
  });
}

async function isFresh({ stamp, product, folders, files }: Built): Promise<boolean> {
  const built = await modifiedAt(stamp);
  if (built === undefined || (await modifiedAt(product)) === undefined) return false;
  const sources = await Promise.all(
    folders.map((folder) => readdir(path.join(PROJECT, folder), { recursive: true, withFileTypes: true })),
  );
  const all = [
    ...sources.flat().map((entry) => path.join(entry.parentPath, entry.name)),
    ...files.map((name) => path.join(PROJECT, name)),
  ];
  const times = await Promise.all(all.map(modifiedAt));
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
