import type { Device } from '../domain/device';
import type { VpnFacts } from '../domain/vpn';

/** Who is told what vendors just told, whoever asked them. */
export interface AccountObserver {
  deviceSeen(device: Device): void;
  /** Shape: vendorDeviceId to its state; null: the vendor has no VPN for it just now. A missing id: not told. */
  vpnSeen(account: string, states: ReadonlyMap<string, VpnFacts | null>): void;
  /** The links of a way in were listed. */
  sessionsSeen(account: string, accessLocalId: string): void;
}
