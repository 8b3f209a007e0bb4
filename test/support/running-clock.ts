import type { Clock } from '../../src/domain/time';

/** A clock that runs as the machine's does, from another instant on, and can be put forward. */
export class RunningClock implements Clock {
  readonly #begun = performance.now();
  #skipped = 0;

  constructor(private readonly startedAt: number) {}

  now(): number {
    return this.startedAt + Math.floor(this.monotonic());
  }

  monotonic(): number {
    return performance.now() - this.#begun + this.#skipped;
  }

  schedule(afterMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, afterMs);
    return () => clearTimeout(timer);
  }

  /** Puts it forward; timers wait as long as they would have. */
  skip(ms: number): void {
    this.#skipped += ms;
  }
}
