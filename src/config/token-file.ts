import { setMaxListeners } from 'node:events';
import { unwatchFile, watchFile } from 'node:fs';
import { type CallerToken, loadCallerTokens } from './auth-tokens';
import { ConfigError } from './config-error';

/** A token that is on the list, and the signal that it no longer is, or stands for something else. */
export interface ListedToken extends CallerToken {
  readonly revoked: AbortSignal;
}

/** How a token file is followed. */
export interface TokenFileOptions {
  readonly path: string;
  /** Told how many callers there are after each change. */
  readonly onChange: (callers: number) => void;
  /** Told what is wrong with a changed file, in sentences without any token; what was read before stands. */
  readonly onBroken: (problems: readonly string[]) => void;
  /** How often the file is looked at, in milliseconds. Default 1000. */
  readonly intervalMs?: number;
}

/**
 * The bearer tokens of a file, read again when it changes. The file is looked at by its name every second: so it does
 * not matter whether it is written in place, replaced, or behind a link that is moved, as in a container's secrets.
 */
export class TokenFile {
  readonly #options: TokenFileOptions;
  readonly #revoke = new WeakMap<ListedToken, AbortController>();
  readonly #look = (): void => this.#reload();
  #tokens: readonly ListedToken[] = [];

  /** Reads the file. Throws ConfigError. */
  constructor(options: TokenFileOptions) {
    this.#options = options;
    this.#replace(loadCallerTokens(options.path));
    watchFile(options.path, { interval: options.intervalMs ?? 1000, persistent: false }, this.#look);
  }

  /** The tokens as of now. */
  current(): readonly ListedToken[] {
    return this.#tokens;
  }

  close(): void {
    unwatchFile(this.#options.path, this.#look);
  }

  #reload(): void {
    try {
      this.#replace(loadCallerTokens(this.#options.path));
      this.#options.onChange(this.#tokens.length);
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      this.#options.onBroken(thrown.problems);
    }
  }

  #replace(tokens: readonly CallerToken[]): void {
    const before = this.#tokens;
    this.#tokens = tokens.map((token) => before.find((old) => isSame(old, token)) ?? this.#listed(token));
    for (const old of before) if (!this.#tokens.includes(old)) this.#revoke.get(old)?.abort();
  }

  #listed(token: CallerToken): ListedToken {
    const controller = new AbortController();
    // Every open connection of the caller listens.
    setMaxListeners(0, controller.signal);
    const listed = { ...token, revoked: controller.signal };
    this.#revoke.set(listed, controller);
    return listed;
  }
}

function isSame(a: CallerToken, b: CallerToken): boolean {
  return (
    a.sha256.equals(b.sha256) &&
    a.subject === b.subject &&
    sameSet(a.scopes, b.scopes) &&
    (a.accounts === undefined || b.accounts === undefined
      ? a.accounts === b.accounts
      : sameSet(a.accounts, b.accounts))
  );
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}
