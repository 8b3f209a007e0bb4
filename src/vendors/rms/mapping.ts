import type { DeviceFacts, DeviceStatus } from '../../domain/device';
import { DrawbridgeError } from '../../domain/errors';
import { ACCESS_PROTOCOLS, type AccessProtocol, type RemoteAccessFacts } from '../../domain/remote-access';
import type { SessionFacts } from '../../domain/session';
import type { VpnFacts } from '../../domain/vpn';
import { truth } from '../wire';
import { type DeviceRow, type RemoteAccessRow, type SessionRow, vpnInstance } from './wire';

/** 1 is online, 2 waits for activation, 0 and null are offline. Source: RMS OpenAPI 3.0.0, device_body. */
const STATUS: ReadonlyMap<number | null, DeviceStatus> = new Map<number | null, DeviceStatus>([
  [0, 'OFFLINE'],
  [1, 'ONLINE'],
  [2, 'NOT_ACTIVATED'],
  [null, 'OFFLINE'],
]);

/** The words of the `status` filter. OFFLINE is not here: whether the filter's `offline` also finds null is not known. */
export const STATUS_FILTER: ReadonlyMap<DeviceStatus, string> = new Map<DeviceStatus, string>([
  ['ONLINE', 'online'],
  ['NOT_ACTIVATED', 'not_activated'],
]);

/** A device row in the graph's words. */
export function toDevice(row: DeviceRow): DeviceFacts {
  return {
    vendorDeviceId: row.id,
    name: row.name ?? row.serial ?? row.id,
    status: STATUS.get(row.status) ?? 'UNKNOWN',
    serialNumber: row.serial,
    macAddress: row.mac,
    model: row.model,
    firmwareVersion: row.firmware,
    tags: row.tags,
    lastSeenAt: row.last_connection_at,
  };
}

/** The local part of an access id holds the device too: RMS finds remote accesses by device only. */
export function accessLocalId(deviceId: string, accessId: string): string {
  return `${deviceId}:${accessId}`;
}

/** Takes the local part of an access id apart; undefined where it is none. */
export function parseAccessLocalId(localId: string): { deviceId: string; accessId: string } | undefined {
  const [, deviceId, accessId] = /^([1-9]\d{0,15}):([1-9]\d{0,15})$/.exec(localId) ?? [];
  return deviceId === undefined || accessId === undefined ? undefined : { deviceId, accessId };
}

/** As {@link parseAccessLocalId}, for a way in that is to be acted on. Throws NOT_FOUND. */
export function accessOf(localId: string): { readonly deviceId: string; readonly accessId: string } {
  const access = parseAccessLocalId(localId);
  if (access === undefined) throw unknownId();
  return access;
}

/** An id as the number that request bodies want; one that a number cannot hold is none of RMS's. Throws NOT_FOUND. */
export function numberOf(id: string): number {
  const number = Number(id);
  if (!Number.isSafeInteger(number)) throw unknownId();
  return number;
}

function unknownId(): DrawbridgeError {
  return new DrawbridgeError('NOT_FOUND', 'That cannot be an id of Teltonika RMS.');
}

/** A remote access row in the graph's words. */
export function toRemoteAccess(row: RemoteAccessRow): RemoteAccessFacts {
  return {
    localId: accessLocalId(row.device_id, row.id),
    vendorDeviceId: row.device_id,
    name: row.name ?? row.id,
    protocol: toProtocol(row.protocol),
    host: row.destination_ip,
    port: row.destination_port,
    builtIn: row.is_main,
  };
}

function toProtocol(word: string | null): AccessProtocol {
  const upper = word?.toUpperCase();
  return ACCESS_PROTOCOLS.find((protocol) => protocol === upper) ?? 'OTHER';
}

/** A session row in the graph's words; the link gets its scheme where the vendor left it out. */
export function toSession(row: SessionRow): SessionFacts {
  return {
    vendorSessionId: row.id,
    url: row.url === null ? null : withScheme(row.url),
    host: null,
    port: null,
    createdAt: row.start_time,
    expiresAt: row.end_time,
  };
}

/** Real answers hold a bare host where OpenAPI's example has a URL. */
export function withScheme(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `https://${url}`;
}

/** Connected where any instance runs; the address is the running one's. */
export function toVpn(instances: readonly unknown[]): VpnFacts {
  for (const candidate of instances) {
    const instance = vpnInstance.safeParse(candidate);
    if (instance.success && truth.parse(instance.data.is_running)) {
      return { connected: true, ipAddress: instance.data.ip === '0.0.0.0' ? null : instance.data.ip };
    }
  }
  return { connected: false, ipAddress: null };
}
