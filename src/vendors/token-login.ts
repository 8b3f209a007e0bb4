import { asDrawbridgeError, DrawbridgeError } from '../domain/errors';
import type { Clock } from '../domain/time';
import type { Authenticator, CallContext } from '../transport/transport';

/** What a vendor hands out at a login. */
export interface Token {
  /** The headers that show the token to the vendor. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long the vendor will take it from now on. */
  readonly lifetimeMs: number;
}

/** How one vendor's tokens are had. */
export interface TokenSource<T extends Token> {
  /** A token for nothing but the configured credentials. */
  login(context: CallContext): Promise<T>;
  /** A token for the one before; undefined where the vendor does not do that, or no longer. */
  readonly refresh?: (previous: T, context: CallContext) => Promise<T | undefined>;
}

/** A token is renewed this long before its end, but at the earliest after half of its life. */
const MARGIN_MS = 60_000;

/** A pause after a login that failed: doubled with each further one in a row, up to the longest. */
interface Pauses {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** A login that the vendor refused: vendors lock accounts for trying again and again. */
const AFTER_REFUSAL: Pauses = { firstMs: 30_000, longestMs: 600_000 };

/** A login that failed for a passing trouble, such as a vendor that does not answer. */
const AFTER_FAILURE: Pauses = { firstMs: 5_000, longestMs: 20_000 };

interface Held<T> {
  readonly token: T;
  readonly renewAt: number;
  readonly expiresAt: number;
  /** True once the vendor has refused it. */
  rejected: boolean;
}

/**
 * Turns logins into an authenticator. One login is under way at a time and all callers wait for it; one that failed
 * is remembered for a while and its error answers everybody, so that a thousand reads make no thousand logins. A
 * renewal that fails before the token has ended fails nobody.
 */
export class TokenLogin<T extends Token> implements Authenticator {
  readonly #source: TokenSource<T>;
  readonly #clock: Clock;
  #held: Held<T> | undefined;
  #pending: Promise<T> | undefined;
  #failed: { readonly error: DrawbridgeError; readonly until: number; readonly pauseMs: number } | undefined;

  constructor(source: TokenSource<T>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  async headers(context: CallContext): Promise<Readonly<Record<string, string>>> {
    const held = this.#held;
    const now = this.#clock.monotonic();
    if (held !== undefined && !held.rejected && now < held.renewAt) return held.token.headers;
    try {
      return (await this.#obtain(context)).headers;
    } catch (thrown) {
      if (held === undefined || held.rejected || this.#clock.monotonic() >= held.expiresAt) throw thrown;
      return held.token.headers;
    }
  }

  async renew(rejected: Readonly<Record<string, string>>, context: CallContext): Promise<boolean> {
    const held = this.#held;
    // Somebody else has renewed it while this call was under way: the new token is not refused yet.
    if (held !== undefined && !held.rejected && !shows(rejected, held.token)) return true;
    if (held !== undefined) held.rejected = true;
    await this.#obtain(context);
    return true;
  }

  async #obtain(context: CallContext): Promise<T> {
    if (this.#pending !== undefined) return this.#pending;
    this.#throwRemembered();
    this.#pending = this.#next(context).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #next(context: CallContext): Promise<T> {
    try {
      const token = (await this.#refreshed(context)) ?? (await this.#source.login(context));
      this.#hold(token);
      this.#failed = undefined;
      return token;
    } catch (thrown) {
      throw this.#remember(asDrawbridgeError(thrown));
    }
  }

  #remember(error: DrawbridgeError): DrawbridgeError {
    const { firstMs, longestMs } = error.retryable ? AFTER_FAILURE : AFTER_REFUSAL;
    const pauseMs = Math.min(longestMs, Math.max(firstMs, (this.#failed?.pauseMs ?? 0) * 2));
    const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
    this.#failed = { error, until: this.#clock.monotonic() + Math.max(pauseMs, askedMs), pauseMs };
    return error;
  }

  /** Whoever is told of a login that failed before is also told when the next one is tried. */
  #throwRemembered(): void {
    if (this.#failed === undefined) return;
    const { error, until } = this.#failed;
    const leftMs = until - this.#clock.monotonic();
    if (leftMs <= 0) return;
    const { code, message, retryable, cause } = error;
    const retryAfter = retryable ? { retryAfterSeconds: Math.ceil(leftMs / 1000) } : {};
    throw new DrawbridgeError(code, message, { retryable, cause, unsent: true, ...retryAfter });
  }

  /** Any failure of a refresh is answered by a login, which tells the reason where there is one. */
  async #refreshed(context: CallContext): Promise<T | undefined> {
    const { refresh } = this.#source;
    if (refresh === undefined || this.#held === undefined) return undefined;
    try {
      return await refresh(this.#held.token, context);
    } catch {
      return undefined;
    }
  }

  #hold(token: T): void {
    const now = this.#clock.monotonic();
    const { lifetimeMs } = token;
    this.#held = {
      token,
      renewAt: now + Math.max(lifetimeMs - MARGIN_MS, lifetimeMs / 2),
      expiresAt: now + lifetimeMs,
      rejected: false,
    };
  }
}

function shows(headers: Readonly<Record<string, string>>, token: Token): boolean {
  return Object.entries(token.headers).every(([name, value]) => headers[name] === value);
}

/** What is left until an instant that the vendor names; the usual lifetime where it names none, or one that is over. */
export function lifetimeUntil(endsAt: Date | null, clock: Clock, usualMs: number): number {
  const leftMs = endsAt === null ? 0 : endsAt.getTime() - clock.now();
  // An end in the past is a difference between two clocks: the vendor hands out no token that is over.
  return leftMs > 0 ? leftMs : usualMs;
}
