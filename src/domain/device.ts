import type { Capability } from './capability';
import type { Vendor } from './vendor';

/** Whether a device's vendor reaches it. The order is the one that lists sorted by status have. */
export const DEVICE_STATUSES = ['ONLINE', 'OFFLINE', 'NOT_ACTIVATED', 'UNKNOWN'] as const;

/** One status of the list. */
export type DeviceStatus = (typeof DEVICE_STATUSES)[number];

/** What a vendor says of a device, in the graph's words. Null: the vendor does not tell. */
export interface DeviceFacts {
  /** The vendor's own id, as received. */
  readonly vendorDeviceId: string;
  readonly name: string;
  readonly status: DeviceStatus;
  readonly serialNumber: string | null;
  readonly macAddress: string | null;
  readonly model: string | null;
  readonly firmwareVersion: string | null;
  readonly tags: readonly string[];
  readonly lastSeenAt: Date | null;
}

/** A device of the graph. */
export interface Device extends DeviceFacts {
  readonly id: string;
  readonly account: string;
  readonly vendor: Vendor;
  /** When the vendor told the graph what stands here. */
  readonly observedAt: Date;
  readonly capabilities: readonly Capability[];
}
