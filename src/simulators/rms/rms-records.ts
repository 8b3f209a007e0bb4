/** A label on a device or a remote access. */
export interface RmsTag {
  readonly id: number;
  readonly name: string;
}

/** The vendor's word for being online: 1 online, 0 and null offline, 2 not activated yet. */
export type RmsStatus = 0 | 1 | 2 | null;

/** A router as RMS keeps it; instants are milliseconds since the epoch. */
export interface RmsDevice {
  readonly id: number;
  readonly companyId: number;
  readonly companyName: string;
  readonly name: string;
  readonly description: string;
  readonly serial: string;
  readonly mac: string;
  readonly model: string;
  readonly firmware: string;
  readonly status: RmsStatus;
  /** When it was last heard, for one that is not online; null: never. One that is online is heard every minute. */
  readonly lastConnectionAt: number | null;
  readonly createdAt: number;
  readonly wanIp: string;
  readonly mobileIp: string;
  readonly imei: string;
  readonly iccid: string | null;
  readonly operator: string | null;
  readonly connectionType: string | null;
  readonly tags: readonly RmsTag[];
}

/** A remote access configuration. */
export interface RmsAccess {
  readonly id: number;
  readonly deviceId: number;
  readonly name: string;
  readonly destinationIp: string | null;
  readonly destinationPort: number;
  readonly protocol: string | null;
  /** The router's own, built in. */
  readonly isMain: boolean;
  readonly credentialsRequired: boolean;
  readonly tags: readonly RmsTag[];
  readonly createdAt: number;
}

/** A link, running or over; `startTime` and `endTime` are seconds since the epoch. */
export interface RmsSession {
  readonly id: number;
  readonly accessId: number;
  readonly startTime: number;
  /** The end asked for, or the earlier one at which it was closed. */
  readonly endTime: number;
  /** Without a scheme. */
  readonly host: string;
  readonly inputData: number | null;
  readonly outputData: number | null;
  readonly username: string | null;
  readonly email: string;
}

/** One L2TP instance of a device. */
export interface RmsVpnInstance {
  readonly name: string;
  readonly type: 'client' | 'server';
  readonly ip: string;
  readonly isEnabled: boolean;
  readonly isRunning: boolean;
}

/** What RMS has last heard of a device's L2TP instances. */
export interface RmsVpn {
  readonly deviceId: number;
  readonly instances: readonly RmsVpnInstance[];
  readonly updatedAt: number;
}
