import { DrawbridgeError } from '../domain/errors';
import type { Clock } from '../domain/time';
import { wait } from './abortable';
import type { PipelineStep } from './pipeline-step';
import { normalizeRetryAfter, pauseAskedFor } from './retry-after';

/** What a pause is kept with. */
export interface VendorPauseOptions {
  readonly clock: Clock;
  /** On which time limits run. */
  readonly limitClock: Clock;
  /** Told of every call that was refused. */
  readonly refused: () => void;
}

/**
 * The pause that a vendor asked for with Retry-After. Until it is over no call of the account goes out, whoever makes
 * it: callers are told at once how long that will be. Only what ends a link waits, and is then the first to go.
 */
export class VendorPause {
  #until = Number.NEGATIVE_INFINITY;
  #status = 429;

  constructor(private readonly options: VendorPauseOptions) {}

  /**
   * Lets a call through, refuses it, or lets it wait. Throws VENDOR_RATE_LIMITED, or VENDOR_UNAVAILABLE where the
   * pause came with a 5xx.
   */
  readonly holdUp: PipelineStep = (next) => async (call) => {
    for (let left = this.#leftMs(); left > 0; left = this.#leftMs()) {
      const mayWait = call.context.purpose === 'finish';
      if (!mayWait || this.options.limitClock.monotonic() + left >= call.until) throw this.#refusal(left);
      await wait(this.options.clock, left, call.signal);
    }
    return next(call);
  };

  /** Learns from every answer: its Retry-After, which is handed on in whole seconds. Throws as {@link holdUp}. */
  readonly step: PipelineStep = (next) => async (call) => {
    // The pause may have begun while the call stood in line.
    const left = this.#leftMs();
    if (left > 0) throw this.#refusal(left);
    const answer = normalizeRetryAfter(await next(call), this.options.clock.now());
    const seconds = pauseAskedFor(answer);
    if (seconds !== undefined) {
      this.#until = Math.max(this.#until, this.options.clock.monotonic() + seconds * 1000);
      this.#status = answer.status;
    }
    return answer;
  };

  #leftMs(): number {
    return this.#until - this.options.clock.monotonic();
  }

  #refusal(leftMs: number): DrawbridgeError {
    this.options.refused();
    const details = { retryAfterSeconds: Math.ceil(leftMs / 1000), unsent: true };
    return this.#status === 429
      ? new DrawbridgeError(
          'VENDOR_RATE_LIMITED',
          'The vendor asked for a pause, which is not over.',
          details,
        )
      : new DrawbridgeError('VENDOR_UNAVAILABLE', 'The vendor said when it will be back: not yet.', details);
  }
}
