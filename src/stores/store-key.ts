import { hkdfSync, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import { DrawbridgeError } from '../domain/errors';
import { KEY_BYTES } from './seal';
import { codeOf } from './thrown-code';

/** The key file beside the store, where STORE_KEY is not set. */
export const KEY_FILE = 'drawbridge.key';

/** Where the key that seals link URLs comes from. */
interface KeyOptions {
  /** The value of STORE_KEY: 32 bytes in base64, or several with commas between. It is used in place of the file. */
  readonly key?: string | undefined;
  /** The folder of the key file. */
  readonly directory: string;
  /** Told, in words for an operator, where others than its owner may read the file. Default: nobody is. */
  readonly warn?: (message: string) => void;
}

/**
 * The keys that seal link URLs, of which the first one is used for what is sealed anew: STORE_KEY, else the key file, a
 * line for each, which is made at first start with one, readable by its owner only. Throws STORE_UNAVAILABLE where what
 * is there is no key.
 */
export async function loadKeys(options: KeyOptions): Promise<readonly Buffer[]> {
  const { key, directory } = options;
  if (key !== undefined) return key.split(',').map((one) => decodeKey(one, 'STORE_KEY'));
  const path = join(directory, KEY_FILE);
  try {
    const text = await readOrMake(path, directory);
    await warnOfReaders(path, options.warn);
    return text
      .trim()
      .split(/\s*\n\s*/)
      .map((line) => decodeKey(line, `The key file ${path}`));
  } catch (thrown) {
    if (thrown instanceof DrawbridgeError) throw thrown;
    const message = `The key file ${path} could not be read or made. Check who owns its folder, or set STORE_KEY.`;
    throw new DrawbridgeError('STORE_UNAVAILABLE', message, { cause: thrown });
  }
}

/** Keys for other purposes, one for each of the keys, from which nobody can tell those. */
export function deriveKeys(keys: readonly Buffer[], purpose: string): readonly Buffer[] {
  return keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', `drawbridge ${purpose}`, KEY_BYTES)));
}

async function warnOfReaders(path: string, warn: ((message: string) => void) | undefined): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  warn?.(`Others than its owner may read the key file ${path}: make it its owner's alone with chmod 600.`);
}

function decodeKey(text: string, name: string): Buffer {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, 'base64');
  if (bytes.length === KEY_BYTES && /^[\w+/-]+=?$/.test(trimmed)) return bytes;
  const message = `${name} is not ${KEY_BYTES} bytes in base64. Make one with: openssl rand -base64 ${KEY_BYTES}`;
  throw new DrawbridgeError('STORE_UNAVAILABLE', message, { retryable: false });
}

async function readOrMake(path: string, directory: string): Promise<string> {
  const there = await readIfThere(path);
  if (there !== undefined) return there;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await makeKeyFile(path);
  return readFile(path, 'utf8');
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** Another process may make it at the same time: whole files only appear under the name, and the first one stays. */
async function makeKeyFile(path: string): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  } finally {
    await unlink(draft);
  }
}
