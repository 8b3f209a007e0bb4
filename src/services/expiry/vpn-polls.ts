import { parseId } from '../../domain/ids';
import type { VpnFacts } from '../../domain/vpn';
import { calmInterval } from './poll-interval';
import { type AccountPollTools, ALL, pollReading } from './poll-tools';
import { Poller } from './poller';

/** Looks at the VPN connections of an account that are followed, or that carry a link that is: all of them together. */
export class VpnPolls {
  /** Shape: deviceId to for how many reasons it is looked at. */
  readonly #reasons = new Map<string, number>();
  readonly #poller: Poller;
  #calmLooks = 0;

  constructor(
    private readonly tools: AccountPollTools,
    /** Told what a look found, also where it came from memory. */
    private readonly found: (account: string, states: ReadonlyMap<string, VpnFacts | null>) => void,
  ) {
    this.#poller = new Poller({
      ...tools,
      intervalMs: () => calmInterval('vpn', this.#calmLooks, tools.bounds),
      callsFor: () => tools.account.vpnCallsFor(this.#reasons.size),
      look: (_, maxAgeMs) => this.#look(maxAgeMs),
    });
  }

  /** A device is looked at for one reason more, or one less. */
  follow(deviceId: string, isFollowed: boolean): void {
    const reasons = (this.#reasons.get(deviceId) ?? 0) + (isFollowed ? 1 : -1);
    if (reasons > 0) this.#reasons.set(deviceId, reasons);
    else this.#reasons.delete(deviceId);
    if (this.#reasons.size === 0) this.#poller.delete(ALL);
    else if (isFollowed && reasons === 1) this.changed();
  }

  /** Something changed, or may soon: it is looked at more often for a while. */
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

  async #look(maxAgeMs: number): Promise<ReadonlySet<string>> {
    const { account, clock, bounds, looked } = this.tools;
    looked('vpn');
    this.#calmLooks += 1;
    const locals = [...this.#reasons.keys()].map((id) => parseId(id).local);
    // A device that went offline meanwhile answers by itself that nothing is known of it.
    const devices = pollReading(clock, bounds.maxMs);
    const outcomes = await account.vpnStatus(locals, pollReading(clock, maxAgeMs), devices);
    const states = [...outcomes].flatMap(([local, outcome]) =>
      outcome.ok ? [[local, outcome.value] as const] : [],
    );
    this.found(account.key, new Map(states));
    return new Set(states.length === 0 ? [] : [ALL]);
  }
}
