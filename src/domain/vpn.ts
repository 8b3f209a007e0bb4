/** How the VPN connection of a device stands, as a vendor says it. */
export interface VpnFacts {
  readonly connected: boolean;
  /** Null while not connected. */
  readonly ipAddress: string | null;
}

/** How the VPN connection of a device stands, and since when the graph knows. */
export interface VpnStatus extends VpnFacts {
  readonly checkedAt: Date;
}
