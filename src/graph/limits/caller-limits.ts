import { LRUCache } from 'lru-cache';
import { DrawbridgeError } from '../../domain/errors';
import type { Principal } from '../../domain/principal';
import type { Clock } from '../../domain/time';
import { type BucketLevel, TokenBucket } from '../../domain/token-bucket';

/** What one caller may do; 0: as much as it likes. */
export interface CallerAllowance {
  readonly operationsPerMinute: number;
  /** Vendor calls at worst, as operations are weighed. */
  readonly costPerMinute: number;
  /** Operations at once. */
  readonly concurrency: number;
  /** Event streams and callbacks at once. */
  readonly streams: number;
}

/** What a caller may spend in a minute, and what is left of it. */
export interface CallerPolicy extends BucketLevel {
  readonly name: 'operations' | 'cost';
  readonly perMinute: number;
}

interface CallerState {
  readonly operations: TokenBucket | undefined;
  readonly cost: TokenBucket | undefined;
  running: number;
  following: number;
}

/** Callers whose state is kept; one that was silent for longest begins anew. */
const MOST_CALLERS = 10_000;

/** What stays open is seldom over as soon as an operation is. */
const FULL_RETRY_SECONDS = 5;

/**
 * Counts what each caller asks for, by subject and whatever way it comes. What is too much is OPERATION_TOO_EXPENSIVE
 * with `retryAfterSeconds`, which HTTP answers with 429. Each process counts for itself.
 */
export class CallerLimits {
  readonly #callers = new LRUCache<string, CallerState>({ max: MOST_CALLERS });

  constructor(
    private readonly allowance: CallerAllowance,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Lets operations begin. Answers what ends them: to be called once, as many times as it pleases. Throws. */
  begin(principal: Principal, operations = 1): () => void {
    const state = this.#stateOf(principal);
    const { concurrency } = this.allowance;
    if (concurrency > 0 && state.running + operations > concurrency) {
      throw tooMuch(`${concurrency} operations of one caller run at once, and so many do.`, 1);
    }
    const seconds = state.operations?.take(operations, this.clock.monotonic()) ?? 0;
    if (seconds > 0) {
      throw tooMuch(`A caller may begin ${this.allowance.operationsPerMinute} operations a minute.`, seconds);
    }
    state.running += operations;
    return once(() => {
      state.running -= operations;
    });
  }

  /** Lets what stays open begin. Answers what ends it: to be called once, as many times as it pleases. Throws. */
  follow(principal: Principal): () => void {
    const state = this.#stateOf(principal);
    const { streams } = this.allowance;
    if (streams > 0 && state.following >= streams) {
      throw tooMuch(
        `${streams} event streams and callbacks of one caller are open at once, and so many are.`,
        FULL_RETRY_SECONDS,
      );
    }
    state.following += 1;
    return once(() => {
      state.following -= 1;
    });
  }

  /** Spends what an operation costs, before it runs. Throws. */
  spend(principal: Principal, cost: number): void {
    const seconds = this.#stateOf(principal).cost?.take(cost, this.clock.monotonic()) ?? 0;
    if (seconds === 0) return;
    throw tooMuch(
      `A caller may ask for ${this.allowance.costPerMinute} vendor calls a minute, counted at worst, and this operation may cost ${cost}.`,
      seconds,
    );
  }

  /** What is left to a caller. */
  policiesOf(principal: Principal): readonly CallerPolicy[] {
    const { operations, cost } = this.#stateOf(principal);
    const now = this.clock.monotonic();
    return [
      ...policy('operations', this.allowance.operationsPerMinute, operations?.level(now)),
      ...policy('cost', this.allowance.costPerMinute, cost?.level(now)),
    ];
  }

  #stateOf({ subject }: Principal): CallerState {
    const known = this.#callers.get(subject);
    if (known !== undefined) return known;
    const now = this.clock.monotonic();
    const bucket = (perMinute: number): TokenBucket | undefined =>
      perMinute === 0 ? undefined : new TokenBucket(perMinute, now);
    const { operationsPerMinute, costPerMinute } = this.allowance;
    const buckets = { operations: bucket(operationsPerMinute), cost: bucket(costPerMinute) };
    const state = { ...buckets, running: 0, following: 0 };
    this.#callers.set(subject, state);
    return state;
  }
}

function once(end: () => void): () => void {
  let ended = false;
  return () => {
    if (!ended) end();
    ended = true;
  };
}

function policy(
  name: CallerPolicy['name'],
  perMinute: number,
  level: BucketLevel | undefined,
): CallerPolicy[] {
  return level === undefined ? [] : [{ name, perMinute, ...level }];
}

function tooMuch(message: string, retryAfterSeconds: number): DrawbridgeError {
  return new DrawbridgeError('OPERATION_TOO_EXPENSIVE', `${message} Try again in ${retryAfterSeconds} s.`, {
    retryable: true,
    retryAfterSeconds,
  });
}
