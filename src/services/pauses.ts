import type { Clock } from '../domain/time';

/** The waits of work that goes on by itself: a stop ends them all, and nothing waits any more after it. */
export class Pauses {
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  constructor(private readonly clock: Clock) {}

  /** True once the service stops: what is not settled by then is left to the next start. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Resolves after a time in milliseconds, or at a stop. */
  wait(afterMs: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        cancel();
        resolve();
      };
      const cancel = this.clock.schedule(afterMs, end);
      this.#waiting.add(end);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const end of [...this.#waiting]) end();
  }
}
