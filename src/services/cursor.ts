import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { badInput } from '../domain/errors';

/** What a cursor holds: values that JSON keeps. */
export type CursorContent = Readonly<Record<string, unknown>>;

const LONGEST_CURSOR = 4096;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What cursors are written with; both are kept from callers. */
interface CursorKeys {
  readonly cipher: Buffer;
  readonly nonce: Buffer;
}

/**
 * Cursors, and other marks that a caller gets, hands back and must not read or make: where a list goes on, and where an
 * entry stands in a log that it sees only a part of. The same content is always the same text.
 */
export class Cursors {
  readonly #keys: readonly CursorKeys[];

  /** `keys`: 32 bytes each; the first one writes, and any of them reads. */
  constructor(keys: readonly Buffer[]) {
    this.#keys = keys.map((key) => ({
      cipher: createHmac('sha256', key).update('cipher').digest(),
      nonce: createHmac('sha256', key).update('nonce').digest(),
    }));
  }

  /**
   * Writes a cursor of one list. `list` names the list, its filter and its order: a cursor of another list is refused
   * rather than read as something that it is not.
   */
  encode(list: string, content: CursorContent): string {
    const [keys] = this.#keys;
    if (keys === undefined) throw new TypeError('Cursors need a key.');
    const text = JSON.stringify({ ...content, l: list });
    // Made from the content: the same one stands only for the same content, so it may be used again.
    const nonce = createHmac('sha256', keys.nonce).update(text).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, keys.cipher, nonce, { authTagLength: TAG_BYTES });
    const sealed = [cipher.update(text, 'utf8'), cipher.final()];
    return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** Reads a cursor back. Throws BAD_USER_INPUT where it is none of this service's, or one of another list. */
  decode(list: string, cursor: string): CursorContent {
    const content = cursor.length > LONGEST_CURSOR ? undefined : this.#open(Buffer.from(cursor, 'base64url'));
    if (content === undefined) {
      throw badInput(
        'Not a cursor: `after` takes the endCursor, or the cursor of an edge, of an earlier page.',
      );
    }
    if (content['l'] !== list) {
      throw badInput(
        'The cursor is of another list: page on with the same filter and orderBy that it came from.',
      );
    }
    return content;
  }

  #open(sealed: Buffer): CursorContent | undefined {
    if (sealed.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    for (const { cipher } of this.#keys) {
      const content = openWith(cipher, sealed);
      if (content !== undefined) return content;
    }
    return undefined;
  }
}

/** The name of a list: its kind, and a short digest of what restricts and orders it. */
export function listName(kind: string, ...restrictions: readonly unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(restrictions)).digest('base64url');
  return `${kind}.${digest.slice(0, 8)}`;
}

/** Throws BAD_USER_INPUT: what a cursor holds is not what its list needs. */
export function brokenCursor(): never {
  throw badInput('The cursor is broken: `after` takes a cursor as it was received, unchanged.');
}

function openWith(key: Buffer, sealed: Buffer): CursorContent | undefined {
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8');
    return JSON.parse(text + decipher.final('utf8'));
  } catch {
    // Another key, or other bytes: whatever is wrong with it, the answer to the caller is the same.
    return undefined;
  }
}
