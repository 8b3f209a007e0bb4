import { HOUR_MS, type Spending, usableOf } from '../domain/allowance';
import { DrawbridgeError } from '../domain/errors';

const DAY_MS = 24 * HOUR_MS;

/** When a call that was refused for want of a store may be tried again. */
const RETRY_SECONDS = 5;

/**
 * What may be spent while the store is away, and other replicas cannot be seen: in a day, a day's even share of what
 * was left. So no outage burns the month, and replicas that are fewer than the days that are left do not pass it.
 */
export class QuotaOutage {
  #day: { readonly sinceMs: number; readonly most: number; spent: number } | undefined;

  /** Lets one call go out. Throws STORE_UNAVAILABLE once the day's share is spent. */
  spend(spending: Spending): void {
    const { limit, used, window, nowMs } = spending;
    if (this.#day === undefined || nowMs - this.#day.sinceMs >= DAY_MS) {
      const days = Math.max(1, (window.endMs - nowMs) / DAY_MS);
      const most = Math.max(1, Math.floor((usableOf(limit) - used) / days));
      this.#day = { sinceMs: nowMs, most, spent: 0 };
    }
    if (this.#day.spent >= this.#day.most) {
      throw new DrawbridgeError(
        'STORE_UNAVAILABLE',
        "The account's calls cannot be counted now, and no more are made than a day's share of its allowance.",
        { retryAfterSeconds: RETRY_SECONDS, unsent: true },
      );
    }
    this.#day.spent += 1;
  }

  /** The store answers again. */
  end(): void {
    this.#day = undefined;
  }
}
