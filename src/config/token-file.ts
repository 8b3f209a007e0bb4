import { statSync } from 'node:fs';
import type { Clock } from '../domain/time';
import { type CallerToken, loadCallerTokens } from './auth-tokens';
import { ConfigError } from './config-error';
import { whyUnreadable } from './read-text';

/** How a token file is followed. */
export interface TokenFileOptions {
  readonly path: string;
  /** Told how many callers there are after each change. */
  readonly onChange: (callers: number) => void;
  /** Told what is wrong with a changed file, in sentences without any token; what was read before stands. */
  readonly onBroken: (problems: readonly string[]) => void;
  readonly clock: Pick<Clock, 'schedule'>;
}

/** How often the file is looked at. */
const LOOK_EVERY_MS = 1000;

/**
 * The bearer tokens of a file, read again when it changes. The file is looked at by its name every second: so it does
 * not matter whether it is written in place, replaced, or behind a link that is moved, as in a container's secrets.
 */
export class TokenFile {
  readonly #options: TokenFileOptions;
  #tokens: readonly CallerToken[];
  #stamp: string;
  #cancel: () => void;

  /** Reads the file. Throws ConfigError. */
  constructor(options: TokenFileOptions) {
    this.#options = options;
    // Before it is read: a change in between is seen as one.
    this.#stamp = stampOf(options.path);
    this.#tokens = loadCallerTokens(options.path);
    this.#cancel = options.clock.schedule(LOOK_EVERY_MS, () => this.#look());
  }

  /** The tokens as of now. */
  current(): readonly CallerToken[] {
    return this.#tokens;
  }

  close(): void {
    this.#cancel();
  }

  #look(): void {
    this.#cancel = this.#options.clock.schedule(LOOK_EVERY_MS, () => this.#look());
    const stamp = stampOf(this.#options.path);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.#reload();
  }

  #reload(): void {
    try {
      this.#tokens = loadCallerTokens(this.#options.path);
      this.#options.onChange(this.#tokens.length);
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      this.#options.onBroken(thrown.problems);
    }
  }
}

/** Another one for every change of the file, or of what its name leads to. */
function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (thrown) {
    return whyUnreadable(thrown);
  }
}
