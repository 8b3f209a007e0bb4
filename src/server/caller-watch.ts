import type { Principal } from '../domain/principal';
import type { Clock } from '../domain/time';
import type { CallerRights } from './event-groups';

/** Longest time that a timer of Node.js can wait; it fires at once where it is asked for more. */
const LONGEST_WAIT_MS = 2_000_000_000;

/**
 * Ends what stays open for a caller once that caller is not let in any more: its token ends, or is taken away. What
 * comes and goes with one answer needs no watch.
 */
export class CallerWatch {
  readonly #watches = new Set<Watch>();

  constructor(
    private readonly clock: Clock,
    rights: CallerRights,
  ) {
    rights.onChange(() => {
      for (const watch of [...this.#watches]) if (rights.now(watch.principal) === undefined) watch.end();
    });
  }

  /** Calls back once the caller is out, unless the watch was stopped before. */
  watch(principal: Principal, onEnd: () => void): Watch {
    const watch = new Watch(principal, onEnd, this.#watches);
    this.#watches.add(watch);
    watch.wait(this.clock);
    return watch;
  }
}

/** The watch over one caller. */
export class Watch {
  #cancel: (() => void) | undefined;

  constructor(
    readonly principal: Principal,
    private readonly onEnd: () => void,
    private readonly watches: Set<Watch>,
  ) {}

  /** Waits for the end of the token, where it has one. */
  wait(clock: Clock): void {
    const { expiresAt } = this.principal;
    if (expiresAt === undefined) return;
    const left = expiresAt.getTime() - clock.now();
    if (left <= 0) this.end();
    else this.#cancel = clock.schedule(Math.min(left, LONGEST_WAIT_MS), () => this.wait(clock));
  }

  /** The caller is out. */
  end(): void {
    this.stop();
    this.onEnd();
  }

  /** Nobody has to be told any more. */
  stop(): void {
    this.#cancel?.();
    this.watches.delete(this);
  }
}
