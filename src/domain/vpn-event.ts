import type { VpnStatus } from './vpn';

/** How the VPN connection of a device stands, told when it changed, and first of all. */
export interface VpnEvent {
  readonly deviceId: string;
  readonly vpnStatus: VpnStatus;
  readonly at: Date;
}
