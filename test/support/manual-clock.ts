import type { Clock } from '../../src/domain/time';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Where a manual clock stands unless told otherwise. */
export const START = Date.parse('2026-11-20T10:00:00.000Z');

/** A clock that stands still until a test moves it. Timers fire in the order of their time, then of their making. */
export class ManualClock implements Clock {
  #startedAt: number;
  readonly #timers = new Set<Timer>();
  #elapsed = 0;
  #made = 0;

  constructor(startedAt: number = START) {
    this.#startedAt = startedAt;
  }

  now(): number {
    return this.#startedAt + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  schedule(afterMs: number, callback: () => void): () => void {
    const timer: Timer = { at: this.#elapsed + Math.max(0, afterMs), order: this.#made++, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** How many timers were ever made: whoever works makes some. */
  get made(): number {
    return this.#made;
  }

  /** Moves the time on; what falls due on the way is called, at its own instant. */
  advance(ms: number): void {
    const until = this.#elapsed + ms;
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#timers.delete(timer);
      this.#elapsed = Math.max(this.#elapsed, timer.at);
      timer.callback();
    }
    this.#elapsed = until;
  }

  /** Sets the wall clock, as an operator or a time server might; the monotonic one and the timers know nothing of it. */
  jump(ms: number): void {
    this.#startedAt += ms;
  }

  #next(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > until) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) {
        next = timer;
      }
    }
    return next;
  }
}
