import { z } from 'zod';
import { isAccountKey } from '../domain/ids';
import { type Principal, SCOPES } from '../domain/principal';
import { ConfigError } from './config-error';
import { nearest, quote } from './nearest';
import { type ReadFile, readFromDisk, whyUnreadable } from './read-text';

/** A caller that a bearer token stands for. */
export interface CallerToken extends Principal {
  /** The 32 bytes of the SHA-256 of the token; the token itself is not known here. */
  readonly sha256: Buffer;
}

const EXAMPLE = '{"sha256": "<64 hex digits>", "subject": "dashboard", "scopes": ["devices:read"]}';

const SUBJECT = 'must be the name of the caller, 1 to 200 characters';

// None of these sentences quotes `sha256`: somebody may have put the token itself there.
const callerToken = z.strictObject(
  {
    sha256: z
      .string({ error: 'must be the SHA-256 of the bearer token in hex' })
      .regex(/^[0-9a-f]{64}$/i, { error: 'must be the SHA-256 of the bearer token: 64 hex digits' }),
    subject: z.string({ error: SUBJECT }).trim().min(1, { error: SUBJECT }).max(200, { error: SUBJECT }),
    scopes: z.array(z.enum(SCOPES, { error: ({ input }) => unknownScope(input) }), {
      error: 'must be a list of scopes',
    }),
    accounts: z
      .array(
        z.string({ error: 'must be the key of an account' }).refine(isAccountKey, {
          error: 'must be the key of an account: 1 to 32 of a-z, 0-9 and the hyphen',
        }),
        { error: 'must be a list of account keys, or be left out for all accounts' },
      )
      .optional(),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : 'must be an object') },
);

const callerTokens = z.array(callerToken, { error: 'must be a list' });

/**
 * Reads the text of a token file. `name` begins every sentence of the ConfigError that is thrown where it is not as
 * it should be: all of them at once, none with anything that could be a token.
 */
export function parseCallerTokens(text: string, name: string): readonly CallerToken[] {
  const json = jsonOf(text, name);
  const read = callerTokens.safeParse(json);
  if (!read.success) throw new ConfigError(read.error.issues.flatMap((issue) => sentences(issue, name)));
  const tokens = read.data.map(({ sha256, subject, scopes, accounts }) => ({
    sha256: Buffer.from(sha256, 'hex'),
    subject,
    scopes: new Set(scopes),
    ...(accounts === undefined ? {} : { accounts: new Set(accounts) }),
  }));
  const twice = doubles(tokens);
  if (twice.length > 0) {
    throw new ConfigError(
      twice.map(
        (index) =>
          `${name}: [${index}].sha256 stands in the list twice; for example give each caller a token of its own.`,
      ),
    );
  }
  return tokens;
}

/** Reads a token file, as {@link parseCallerTokens} does. */
export function loadCallerTokens(
  path: string,
  options: { readonly name?: string; readonly readFile?: ReadFile } = {},
): readonly CallerToken[] {
  const { name = `AUTH_TOKENS_FILE ${path}`, readFile = readFromDisk } = options;
  let text: string;
  try {
    text = readFile(path);
  } catch (thrown) {
    throw new ConfigError([
      `${name} cannot be read: ${whyUnreadable(thrown)}; for example AUTH_TOKENS_FILE=./tokens.json.`,
    ]);
  }
  return parseCallerTokens(text, name);
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's own message quotes the file.
    throw new ConfigError([`${name} is not valid JSON; for example [${EXAMPLE}].`]);
  }
}

function unknownScope(input: unknown): string {
  if (typeof input !== 'string') return `must be one of ${SCOPES.join(', ')}`;
  return `is the unknown scope ${quote(input)}; the nearest one is ${nearest(input, SCOPES)}, and all are ${SCOPES.join(', ')}`;
}

function sentences(issue: z.core.$ZodIssue, name: string): string[] {
  const place = `${name}${issue.path.length === 0 ? '' : `: ${pathOf(issue.path)}`}`;
  if (issue.code !== 'unrecognized_keys') return [`${place} ${issue.message}; for example ${EXAMPLE}.`];
  const known = Object.keys(callerToken.shape);
  return issue.keys.map(
    (key) =>
      `${place}.${key} is not a known key; the nearest one is ${nearest(key, known)}, and all are ${known.join(', ')}.`,
  );
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

function doubles(tokens: readonly CallerToken[]): number[] {
  const seen = new Set<string>();
  return tokens.flatMap(({ sha256 }, index) => {
    const hex = sha256.toString('hex');
    if (seen.has(hex)) return [index];
    seen.add(hex);
    return [];
  });
}
