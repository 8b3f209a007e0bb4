import { formatId } from '../../domain/ids';
import type { Session } from '../../domain/session';
import type { VpnFacts } from '../../domain/vpn';

/** What leases are watched with. */
export interface LeaseWatchOptions {
  /** True for a link that is a lease on a VPN, and that nobody but the graph keeps. */
  readonly isLease: (session: Session) => boolean;
  /** A lease begins to be followed, or is not any more: its device has to be looked at. */
  readonly follow: (deviceId: string, isFollowed: boolean) => void;
  /** The VPN below a lease was seen down: it should be looked at again soon. */
  readonly doubted: (deviceId: string) => void;
  /** Ends a lease whose VPN is gone. */
  readonly end: (session: Session) => Promise<void>;
  readonly warn: (message: string, cause: unknown) => void;
}

/** So often in a row a VPN is seen down before the leases on it are over: one answer may have crossed with another. */
const DOWN_TIMES = 2;

interface Lease {
  readonly session: Session;
  downs: number;
}

/** Leases that are followed: where the VPN below one is gone, the lease is over, whatever its end says. */
export class LeaseWatch {
  readonly #leases = new Map<string, Lease>();
  /** Shape: deviceId to the leases on its VPN. */
  readonly #onDevice = new Map<string, Set<string>>();

  constructor(private readonly options: LeaseWatchOptions) {}

  /** A session is followed, or changed; undefined: not any more. */
  session(id: string, session: Session | undefined): void {
    const before = this.#leases.get(id);
    if (before !== undefined) this.#drop(id, before.session);
    if (session?.status !== 'ACTIVE' || !this.options.isLease(session)) return;
    this.#leases.set(id, { session, downs: before?.downs ?? 0 });
    const others = this.#onDevice.get(session.deviceId) ?? new Set();
    this.#onDevice.set(session.deviceId, others.add(id));
    this.options.follow(session.deviceId, true);
  }

  /** What a vendor has just told. Shape: vendorDeviceId to its state; null: nothing is known of it just now. */
  seen(account: string, states: ReadonlyMap<string, VpnFacts | null>): void {
    if (this.#leases.size === 0) return;
    for (const [local, facts] of states) {
      if (facts === null) continue;
      const deviceId = formatId(account, 'device', local);
      for (const id of this.#onDevice.get(deviceId) ?? []) {
        const lease = this.#leases.get(id);
        if (lease === undefined) continue;
        lease.downs = facts.connected ? 0 : lease.downs + 1;
        if (lease.downs === DOWN_TIMES) this.#end(lease.session);
        else if (lease.downs === 1) this.options.doubted(deviceId);
      }
    }
  }

  #drop(id: string, { deviceId }: Session): void {
    this.#leases.delete(id);
    const others = this.#onDevice.get(deviceId);
    others?.delete(id);
    if (others?.size === 0) this.#onDevice.delete(deviceId);
    this.options.follow(deviceId, false);
  }

  /** Where it cannot be ended it is doubted anew: two more looks, and it is tried again. */
  #end(session: Session): void {
    this.options.end(session).catch((thrown: unknown) => {
      const lease = this.#leases.get(session.id);
      if (lease !== undefined) lease.downs = 0;
      this.options.warn(`a link of ${session.account} whose VPN is gone could not be ended`, thrown);
    });
  }
}
