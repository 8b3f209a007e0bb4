import type { DeviceFacts, DeviceStatus } from '../../domain/device';
import type { RemoteAccessFacts } from '../../domain/remote-access';
import type { VpnFacts } from '../../domain/vpn';
import type { DeviceRow } from './wire';

/** Statuses of a connection. Source: Everyware Cloud OpenAPI 6.0.8, deviceConnectionStatus. */
const STATUS: ReadonlyMap<string, DeviceStatus> = new Map<string, DeviceStatus>([
  ['CONNECTED', 'ONLINE'],
  ['DISCONNECTED', 'OFFLINE'],
  ['MISSING', 'OFFLINE'],
  ['NULL', 'OFFLINE'],
]);

/** The words of the `status` filter, which is about the connection. Only one of them means all that the graph means. */
export const STATUS_FILTER: ReadonlyMap<DeviceStatus, string> = new Map<DeviceStatus, string>([
  ['ONLINE', 'CONNECTED'],
]);

/** The address of a client that is not connected. Source: everyware docs, Device VPN Connections. */
const NO_ADDRESS = '0.0.0.0';

/** A device in the graph's words. */
export function toDevice(row: DeviceRow): DeviceFacts {
  return {
    vendorDeviceId: row.id,
    name: row.displayName ?? row.clientId ?? row.id,
    status: toStatus(row),
    serialNumber: row.serialNumber,
    macAddress: null,
    model: row.modelName ?? row.modelId,
    firmwareVersion: row.firmwareVersion,
    tags: [],
    lastSeenAt: row.connection?.modifiedOn ?? null,
  };
}

/** Without a connection a device was never there; one that has a connection which was not told is not known. */
function toStatus(row: DeviceRow): DeviceStatus {
  if (lacksConnection(row)) return 'UNKNOWN';
  const word = row.connection?.status ?? null;
  return word === null ? 'OFFLINE' : (STATUS.get(word) ?? 'UNKNOWN');
}

/** True where the device has a connection, and the answer left it out. */
export function lacksConnection(row: DeviceRow): boolean {
  return row.connectionId !== null && (row.connection === null || row.connection === undefined);
}

/**
 * True where the device may have the VPN client: its name stands among the applications, or none are told. No
 * separator is documented, so it is looked for anywhere. Source: Everyware Cloud OpenAPI 6.0.8, example of GET devices.
 */
export function mayHaveVpnClient(row: DeviceRow): boolean {
  return row.applicationIdentifiers === null || row.applicationIdentifiers.includes('VPNCLIENT');
}

/** The way in that every device with the VPN client has: the VPN itself, behind which every port is reached. */
export function toRemoteAccesses(row: DeviceRow): readonly RemoteAccessFacts[] {
  if (!mayHaveVpnClient(row)) return [];
  return [{ localId: row.id, vendorDeviceId: row.id, name: 'VPN', protocol: 'VPN', host: null, port: null }];
}

/** A VPN state in the graph's words: no address where it is not connected. */
export function toVpn(state: { readonly connected: boolean; readonly ipAddress: string | null }): VpnFacts {
  const { connected, ipAddress } = state;
  return { connected, ipAddress: connected && ipAddress !== NO_ADDRESS ? ipAddress : null };
}
