/** The protocols that a way in can speak. */
export const ACCESS_PROTOCOLS = [
  'HTTP',
  'HTTPS',
  'SSH',
  'SFTP',
  'RDP',
  'VNC',
  'TELNET',
  'TCP',
  'VPN',
  'OTHER',
] as const;

/** One protocol of the list. */
export type AccessProtocol = (typeof ACCESS_PROTOCOLS)[number];

/** What a vendor says of one way into a device. */
export interface RemoteAccessFacts {
  /** The part of its id behind `<account>:access:`; enough to find it again at the vendor. */
  readonly localId: string;
  /** The vendor's id of the device that it leads into. */
  readonly vendorDeviceId: string;
  readonly name: string;
  readonly protocol: AccessProtocol;
  /** The address behind the device; null where the vendor keeps it to itself. */
  readonly host: string | null;
  readonly port: number | null;
  /** True where it belongs to the device itself and cannot be removed. */
  readonly builtIn?: boolean;
}

/** A way into a device, of the graph. */
export interface RemoteAccess extends RemoteAccessFacts {
  readonly id: string;
  readonly account: string;
  readonly deviceId: string;
}

/** Where a way in is, without what it is. */
export type AccessPlace = Pick<RemoteAccess, 'id' | 'account' | 'deviceId' | 'localId' | 'vendorDeviceId'>;

/** A way in that is to be configured. */
export interface NewRemoteAccess {
  readonly vendorDeviceId: string;
  readonly name: string;
  readonly protocol: AccessProtocol;
  readonly host: string;
  readonly port: number;
}

/** What of a way in is to be changed. */
export type RemoteAccessChanges = Partial<Omit<NewRemoteAccess, 'vendorDeviceId'>>;
