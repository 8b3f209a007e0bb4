import { type CallPurpose, HOUR_MS, type QuotaReport } from '../domain/allowance';
import type { Clock } from '../domain/time';

/** How calls stood at an instant. */
interface Sample {
  readonly atMs: number;
  /** Calls of this and all earlier windows since the process began to look. */
  readonly total: number;
  /** Those of them that were polls of this process. */
  readonly polls: number;
}

/** A day: what is asked follows working hours. */
const OVER_HOURS = 24;

/** How fast an account's calls are made, over the last day; before a day is known, with the window's average. */
export class QuotaRate {
  readonly #samples: Sample[] = [];
  /** Calls an hour before the process began. */
  #before = 0;
  #polls = 0;
  /** Calls of windows that are over. */
  #earlier = 0;
  #lastUsed = 0;

  constructor(private readonly clock: Clock) {}

  /** Told once what the store knew at the start. */
  begin(used: number, windowStartMs: number): void {
    const hours = Math.max(OVER_HOURS, (this.clock.now() - windowStartMs) / HOUR_MS);
    this.#before = used / hours;
    this.#lastUsed = used;
  }

  /** Told of each call of this process. */
  made(purpose: CallPurpose): void {
    if (purpose === 'poll') this.#polls += 1;
  }

  /** Told when a new window begins, whose count starts at 0. */
  rolled(): void {
    this.#earlier += this.#lastUsed;
    this.#lastUsed = 0;
  }

  /** Calls an hour of everything but the polls of this process. */
  othersPerHour(used: number): number {
    const { calls, polls, hours } = this.#sinceFirst(used);
    const before = this.#before * Math.max(0, OVER_HOURS - hours);
    return Math.max(0, calls - polls + before) / Math.max(OVER_HOURS, hours);
  }

  /** When the allowance is used up at the rate of the last day; null where nothing is spent. */
  exhaustedAt({ used, remaining }: QuotaReport): Date | null {
    const { calls, hours } = this.#sinceFirst(used);
    const before = this.#before * Math.max(0, OVER_HOURS - hours);
    const perHour = Math.max(0, calls + before) / Math.max(OVER_HOURS, hours);
    const inMs = perHour === 0 ? Number.POSITIVE_INFINITY : (remaining / perHour) * HOUR_MS;
    // Later than any window: no date has to tell it exactly.
    return inMs > LONGEST_MS ? null : new Date(this.clock.now() + inMs);
  }

  #sinceFirst(used: number): { readonly calls: number; readonly polls: number; readonly hours: number } {
    this.#lastUsed = used;
    const now: Sample = { atMs: this.clock.now(), total: this.#earlier + used, polls: this.#polls };
    const last = this.#samples.at(-1);
    if (last === undefined || now.atMs - last.atMs >= HOUR_MS) this.#samples.push(now);
    while ((this.#samples[1]?.atMs ?? now.atMs) <= now.atMs - OVER_HOURS * HOUR_MS) this.#samples.shift();
    const first = this.#samples[0] ?? now;
    return {
      calls: now.total - first.total,
      polls: now.polls - first.polls,
      hours: (now.atMs - first.atMs) / HOUR_MS,
    };
  }
}

const LONGEST_MS = 366 * OVER_HOURS * HOUR_MS;
