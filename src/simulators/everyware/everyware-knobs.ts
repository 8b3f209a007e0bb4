/** Where the vendor's behaviour varies or is uncertain; may be changed at any time. */
export interface EverywareKnobs {
  /** Milliseconds that an access token lives; default half an hour. */
  tokenLifetimeMs: number;
  /** Milliseconds that a refresh token lives; default five hours. */
  refreshLifetimeMs: number;
  /** Whether a login with a password needs a second factor (403); default false. */
  mfa: boolean;
  /** Whether a single device carries `connection` without being asked; default true. */
  connectionInDevice: boolean;
  /** Whether the scope-wide list of VPN connections exists; default true. */
  vpnBulk: boolean;
  /** Whether only the printed spelling `_discconect` exists; default false: only `_disconnect`. */
  misspeltDisconnectOnly: boolean;
  /** Milliseconds from `_connect` until the tunnel is up; with 0 (the default without latency) the next look finds it up. */
  tunnelDelayMs: number;
  /** Whether the answer to `_connect` already tells the tunnel as up where it needs no delay; default false. */
  connectAnswersUp: boolean;
  /** The status for a device without the VPN client; default 500. */
  missingClientStatus: 404 | 500;
  /** How `httpErrorCode` is written; "mixed" (default): as a string for DEVICE_NOT_CONNECTED, else as a number. */
  httpErrorCodeAs: 'number' | 'string' | 'mixed';
  /** The highest `limit`, above which a list is refused with ILLEGAL_ARGUMENT; null (default): none. */
  maxLimit: number | null;
  /** Permissions that the user lacks, such as "vpn:read"; none by default. */
  deniedPermissions: readonly string[];
}

/** The knobs as they stand at the start. */
export function defaultEverywareKnobs(tunnelDelayMs: number): EverywareKnobs {
  return {
    tokenLifetimeMs: 1_800_000,
    refreshLifetimeMs: 18_000_000,
    mfa: false,
    connectionInDevice: true,
    vpnBulk: true,
    misspeltDisconnectOnly: false,
    tunnelDelayMs,
    connectAnswersUp: false,
    missingClientStatus: 500,
    httpErrorCodeAs: 'mixed',
    maxLimit: null,
    deniedPermissions: [],
  };
}
