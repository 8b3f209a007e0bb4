/** The vendor's words for the state of a device's connection; online is CONNECTED alone. */
export type EverywareConnectionStatus = 'CONNECTED' | 'DISCONNECTED' | 'MISSING' | 'NULL';

/** A device's connection to the cloud; instants are milliseconds since the epoch. */
export interface EverywareConnection {
  readonly id: string;
  readonly status: EverywareConnectionStatus;
  readonly clientIp: string;
  readonly createdOn: number;
  readonly modifiedOn: number;
}

/** A device; `connection` is null where it has never connected. */
export interface EverywareDevice {
  readonly id: string;
  /** Unique within the scope. */
  readonly clientId: string;
  readonly displayName: string | null;
  /** The administrative state, which says nothing of being online. */
  readonly status: 'ENABLED' | 'DISABLED';
  readonly connection: EverywareConnection | null;
  readonly serialNumber: string | null;
  readonly modelId: string | null;
  readonly modelName: string | null;
  readonly firmwareVersion: string | null;
  readonly biosVersion: string | null;
  readonly osVersion: string | null;
  readonly connectionInterface: string | null;
  readonly connectionIp: string | null;
  /** The names of what runs on it, run together; one with the VPN client holds VPNCLIENT-V2. Null: unknown. */
  readonly applicationIdentifiers: string | null;
  readonly tagIds: readonly string[];
  readonly createdOn: number;
  readonly modifiedOn: number;
}

/** A VPN tunnel, on its way up until `upAt`. */
export interface EverywareTunnel {
  readonly id: string;
  /** Null where a person's workstation is at the other end. */
  readonly deviceId: string | null;
  /** The person, where one is at the other end. */
  readonly userId: string | null;
  readonly ipAddress: string;
  readonly startedAt: number;
  readonly upAt: number;
}

/** Whether the device has the VPN client; one that tells nothing of its applications has. */
export function hasVpnClient(device: EverywareDevice): boolean {
  return device.applicationIdentifiers === null || device.applicationIdentifiers.includes('VPNCLIENT');
}
