import { BlockList, isIP, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { type CallerToken, loadCallerTokens } from './auth-tokens';
import type { AccountConfig, AuthConfig, JwksConfig } from './config';
import { ConfigError } from './config-error';
import { nearest } from './nearest';
import type { ReadFile } from './read-text';
import { flag, plainText, webUrl } from './values';
import { type Environment, type Problems, placeOf, readVariable, textOf, type Variable } from './variables';

const TOKENS_FILE: Variable<string | undefined> = {
  name: 'AUTH_TOKENS_FILE',
  example: './tokens.json',
  parse: plainText,
  default: undefined,
};
const JWKS_URL: Variable<string | undefined> = {
  name: 'AUTH_JWKS_URL',
  example: 'https://login.example.com/.well-known/jwks.json',
  parse: webUrl,
  default: undefined,
};
const ISSUER: Variable<string | undefined> = {
  name: 'AUTH_ISSUER',
  example: 'https://login.example.com/',
  parse: plainText,
  default: undefined,
};
const AUDIENCE: Variable<string | undefined> = {
  name: 'AUTH_AUDIENCE',
  example: 'drawbridge',
  parse: plainText,
  default: undefined,
};
const DISABLED: Variable<boolean | undefined> = {
  name: 'AUTH_DISABLED',
  example: '1',
  parse: flag,
  default: undefined,
};
const EXAMPLES = [TOKENS_FILE, DISABLED].map(placeOf).map(({ example }) => example);

/** What the rules on who is let in look at. */
export interface AuthOptions {
  readonly env: Environment;
  readonly cwd: string;
  readonly readFile: ReadFile;
  readonly host: string;
  /** True: no account is configured. */
  readonly simulated: boolean;
  readonly accounts: readonly AccountConfig[];
  /** The keys of the accounts, also of those that are simulated. */
  readonly accountKeys: readonly string[];
  readonly problems: Problems;
}

/** Who is let in, and what an operator should know of it. */
export interface AuthAnswer {
  readonly auth: AuthConfig;
  readonly warnings: readonly string[];
}

/** Reads who is let in, and refuses what would let in everyone to real devices or over a network. */
export function readAuth(options: AuthOptions): AuthAnswer {
  const { env, cwd, problems } = options;
  const file = readVariable(env, problems, TOKENS_FILE);
  const tokensFile = file === undefined ? undefined : resolve(cwd, file);
  const warnings =
    tokensFile === undefined ? [] : checkTokens(tokensFile, `AUTH_TOKENS_FILE ${file}`, options);
  const jwks = readJwks(env, problems);
  const off = readVariable(env, problems, DISABLED);
  const disabled = off ?? false;
  const authenticated = [TOKENS_FILE, JWKS_URL, ISSUER, AUDIENCE].some(
    ({ name }) => textOf(env, name) !== undefined,
  );
  if (disabled && authenticated) {
    warnings.push('AUTH_DISABLED is set: everyone is let in, whatever the other AUTH_ variables say.');
  }
  // What could not be read was said; what would follow from leaving it out is not to be said too.
  const undecided = off === undefined && textOf(env, DISABLED.name) !== undefined;
  if (!undecided) checkStart(options, { authenticated, disabled });
  const auth = {
    ...(tokensFile === undefined ? {} : { tokensFile }),
    ...(jwks === undefined ? {} : { jwks }),
    disabled: disabled || !authenticated,
  };
  return { auth, warnings };
}

/** True where only this machine reaches a host: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return host.toLowerCase() === 'localhost';
  return LOOPBACK.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function checkStart(
  { host, simulated, accounts, problems }: AuthOptions,
  { authenticated, disabled }: { readonly authenticated: boolean; readonly disabled: boolean },
): void {
  const [tokens, off] = EXAMPLES;
  if (disabled && !isLoopback(host)) {
    problems.add(
      `AUTH_DISABLED must not be set while HOST is ${host}, which others reach: set HOST to a loopback address, or let in known callers only; for example HOST=127.0.0.1 or ${tokens}.`,
    );
  }
  if (authenticated || disabled) return;
  if (!simulated) {
    const keys = accounts.map(({ key }) => key).join(', ');
    problems.add(
      `AUTH_TOKENS_FILE, or AUTH_JWKS_URL with AUTH_ISSUER and AUTH_AUDIENCE, is not set and is needed, because vendor accounts are configured${keys === '' ? '' : ` (${keys})`}; for example ${tokens}, or ${off} to let in everyone on a loopback address.`,
    );
  } else if (!isLoopback(host)) {
    problems.add(
      `HOST is ${host}, which others reach, and nothing says who is let in: set AUTH_TOKENS_FILE, or AUTH_JWKS_URL with AUTH_ISSUER and AUTH_AUDIENCE, or keep to a loopback address; for example ${tokens} or HOST=127.0.0.1.`,
    );
  }
}

function readJwks(env: Environment, problems: Problems): JwksConfig | undefined {
  const url = readVariable(env, problems, JWKS_URL);
  const issuer = readVariable(env, problems, ISSUER);
  const audience = readVariable(env, problems, AUDIENCE);
  const all = [JWKS_URL, ISSUER, AUDIENCE];
  const given = all.filter(({ name }) => textOf(env, name) !== undefined);
  if (given.length > 0) {
    const names = given.map(({ name }) => name).join(' and ');
    for (const variable of all.filter((one) => !given.includes(one))) {
      problems.wrongValue(placeOf(variable), `is not set and is needed with ${names}`);
    }
  }
  if (url === undefined || issuer === undefined || audience === undefined) return undefined;
  return { url, issuer, audience };
}

/** The tokens are read again by whoever lets callers in; here they are only held against the rules. */
function checkTokens(path: string, name: string, options: AuthOptions): string[] {
  try {
    const tokens = loadCallerTokens(path, { name, readFile: options.readFile });
    return tokens.flatMap((token, index) => unknownAccounts(token, `${name}: [${index}].accounts`, options));
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    for (const problem of thrown.problems) options.problems.add(problem);
    return [];
  }
}

function unknownAccounts(token: CallerToken, place: string, { accountKeys }: AuthOptions): string[] {
  const unknown = [...(token.accounts ?? [])].filter((key) => !accountKeys.includes(key));
  return unknown.map((key) => {
    const near = nearest(key, accountKeys);
    const hint = near === undefined ? '' : `; the nearest one is ${near}`;
    return `${place} names ${key}, which is not a configured account${hint}.`;
  });
}
