import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** How long the key that seals is. */
export const KEY_BYTES = 32;

const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals secrets before they are written down, and opens them again. */
export interface Sealer {
  /** The sealed form of a text; it opens only under the same label. */
  seal(text: string, label: string): string;
  /** The text again; null where it was sealed with another key, under another label, or was tampered with. */
  open(sealed: string, label: string): string | null;
}

/** What a sealer needs. */
interface SealerOptions {
  /** {@link KEY_BYTES} bytes each; see `loadKeys`. The first one seals, and any of them opens. */
  readonly keys: readonly Buffer[];
  /** Told once, in words for an operator, when something cannot be opened. */
  readonly warn: (message: string) => void;
}

/**
 * Seals with AES-256-GCM: `v1.<nonce>.<ciphertext and tag>`, both in base64url. The label is authenticated with it,
 * so that a sealed text moved to another row does not open there.
 */
export function createSealer(options: SealerOptions): Sealer {
  const { keys, warn } = options;
  const [newest] = keys;
  if (newest === undefined) throw new TypeError('A sealer needs a key.');
  let warned = false;
  return {
    seal: (text, label) => sealWith(newest, text, label),
    open(sealed, label) {
      let text: string | null = null;
      for (const key of keys) text ??= openWith(key, sealed, label);
      if (text === null && !warned) {
        warned = true;
        warn(CANNOT_OPEN);
      }
      return text;
    },
  };
}

const CANNOT_OPEN =
  'A link in the store was sealed with another key and is shown without its URL. ' +
  'Start with the STORE_KEY, or the drawbridge.key file, that the store was written with.';

function sealWith(key: Buffer, text: string, label: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(label));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

function openWith(key: Buffer, text: string, label: string): string | null {
  const [version, nonceText = '', sealedText = ''] = text.split('.');
  const nonce = Buffer.from(nonceText, 'base64url');
  const sealed = Buffer.from(sealedText, 'base64url');
  if (version !== VERSION || nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(label));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // Another key, another label or other bytes: GCM does not tell which, and the answer is the same.
    return null;
  }
}
