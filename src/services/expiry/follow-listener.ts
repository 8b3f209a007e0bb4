import type { Session } from '../../domain/session';
import type { VpnFacts } from '../../domain/vpn';

/** Who is told what is followed, and what vendors tell of it, so that it is looked at. */
export interface FollowListener {
  /** A session is followed from now on, or changed; undefined: it is over, or nobody follows it any more. */
  session(id: string, session: Session | undefined): void;
  /** The sessions of a device are followed, those to come among them; or not any more. */
  sessionsOf(deviceId: string, isFollowed: boolean): void;
  vpnOf(deviceId: string, isFollowed: boolean): void;
  devicesOf(account: string, isFollowed: boolean): void;
  /** A vendor just told the links of a way in, whoever asked. */
  sessionsSeen(account: string, accessLocalId: string): void;
  /** A vendor just told VPN states, whoever asked. Shape: vendorDeviceId to its state; null: it has none just now. */
  vpnSeen(account: string, states: ReadonlyMap<string, VpnFacts | null>): void;
  /** The VPN connection of a device that is followed changed. */
  vpnChanged(deviceId: string): void;
  /** The status of a device in an account that is followed changed. */
  devicesChanged(account: string): void;
}
