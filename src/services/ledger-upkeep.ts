import type { Clock } from '../domain/time';
import type { DurableStore } from '../stores/ports';
import type { LinkBook } from './link-book';
import { Rounds } from './rounds';

/** How long an idempotency key counts at least. */
const KEYS_KEPT_MS = 86_400_000;
const FORGET_EVERY_MS = 3_600_000;

/** Ends that came by themselves are written down this late at most, while the service runs. */
const LOOK_FOR_ENDS_EVERY_MS = 60_000;
/** Ends that are written down at once: more have come only after a downtime. */
const MOST_ENDS = 500;

/** What the ledger is kept in order with. */
export interface UpkeepTools {
  readonly store: DurableStore;
  readonly book: LinkBook;
  readonly clock: Clock;
  /** Told what went wrong and is tried again, in words for an operator. */
  readonly warn: (message: string, cause: unknown) => void;
}

/**
 * Keeps the ledger in order, without asking a vendor: it writes down the ends that came at the vendors by themselves,
 * and forgets settled intents whose key need not count any more.
 */
export class LedgerUpkeep {
  readonly #rounds: readonly Rounds[];

  constructor(private readonly tools: UpkeepTools) {
    const { clock, warn } = tools;
    this.#rounds = [
      new Rounds({
        clock,
        everyMs: LOOK_FOR_ENDS_EVERY_MS,
        round: () => this.#noteEnds(),
        failed: (cause) =>
          warn('links that their vendors have ended could not be written down, and will be again', cause),
      }),
      new Rounds({
        clock,
        everyMs: FORGET_EVERY_MS,
        round: () => this.#forgetIntents(),
        failed: (cause) => warn('what was settled long ago could not be forgotten, and will be again', cause),
      }),
    ];
  }

  start(): void {
    for (const rounds of this.#rounds) rounds.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#rounds.map((rounds) => rounds.stop()));
  }

  /** The store tells each end to one of those who write it down, so that replicas make one entry of it. */
  async #noteEnds(): Promise<void> {
    const { store, book, clock } = this.tools;
    for (;;) {
      const now = clock.now();
      const over = await store.links.over(now, MOST_ENDS);
      const ended = over.map((link) => ({
        ...link,
        status: 'EXPIRED' as const,
        observedAt: new Date(now),
      }));
      await store.sessions.save(ended, (saved) => book.entriesOfRead(saved));
      if (over.length < MOST_ENDS) return;
    }
  }

  async #forgetIntents(): Promise<void> {
    const { store, clock } = this.tools;
    const now = clock.now();
    await store.intents.forget(new Date(now - KEYS_KEPT_MS), now);
  }
}
