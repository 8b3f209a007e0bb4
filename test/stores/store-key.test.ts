import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { KEY_BYTES } from '../../src/stores/seal';
import { KEY_FILE, loadKey } from '../../src/stores/store-key';

const UNAVAILABLE = { code: 'STORE_UNAVAILABLE', retryable: false };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-key-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('STORE_KEY is the key, and no file is made', async () => {
  const bytes = Buffer.alloc(KEY_BYTES, 7);
  expect(await loadKey({ key: bytes.toString('base64'), directory: folder })).toEqual(bytes);
  expect(await loadKey({ key: ` ${bytes.toString('base64')}\n`, directory: folder })).toEqual(bytes);
  expect(await readdir(folder)).toEqual([]);
});

test('without it a key file is made once, for its owner only, with the folder that it needs', async () => {
  const directory = join(folder, 'new', 'data');
  const key = await loadKey({ directory });
  expect(key).toHaveLength(KEY_BYTES);
  expect(await loadKey({ directory })).toEqual(key);
  expect((await stat(join(directory, KEY_FILE))).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect(await readdir(directory)).toEqual([KEY_FILE]);
});

test('many that start at once end up with the same key', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadKey({ directory: folder })));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(await readdir(folder)).toEqual([KEY_FILE]);
});

test.each([
  '',
  'short',
  Buffer.alloc(31).toString('base64'),
  Buffer.alloc(33).toString('base64'),
  'x'.repeat(44),
])('%p is no key, which is said without repeating it', async (key) => {
  const loading = loadKey({ key, directory: folder });
  await expect(loading).rejects.toMatchObject(UNAVAILABLE);
  await expect(loading).rejects.toThrow(
    'STORE_KEY is not 32 bytes in base64. Make one with: openssl rand -base64 32',
  );
});

test('a key file that holds something else is refused and left alone', async () => {
  const path = join(folder, KEY_FILE);
  await writeFile(path, 'not a key');
  const loading = loadKey({ directory: folder });
  await expect(loading).rejects.toMatchObject(UNAVAILABLE);
  await expect(loading).rejects.toThrow(path);
  expect(await readFile(path, 'utf8')).toBe('not a key');
});

test('a key file that cannot be read is named', async () => {
  await mkdir(join(folder, KEY_FILE));
  await expect(loadKey({ directory: folder })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining(join(folder, KEY_FILE)),
  });
});
