import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { KEY_BYTES } from '../../src/stores/seal';
import { deriveKeys, KEY_FILE, loadKeys } from '../../src/stores/store-key';

const UNAVAILABLE = { code: 'STORE_UNAVAILABLE', retryable: false };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-key-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('STORE_KEY is the key, and no file is made', async () => {
  const bytes = Buffer.alloc(KEY_BYTES, 7);
  expect(await loadKeys({ key: bytes.toString('base64'), directory: folder })).toEqual([bytes]);
  expect(await loadKeys({ key: ` ${bytes.toString('base64')}\n`, directory: folder })).toEqual([bytes]);
  expect(await readdir(folder)).toEqual([]);
});

test('without it a key file is made once, for its owner only, with the folder that it needs', async () => {
  const directory = join(folder, 'new', 'data');
  const key = await loadKeys({ directory });
  expect(key.map(({ length }) => length)).toEqual([KEY_BYTES]);
  expect(await loadKeys({ directory })).toEqual(key);
  expect((await stat(join(directory, KEY_FILE))).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect(await readdir(directory)).toEqual([KEY_FILE]);
});

test('many that start at once end up with the same key', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadKeys({ directory: folder })));
  expect(new Set(keys.map(([key]) => key?.toString('hex'))).size).toBe(1);
  expect(await readdir(folder)).toEqual([KEY_FILE]);
});

test.each([
  '',
  'short',
  Buffer.alloc(31).toString('base64'),
  Buffer.alloc(33).toString('base64'),
  'x'.repeat(44),
])('%p is no key, which is said without repeating it', async (key) => {
  const loading = loadKeys({ key, directory: folder });
  await expect(loading).rejects.toMatchObject(UNAVAILABLE);
  await expect(loading).rejects.toThrow(
    'STORE_KEY is not 32 bytes in base64. Make one with: openssl rand -base64 32',
  );
});

test('a key file that holds something else is refused and left alone', async () => {
  const path = join(folder, KEY_FILE);
  await writeFile(path, 'not a key');
  const loading = loadKeys({ directory: folder });
  await expect(loading).rejects.toMatchObject(UNAVAILABLE);
  await expect(loading).rejects.toThrow(path);
  expect(await readFile(path, 'utf8')).toBe('not a key');
});

test('a key file that cannot be read is named', async () => {
  await mkdir(join(folder, KEY_FILE));
  await expect(loadKeys({ directory: folder })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining(join(folder, KEY_FILE)),
  });
});

test('several keys are told in their order, from STORE_KEY or from the lines of the file', async () => {
  const keys = [Buffer.alloc(KEY_BYTES, 1), Buffer.alloc(KEY_BYTES, 2)];
  const texts = keys.map((key) => key.toString('base64'));
  expect(await loadKeys({ key: texts.join(', '), directory: folder })).toEqual(keys);
  await writeFile(join(folder, KEY_FILE), `${texts.join('\n')}\n`, { mode: 0o600 });
  expect(await loadKeys({ directory: folder })).toEqual(keys);
});

test('a key file that others may read is warned of', async () => {
  const warn = jest.fn();
  await loadKeys({ directory: folder, warn });
  expect(warn).not.toHaveBeenCalled();
  await chmod(join(folder, KEY_FILE), 0o644);
  await loadKeys({ directory: folder, warn });
  expect(warn.mock.calls).toEqual([[expect.stringContaining('chmod 600')]]);
});

test('keys for another purpose tell nothing of those that they are made from', () => {
  const keys = [Buffer.alloc(KEY_BYTES, 1), Buffer.alloc(KEY_BYTES, 2)];
  const all = [...keys, ...deriveKeys(keys, 'cursors'), ...deriveKeys(keys, 'other')];
  expect(new Set(all.map((key) => key.toString('hex'))).size).toBe(6);
  expect(deriveKeys(keys, 'cursors')).toEqual(deriveKeys(keys, 'cursors'));
});
