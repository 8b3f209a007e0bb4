import type { Clock } from '../../domain/time';
import type { AuditStore } from '../../stores/ports';

/** What is looked with for what others wrote. */
export interface ReplicaFeedOptions {
  readonly audit: AuditStore;
  readonly clock: Clock;
  /** Whether somebody follows sessions just now. */
  readonly isWanted: () => boolean;
  /** Told of sessions that were written, by whichever process. */
  readonly written: (ids: readonly string[]) => void;
  readonly warn: (message: string, cause: unknown) => void;
}

const LOOK_EVERY_MS = 1000;

/**
 * Finds what other processes at the same store do to sessions, while somebody follows some. It reads on in the audit
 * log, where every link that opens or ends has an entry in the transaction that says so: entries have no gap and come
 * one after the other, so that none is passed over. No vendor is asked for it.
 */
export class ReplicaFeed {
  /** The last entry that was looked at. */
  #seen = 0;
  #isLooking = false;
  #hasFailed = false;
  #isStopped = false;
  #cancel: (() => void) | undefined;
  #look: Promise<void> = Promise.resolve();

  constructor(private readonly options: ReplicaFeedOptions) {}

  /** Looks from now on, until nobody follows any more. Throws STORE_UNAVAILABLE. */
  async begin(): Promise<void> {
    if (this.#isLooking) return;
    const { entries } = await this.options.audit.head();
    this.#seen = entries;
    this.#isLooking = true;
    this.#arm();
  }

  /** Looks no more, and waits for the look that is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#look;
  }

  #arm(): void {
    if (this.#isStopped) return;
    this.#cancel = this.options.clock.schedule(LOOK_EVERY_MS, () => {
      this.#isLooking = this.options.isWanted();
      if (this.#isLooking) this.#look = this.#readOn().finally(() => this.#arm());
    });
  }

  async #readOn(): Promise<void> {
    const written = new Set<string>();
    try {
      for await (const { sequence, target } of this.options.audit.readAll(this.#seen)) {
        this.#seen = sequence;
        if (target?.includes(':session:') === true) written.add(target);
      }
      this.#hasFailed = false;
    } catch (thrown) {
      // A store that is away is said once, not every second.
      if (!this.#hasFailed)
        this.options.warn('what other replicas did could not be read, and will be', thrown);
      this.#hasFailed = true;
    }
    this.options.written([...written]);
  }
}
