import type { Device, DeviceStatus } from './device';

/** The vendor of a device says something else of whether it is reached than the last time. */
export interface DeviceStatusEvent {
  readonly device: Device;
  readonly previous: DeviceStatus;
  readonly status: DeviceStatus;
  readonly at: Date;
}
