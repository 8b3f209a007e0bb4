import { DrawbridgeError } from '../domain/errors';

/** What stands in a log line where something was left out. */
const REDACTED = '[redacted]';

/** Keys whose values never reach a log line, by the end of their name without hyphens and underscores. */
const SECRET_KEY =
  /(url|uri|link|href|token|jwt|authorization|cookie|passw(or)?d|passphrase|secret|credential|(api|developer|private|store|access)key|body)s?$/;

const URL_IN_TEXT = /\b(?!file:)([a-z][a-z0-9+.-]{0,20}):\/\/[^\s"'<>`]+/gi;
// A word that only follows, as in "basic authentication", is no credential: one is long, or has more than letters.
const CREDENTIAL_IN_TEXT = /\b(bearer|basic)\s+(?=\S{16}|[a-z]*[\d_~+/=-])[a-z0-9._~+/=-]{6,}/gi;
const JWT_IN_TEXT = /\beyJ[\w-]{5,}\.[\w-]+\.?[\w-]*/g;
const NAMED_SECRET_IN_TEXT =
  /\b([\w-]{0,40}(?:password|passwd|secret|api[_-]?key|developer[_-]?key|token))(["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&)}\]]+)/gi;

/** Things inside things that are followed, and errors that caused errors; what is deeper is left out. */
const DEEPEST = 6;
const LONGEST_LIST = 100;

/**
 * Free text without what must not be read in a log: bearer tokens and the like lose their value, and a URL keeps
 * its scheme only. A link into a device is one, and whoever has it is in, so no part of a URL is told apart.
 */
export function scrub(text: string): string {
  return text
    .replace(URL_IN_TEXT, `$1://${REDACTED}`)
    .replace(CREDENTIAL_IN_TEXT, `$1 ${REDACTED}`)
    .replace(JWT_IN_TEXT, REDACTED)
    .replace(NAMED_SECRET_IN_TEXT, (found, name: string, between: string, value: string) =>
      isProse(name, between, value) ? found : `${name}${between}${REDACTED}`,
    );
}

/** "refused the token: ask for a new one" names no token. */
function isProse(name: string, between: string, value: string): boolean {
  return /token$/i.test(name) && /^:\s/.test(between) && /^[a-z]{1,12}\.?$/i.test(value);
}

/** The fields of a log line as they may be printed: by key, by text, errors as {@link redactError} shows them. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) shown[key] = redactEntry(key, value, DEEPEST);
  return shown;
}

/**
 * An error as it may be printed: type, code, message, causes. The stack, scrubbed too, stands only where it helps:
 * for what nobody foresaw. An error with a code of the closed list says in its message what has to be known.
 */
export function redactError(error: Error): Record<string, unknown> {
  return shownError(error, DEEPEST);
}

function redactEntry(key: string, value: unknown, depth: number): unknown {
  // Flags and counts, such as how many links there are, are no secrets.
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'number') {
    return value;
  }
  return isSecretKey(key) ? REDACTED : redactValue(value, depth);
}

function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key.toLowerCase().replace(/[-_]/g, ''));
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '[deeper]';
  if (value instanceof Error) return shownError(value, depth);
  if (value instanceof Date) return value;
  if (value instanceof Map) return redactValue(Object.fromEntries(value), depth);
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, LONGEST_LIST).map((item) => redactValue(item, depth - 1));
  }
  // A thing that says itself how it prints, such as a secret of the configuration or a URL, is text from here on.
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue(value.toJSON(), depth - 1);
  if (ArrayBuffer.isView(value)) return '[bytes]';
  const shown: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) shown[key] = redactEntry(key, item, depth - 1);
  return shown;
}

function shownError(error: Error, depth: number): Record<string, unknown> {
  const foreseen = error instanceof DrawbridgeError && error.code !== 'INTERNAL_SERVER_ERROR';
  return {
    type: error.name,
    ...('code' in error ? { code: redactValue(error.code, 1) } : {}),
    message: scrub(error.message),
    ...(error instanceof DrawbridgeError && error.source !== undefined
      ? { account: error.source.account, vendor: error.source.vendor }
      : {}),
    ...(error.cause === undefined || depth <= 1 ? {} : { cause: redactValue(error.cause, depth - 1) }),
    ...(error instanceof AggregateError && depth > 1 ? { errors: redactValue(error.errors, depth - 1) } : {}),
    ...(foreseen || error.stack === undefined ? {} : { stack: frames(error.stack) }),
  };
}

/** Only where it happened: the message, of however many lines, stands in its own field. */
function frames(stack: string): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return scrub(lines.map((line) => line.trim()).join('\n'));
}
