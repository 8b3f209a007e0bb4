import { settle } from '../domain/outcome';
import type { Clock } from '../domain/time';
import type { Intent, IntentStore } from '../stores/ports';

/** How long an intent is left to the process that works on it, unless it says again that it still does. */
const LEASE_MS = 10_000;
/** How often it says so: two words may get lost. */
const RENEW_MS = 3000;

/**
 * The intents that this process works on. Others leave them alone for as long as it says so, and take them over soon
 * after it has died. While there is none, nothing is written.
 */
export class IntentLeases {
  readonly #held = new Set<string>();
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(
    private readonly store: IntentStore,
    private readonly clock: Clock,
  ) {}

  /** Until when an intent is leased that is begun, or said to be worked on, just now. */
  until(): Date {
    return new Date(this.clock.now() + LEASE_MS);
  }

  /** This process works on it, from its beginning in the store on. */
  hold(intentId: string): void {
    this.#held.add(intentId);
    this.#plan();
  }

  /** True while this process works on it. */
  holds(intentId: string): boolean {
    return this.#held.has(intentId);
  }

  /** It is settled. */
  drop(intentId: string): void {
    this.#held.delete(intentId);
    if (this.#held.size === 0) this.#unplan();
  }

  /** This process works on it no more, though it is not settled: whoever looks next takes it over. */
  async letGo(intentId: string): Promise<void> {
    if (!this.#held.has(intentId)) return;
    this.drop(intentId);
    // Where that cannot be written the lease runs out.
    await settle(this.store.lease([intentId], new Date(0)));
  }

  /** Takes over what nobody works on, of these accounts. Throws STORE_UNAVAILABLE. */
  async claim(accounts: readonly string[]): Promise<readonly Intent[]> {
    const claimed = await this.store.claim(accounts, this.clock.now(), this.until());
    // Where the store was out of reach for a while, some of them may be this process's own.
    const others = claimed.filter(({ id }) => !this.#held.has(id));
    for (const { id } of others) this.hold(id);
    return others;
  }

  /** Lets go of everything. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unplan();
    const left = [...this.#held];
    this.#held.clear();
    if (left.length > 0) await settle(this.store.lease(left, new Date(0)));
  }

  #plan(): void {
    if (this.#stopped || this.#cancel !== undefined) return;
    this.#cancel = this.clock.schedule(RENEW_MS, () => {
      this.#cancel = undefined;
      // One that could not be renewed is tried again before it has run out.
      void settle(this.store.lease([...this.#held], this.until()));
      this.#plan();
    });
  }

  #unplan(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
