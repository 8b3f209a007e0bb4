import { formatId } from '../../domain/ids';
import type { Clock } from '../../domain/time';
import type { VpnFacts, VpnStatus } from '../../domain/vpn';
import type { VpnEvent } from '../../domain/vpn-event';
import type { EventQueue } from './event-queue';

/** Somebody who follows the VPN connections of devices. */
export interface VpnFollower {
  readonly deviceIds: readonly string[];
  readonly queue: EventQueue<VpnEvent>;
}

/** What VPN connections are watched with. */
export interface VpnWatchOptions {
  readonly clock: Clock;
  /** Told of each device that is followed from now on, or not any more. */
  readonly followed: (deviceId: string, isFollowed: boolean) => void;
  readonly changed: (deviceId: string) => void;
}

const DOWN: VpnFacts = { connected: false, ipAddress: null };

/** The VPN connections that are followed, each once for all who follow it, as a vendor last told. */
export class VpnWatch {
  readonly #followers = new Map<string, Set<VpnFollower>>();
  readonly #last = new Map<string, VpnStatus>();

  constructor(private readonly options: VpnWatchOptions) {}

  /** True where somebody follows it. */
  follows(deviceId: string): boolean {
    return this.#followers.has(deviceId);
  }

  /** Takes somebody in, and tells it what is known. Answers the devices that nobody followed before. */
  add(follower: VpnFollower): readonly string[] {
    const added: string[] = [];
    for (const id of follower.deviceIds) {
      const others = this.#followers.get(id) ?? new Set();
      this.#followers.set(id, others.add(follower));
      if (others.size === 1) {
        added.push(id);
        this.options.followed(id, true);
      }
      const last = this.#last.get(id);
      if (last !== undefined) follower.queue.push(id, this.#event(id, last));
    }
    return added;
  }

  remove(follower: VpnFollower): void {
    for (const id of follower.deviceIds) {
      const others = this.#followers.get(id);
      if (others?.delete(follower) !== true || others.size > 0) continue;
      this.#followers.delete(id);
      this.#last.delete(id);
      this.options.followed(id, false);
    }
  }

  /** What a vendor told. Shape: vendorDeviceId to its state; null: it has no VPN just now. */
  seen(account: string, states: ReadonlyMap<string, VpnFacts | null>): void {
    if (this.#followers.size === 0) return;
    for (const [local, facts] of states) this.#apply(formatId(account, 'device', local), facts);
  }

  #apply(id: string, told: VpnFacts | null): void {
    const followers = this.#followers.get(id);
    if (followers === undefined) return;
    const last = this.#last.get(id);
    // A device that is gone has no VPN: where one was up, that is the end of it.
    const facts = told ?? (last === undefined ? undefined : DOWN);
    if (facts === undefined) return;
    const status = { ...facts, checkedAt: new Date(this.options.clock.now()) };
    this.#last.set(id, status);
    if (last?.connected === facts.connected && last.ipAddress === facts.ipAddress) return;
    const event = this.#event(id, status);
    for (const { queue } of followers) queue.push(id, event);
    if (last !== undefined) this.options.changed(id);
  }

  #event(deviceId: string, vpnStatus: VpnStatus): VpnEvent {
    return { deviceId, vpnStatus, at: new Date(this.options.clock.now()) };
  }
}
