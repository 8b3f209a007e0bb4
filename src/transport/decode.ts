import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { DrawbridgeError } from '../domain/errors';

/** An answer larger than this is no answer to anything the graph asks. */
export const LARGEST_ANSWER_BYTES = 10 * 1024 * 1024;

const DECOMPRESS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/** Collects a body, and gives up once it is larger than {@link LARGEST_ANSWER_BYTES}. Throws VENDOR_UNAVAILABLE. */
export async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) throw unreadable('was larger than 10 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * The JSON value of a body; undefined where it is empty, or where an error status came with something that is no
 * JSON (vendors answer errors with web pages). Throws VENDOR_UNAVAILABLE where a success is no JSON.
 */
export async function decode(status: number, encoding: string | undefined, raw: Buffer): Promise<unknown> {
  try {
    const text = (await decompress(encoding, raw)).toString('utf8');
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch (thrown) {
    if (status >= 400) return undefined;
    throw thrown instanceof DrawbridgeError ? thrown : unreadable('was no JSON');
  }
}

async function decompress(encoding: string | undefined, raw: Buffer): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return raw;
  const how = Object.entries(DECOMPRESS).find(([known]) => known === name)?.[1];
  if (how === undefined) throw unreadable('had an unknown encoding');
  return how(raw, { maxOutputLength: LARGEST_ANSWER_BYTES });
}

function unreadable(problem: string): DrawbridgeError {
  return new DrawbridgeError('VENDOR_UNAVAILABLE', `The vendor's answer ${problem}.`);
}
