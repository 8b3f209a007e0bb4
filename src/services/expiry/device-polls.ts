import { calmInterval } from './poll-interval';
import { type AccountPollTools, ALL, pollReading } from './poll-tools';
import { Poller } from './poller';

/** Looks at the devices of an account while somebody follows their status: all of them in one walk. */
export class DevicePolls {
  readonly #poller: Poller;
  #calmLooks = 0;

  constructor(private readonly tools: AccountPollTools) {
    this.#poller = new Poller({
      ...tools,
      intervalMs: () => calmInterval('devices', this.#calmLooks, tools.bounds),
      callsFor: () => tools.account.walkCalls,
      look: (_, maxAgeMs) => this.#look(maxAgeMs),
    });
  }

  follow(isFollowed: boolean): void {
    if (isFollowed) this.changed();
    else this.#poller.delete(ALL);
  }

  /** Something changed: it is looked at more often for a while. */
  changed(): void {
    this.#calmLooks = 0;
    this.#poller.add(ALL, 0);
  }

  idle(): Promise<void> {
    return this.#poller.idle();
  }

  stop(): Promise<void> {
    return this.#poller.stop();
  }

  /** What a look finds is told by the account to whom it concerns. */
  async #look(maxAgeMs: number): Promise<ReadonlySet<string>> {
    this.tools.looked('devices');
    this.#calmLooks += 1;
    await this.tools.account.walk(pollReading(this.tools.clock, maxAgeMs));
    return new Set([ALL]);
  }
}
