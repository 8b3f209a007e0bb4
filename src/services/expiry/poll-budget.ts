import { HOUR_MS } from '../../domain/allowance';
import type { Clock } from '../../domain/time';
import { stretch } from './poll-interval';
import type { PollBudget } from './poller';

/** What was not spent in so many hours may be spent at once: a few links near their end are looked at in time. */
export const POLLS_AHEAD_HOURS = 1;

/** Intervals begin to grow once this part of it is left. */
const GROW_FROM = 0.5;

/** What an account's polls may spend. */
export interface PollBudgetOptions {
  readonly clock: Clock;
  /** Calls that they may make in an hour as things stand; null: no such number is known. */
  readonly callsPerHour: () => number | null;
}

/**
 * One budget for all polls of an account. In the long run they make no more calls than they may; for a while they make
 * those that they want.
 */
export class AccountPollBudget implements PollBudget {
  #wanted = 0;
  /** What may be spent ahead, in hours' worth; below 0 where more was spent. */
  #ahead = POLLS_AHEAD_HOURS;
  #filledAt: number;

  constructor(private readonly options: PollBudgetOptions) {
    this.#filledAt = options.clock.monotonic();
  }

  want(callsPerHour: number): void {
    this.#wanted += callsPerHour;
  }

  spend(calls: number): void {
    const allowed = this.options.callsPerHour();
    if (allowed === null || allowed <= 0) return;
    this.#fill();
    this.#ahead = Math.max(-POLLS_AHEAD_HOURS, this.#ahead - calls / allowed);
  }

  stretch(): number {
    const needed = stretch(this.#wanted, this.options.callsPerHour());
    if (!Number.isFinite(needed)) return needed;
    this.#fill();
    const grown = Math.max(0, 1 - this.#ahead / (GROW_FROM * POLLS_AHEAD_HOURS));
    return 1 + (needed - 1) * grown;
  }

  #fill(): void {
    const now = this.options.clock.monotonic();
    this.#ahead = Math.min(POLLS_AHEAD_HOURS, this.#ahead + (now - this.#filledAt) / HOUR_MS);
    this.#filledAt = now;
  }
}
