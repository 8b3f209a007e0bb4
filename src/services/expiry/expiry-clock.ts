import type { Clock } from '../../domain/time';
import { type Due, DueHeap } from './due-heap';

/** The wall clock is looked at so often while something is planned: it may have been set meanwhile. */
const LOOK_EVERY_MS = 200;

/** Things that fall due at once are told in parts of this size; in between others have their turn. */
const MOST_AT_ONCE = 2_000;

/**
 * Calls back for any number of things at their instants, with one timer. Instants are of the wall clock, the timer
 * runs on the monotonic one: a wall clock that is set is noticed within {@link LOOK_EVERY_MS}, and as all instants
 * move together against the timer, nothing but the timer has to be planned anew.
 */
export class ExpiryClock {
  readonly #planned = new DueHeap();
  #cancel: (() => void) | undefined;
  /** When the timer wakes, on the monotonic clock. */
  #wakesAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: (due: Due) => void,
  ) {}

  /** How many things are planned. */
  get size(): number {
    return this.#planned.size;
  }

  /** Plans a thing, or moves it; undefined: it is never due. An instant that has passed is called back for soon. */
  plan(id: string, atMs: number | undefined): void {
    if (atMs === undefined) this.forget(id);
    else {
      this.#planned.set(id, atMs);
      this.#arm();
    }
  }

  forget(id: string): void {
    this.#planned.delete(id);
    if (this.#planned.size === 0) this.stop();
  }

  /** Calls back for what is due by now, without waiting for the timer. */
  look(): void {
    const now = this.clock.now();
    for (let count = 0; count < MOST_AT_ONCE; count += 1) {
      const due = this.#planned.take(now);
      if (due === undefined) break;
      this.onDue(due);
    }
    this.#arm();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    const first = this.#planned.peek();
    if (first === undefined) return;
    const until = Math.max(0, Math.ceil(first.atMs - this.clock.now()));
    const waitMs = Math.min(LOOK_EVERY_MS, until);
    const wakesAt = this.clock.monotonic() + waitMs;
    if (wakesAt >= this.#wakesAt) return;
    this.stop();
    this.#wakesAt = wakesAt;
    this.#cancel = this.clock.schedule(waitMs, () => {
      this.stop();
      this.look();
    });
  }
}
