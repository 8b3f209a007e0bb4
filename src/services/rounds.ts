import { settle } from '../domain/outcome';
import type { Clock } from '../domain/time';

/** What is done again and again. */
export interface RoundsOptions {
  readonly clock: Clock;
  /** From the end of one round to the next, in milliseconds. */
  readonly everyMs: number;
  readonly round: () => Promise<void>;
  /** Told why a round failed; the next one comes at its time. */
  readonly failed: (cause: unknown) => void;
}

/** Work that is done at the start and then again and again, never twice at once. */
export class Rounds {
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly options: RoundsOptions) {}

  start(): void {
    const { clock, everyMs } = this.options;
    if (this.#stopped) return;
    this.#running = this.#go().then(() => {
      if (!this.#stopped) this.#cancel = clock.schedule(everyMs, () => this.start());
    });
  }

  /** Begins no more rounds, and waits for the one on its way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  async #go(): Promise<void> {
    const done = await settle(this.options.round());
    if (!done.ok) this.options.failed(done.error);
  }
}
