import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/** An answer larger than this, compressed or not, is no answer to anything the graph asks. */
const LARGEST_ANSWER_BYTES = 10 * 1024 * 1024;

const DECOMPRESS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/** What a body turned out to be: a JSON value (undefined where it was empty), or why it is none, for people. */
export type Decoded = { readonly body: unknown } | { readonly unreadable: string };

/** What came with a body. */
export interface BodyHeaders {
  readonly status: number;
  readonly encoding: string | undefined;
  readonly contentType: string | undefined;
}

/**
 * The JSON value of a body. An error status may come with anything, for vendors answer errors with web pages: what
 * is no JSON there counts as empty. A success has to be JSON and, where it says what it is, must not say otherwise.
 */
export async function decode(headers: BodyHeaders, raw: Buffer | 'too large'): Promise<Decoded> {
  const decoded = await decodeStrictly(headers, raw);
  return 'unreadable' in decoded && headers.status >= 400 ? { body: undefined } : decoded;
}

async function decodeStrictly(
  { encoding, contentType }: BodyHeaders,
  raw: Buffer | 'too large',
): Promise<Decoded> {
  if (raw === 'too large') return unreadable('was larger than 10 MB');
  if (isForeign(contentType)) return unreadable('was no JSON but something else');
  const plain = await decompress(encoding, raw);
  if (!Buffer.isBuffer(plain)) return plain;
  try {
    const text = plain.toString('utf8');
    return { body: text.trim() === '' ? undefined : JSON.parse(text) };
  } catch {
    return unreadable('was no JSON');
  }
}

/** Collects a body, and gives up once it is too large. */
export async function collect(body: AsyncIterable<Buffer>): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) return 'too large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function decompress(encoding: string | undefined, raw: Buffer): Promise<Buffer | Decoded> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '' || raw.length === 0) return raw;
  const how = Object.entries(DECOMPRESS).find(([known]) => known === name)?.[1];
  if (how === undefined) return unreadable('had an unknown encoding');
  try {
    return await how(raw, { maxOutputLength: LARGEST_ANSWER_BYTES });
  } catch (thrown) {
    const isTooLarge =
      typeof thrown === 'object' &&
      thrown !== null &&
      'code' in thrown &&
      thrown.code === 'ERR_BUFFER_TOO_LARGE';
    return unreadable(isTooLarge ? 'was larger than 10 MB' : 'could not be decompressed');
  }
}

/** Some servers send JSON as plain text, or do not say what it is; a page or a picture is never JSON. */
function isForeign(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type !== '' && type !== 'text/plain' && !/\bjson$/.test(type);
}

function unreadable(problem: string): Decoded {
  return { unreadable: `The vendor's answer ${problem}.` };
}
