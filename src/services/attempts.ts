import { LRUCache } from 'lru-cache';
import type { Fleet } from '../accounts/fleet';
import { asDrawbridgeError } from '../domain/errors';
import { LONGEST_ID } from '../domain/ids';
import type { Principal } from '../domain/principal';
import type { Clock } from '../domain/time';
import type { AuditFacts, LinkBook } from './link-book';

/**
 * Under what an attempt stands in the audit log whose target is in no account of the caller's. No account can have this
 * key. What such a caller wrote must not turn up in the log of an account that is not theirs: only those who see all
 * accounts read it.
 */
export const NO_ACCOUNT = '*';

/** What a caller tries to do. */
export interface Attempt {
  readonly principal: Principal;
  /** The name of the mutation. */
  readonly action: string;
  /** The id that the caller gave; it may be anything. */
  readonly target: string;
  /** What else the caller gave. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** What attempts are recorded with. */
export interface AttemptTools {
  readonly fleet: Fleet;
  readonly book: LinkBook;
  readonly clock: Clock;
  /** Told where an attempt could not be recorded; what the caller is told stays the same. */
  readonly warn: (message: string, cause: unknown) => void;
}

/** So many attempts of one caller in one account are recorded one by one, in each window; further ones are counted. */
const ONE_BY_ONE = 50;
const WINDOW_MS = 3_600_000;
/** Callers, by account, that are watched at once. */
const MOST_WATCHED = 10_000;

/** Longest text of an input that is recorded. */
const LONGEST_TEXT = 200;
const LONGEST_REASON = 1000;

/** One caller in one account, since the window began. */
interface Window {
  readonly since: number;
  recorded: number;
  /** How many were only counted, by action and outcome. */
  readonly counted: Map<string, { readonly facts: AuditFacts; attempts: number }>;
  cancel(): void;
}

/**
 * Records what callers try without anything being asked of a vendor: what was refused, and what had been done before.
 * However often somebody tries, the log grows by {@link ONE_BY_ONE} entries an hour, and one for each kind of the rest.
 */
export class Attempts {
  readonly #windows = new LRUCache<string, Window>({
    max: MOST_WATCHED,
    dispose: (window, _, reason) => {
      window.cancel();
      if (reason === 'evict') void this.#tellRest(window);
    },
  });

  constructor(private readonly tools: AttemptTools) {}

  /** Does the part of an action that comes before its intent; records what it throws, and throws it on. */
  async watch<T>(attempt: Attempt, prepare: () => Promise<T>): Promise<T> {
    try {
      return await prepare();
    } catch (thrown) {
      // A store that cannot be written cannot be told so.
      if (asDrawbridgeError(thrown).code !== 'STORE_UNAVAILABLE')
        await this.#record(attempt, { error: thrown });
      throw thrown;
    }
  }

  /** Records that an attempt had nothing left to do. `why` says which earlier action had done it. */
  repeated(attempt: Attempt, target: string, why: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#record({ ...attempt, target, input: { ...attempt.input, ...why } }, {});
  }

  /** Writes down what was only counted so far. */
  async stop(): Promise<void> {
    const windows = [...this.#windows.values()];
    this.#windows.clear();
    await Promise.all(windows.map((window) => this.#tellRest(window)));
  }

  async #record(attempt: Attempt, { error }: Pick<AuditFacts, 'error'>): Promise<void> {
    const { principal, action, target, input = {} } = attempt;
    const [key = ''] = target.split(':', 1);
    const account = this.tools.fleet.find(principal, key) === undefined ? NO_ACCOUNT : key;
    const { reason, idempotencyKey: _, ...asked } = input;
    const facts: AuditFacts = {
      actor: principal.subject,
      action,
      account,
      target: target.slice(0, LONGEST_ID),
      detail: cut(asked),
      reason: typeof reason === 'string' ? reason.slice(0, LONGEST_REASON) : null,
      ...(error === undefined ? {} : { error }),
    };
    const window = this.#windowOf(JSON.stringify([principal.subject, account]));
    if (window.recorded < ONE_BY_ONE) {
      window.recorded += 1;
      await this.#write([facts]);
    } else count(window, facts);
  }

  #windowOf(key: string): Window {
    const { clock } = this.tools;
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const cancel = clock.schedule(WINDOW_MS, () => {
      this.#windows.delete(key);
      void this.#tellRest(window);
    });
    const window: Window = { since: clock.now(), recorded: 0, counted: new Map(), cancel };
    this.#windows.set(key, window);
    return window;
  }

  async #tellRest({ since, counted }: Window): Promise<void> {
    const rest = [...counted.values()];
    counted.clear();
    const from = new Date(since);
    await this.#write(
      rest.map(({ facts, attempts }) => ({
        ...facts,
        target: null,
        reason: null,
        detail: { attempts, from },
      })),
    );
  }

  async #write(all: readonly AuditFacts[]): Promise<void> {
    if (all.length === 0) return;
    const { book, warn } = this.tools;
    try {
      await book.save([], all);
    } catch (thrown) {
      warn('what a caller tried could not be recorded in the audit log', thrown);
    }
  }
}

function count({ counted }: Window, facts: AuditFacts): void {
  const outcome = facts.error === undefined ? 'ok' : asDrawbridgeError(facts.error).code;
  const key = `${facts.action} ${outcome}`;
  const known = counted.get(key);
  if (known === undefined) counted.set(key, { facts, attempts: 1 });
  else known.attempts += 1;
}

/** What a caller gave may be of any length. */
function cut(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : value,
    ]),
  );
}
