import type { CircuitState } from '../domain/circuit';
import { DrawbridgeError } from '../domain/errors';
import type { Clock } from '../domain/time';

/** What a call says of its vendor. `neither`: nothing, because it was broken off, or is the device's own answer. */
export type Verdict = 'ok' | 'fault' | 'neither';

/** A call that was let through; its end has to be told, once. */
export interface Pass {
  done(verdict: Verdict): void;
}

/** What a circuit is made with. */
export interface CircuitOptions {
  readonly clock: Clock;
  /**
   * Whose answers are counted. `one`: a vendor, of which one call on trial tells everything. `many`: devices, of
   * which one tells nothing of the others: after a pause all are asked again.
   */
  readonly of: 'one' | 'many';
  /** Told of every change of state. */
  readonly changed: (state: CircuitState) => void;
  /** Told of every call that was refused. */
  readonly refused: () => void;
}

/** The last calls that count. */
const WINDOW_CALLS = 10;
const WINDOW_MS = 60_000;

/** It opens where so many of those were faults. */
const FAULTS_TO_OPEN = 6;

/** It opens where so many faults came one after the other. */
const IN_A_ROW_TO_OPEN = 5;

/**
 * It opens too where nothing but faults came for so long, however few: a vendor that hangs answers few calls. A call
 * that hung counts from its beginning; where it is the only one, the next is let through on trial at once.
 */
const FAULTY_FOR_MS = 4_000;

/** How long it stays open before a call is let through on trial: doubled by each trial that fails. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 25_000;

/** How long it stays open where there are no trials. */
const PAUSE_OF_MANY_MS = 15_000;

const BEING_TRIED_SECONDS = 1;

interface Sample {
  readonly beganAt: number;
  readonly at: number;
  readonly isFault: boolean;
}

/**
 * A circuit breaker. It counts on the monotonic clock, so that a clock that is set anew neither
 * opens it nor holds it open; and while a call is on trial all others are refused at once and none waits for it.
 */
export class Circuit {
  #samples: readonly Sample[] = [];
  #openedAt = 0;
  #pauseMs = 0;
  #state: CircuitState = 'CLOSED';
  /** Grows with each change of state: calls from before say nothing of the time since. */
  #era = 0;

  constructor(private readonly options: CircuitOptions) {}

  get state(): CircuitState {
    return this.#state;
  }

  /** Throws VENDOR_UNAVAILABLE where a call would be refused now. Takes no trial. */
  check(): void {
    const seconds = this.#secondsToWait();
    if (seconds === 0) return;
    this.options.refused();
    throw new DrawbridgeError(
      'VENDOR_UNAVAILABLE',
      'The vendor is not asked for the moment, because its last calls failed.',
      { retryAfterSeconds: seconds, unsent: true },
    );
  }

  /** Lets a call through, on trial where the circuit is open. Throws as {@link check}, unless it is `urgent`. */
  enter(urgent: boolean): Pass {
    if (!urgent) this.check();
    const isTrial = this.#state === 'OPEN';
    if (isTrial) this.#become('HALF_OPEN');
    const era = this.#era;
    const beganAt = this.options.clock.monotonic();
    let told = false;
    return {
      done: (verdict) => {
        if (told || era !== this.#era) return;
        told = true;
        if (this.#state === 'CLOSED') this.#count(verdict, beganAt);
        else if (verdict === 'ok') this.#close();
        else if (verdict === 'fault') this.#open(longerPauseMs(this.#pauseMs));
        // A trial that told nothing leaves its place to the next call.
        else if (isTrial) this.#become('OPEN');
      },
    };
  }

  #secondsToWait(): number {
    if (this.#state === 'CLOSED') return 0;
    if (this.#state === 'HALF_OPEN') return BEING_TRIED_SECONDS;
    const leftMs = this.#openedAt + this.#pauseMs - this.options.clock.monotonic();
    if (leftMs > 0) return Math.ceil(leftMs / 1000);
    if (this.options.of === 'many') this.#close();
    return 0;
  }

  #count(verdict: Verdict, beganAt: number): void {
    if (verdict === 'neither') return;
    const now = this.options.clock.monotonic();
    const sample = { beganAt, at: now, isFault: verdict === 'fault' };
    this.#samples = [...this.#samples.filter(({ at }) => now - at < WINDOW_MS), sample].slice(-WINDOW_CALLS);
    if (!sample.isFault || !this.#isTooMuch(now)) return;
    if (this.options.of === 'many') this.#open(PAUSE_OF_MANY_MS);
    else this.#open(this.#faultsInARow().length === 1 ? 0 : FIRST_PAUSE_MS);
  }

  #isTooMuch(now: number): boolean {
    const faults = this.#samples.filter(({ isFault }) => isFault).length;
    const inARow = this.#faultsInARow();
    if (faults >= FAULTS_TO_OPEN || inARow.length >= IN_A_ROW_TO_OPEN) return true;
    if (this.options.of === 'many') return false;
    const lastOk = this.#samples.findLast(({ isFault }) => !isFault);
    const since = Math.max(inARow[0]?.beganAt ?? now, lastOk?.at ?? Number.NEGATIVE_INFINITY);
    return now - since >= FAULTY_FOR_MS;
  }

  #faultsInARow(): readonly Sample[] {
    return this.#samples.slice(this.#samples.findLastIndex(({ isFault }) => !isFault) + 1);
  }

  #open(pauseMs: number): void {
    this.#openedAt = this.options.clock.monotonic();
    this.#pauseMs = pauseMs;
    this.#become('OPEN');
  }

  #close(): void {
    this.#samples = [];
    this.#become('CLOSED');
  }

  #become(state: CircuitState): void {
    this.#state = state;
    this.#era += 1;
    this.options.changed(state);
  }
}

function longerPauseMs(pauseMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
}
