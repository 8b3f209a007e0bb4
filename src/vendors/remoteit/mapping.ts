import type { Capability } from '../../domain/capability';
import type { DeviceFacts, DeviceStatus } from '../../domain/device';
import type { AccessProtocol, RemoteAccessFacts } from '../../domain/remote-access';
import { ANY_ROW, PORT_SERVICE, WEB_SERVICE } from './capabilities';
import type { DeviceRow } from './wire';

/** Source: remoteit/docs, devices-and-services.md. */
const STATUS: ReadonlyMap<string | null, DeviceStatus> = new Map<string | null, DeviceStatus>([
  ['active', 'ONLINE'],
  ['inactive', 'OFFLINE'],
]);

/**
 * Application types: the first two bytes of `devicetype`. TCP: also a port that the graph has no better word for.
 * Source: @remote.it/core 0.43.7, ServiceTypes; remoteit/desktop, common/src/applications.ts.
 */
const BY_TYPE: ReadonlyMap<number, AccessProtocol> = new Map<number, AccessProtocol>([
  [1, 'TCP'],
  [2, 'TELNET'],
  [4, 'VNC'],
  [5, 'RDP'],
  [7, 'HTTP'],
  [8, 'HTTPS'],
  [10, 'HTTPS'],
  [21, 'RDP'],
  [28, 'SSH'],
  [29, 'TCP'],
  [30, 'HTTP'],
  [33, 'HTTPS'],
  [34, 'TCP'], // Samba
  [37, 'HTTPS'], // Nx Witness
  [38, 'HTTPS'], // Nextcloud
  [39, 'TCP'], // OpenVPN: a service like others, not the VPN of the graph
  [42, 'HTTP'], // the device's own admin page
]);

/** Titles of services whose type is not known, in lower case. Source: @remote.it/core 0.43.7, ServiceTypes. */
const BY_TITLE: ReadonlyMap<string, AccessProtocol> = new Map<string, AccessProtocol>([
  ['basic web', 'HTTP'],
  ['generic tcp', 'TCP'],
  ['http', 'HTTP'],
  ['http reverse proxy', 'HTTP'],
  ['https', 'HTTPS'],
  ['https reverse proxy', 'HTTPS'],
  ['rdp', 'RDP'],
  ['rdp plus', 'RDP'],
  ['secure web', 'HTTPS'],
  ['sftp', 'SFTP'],
  ['ssh', 'SSH'],
  ['tcp', 'TCP'],
  ['telnet', 'TELNET'],
  ['vnc', 'VNC'],
]);

/** A row of this type or title is a machine. Source: remoteit/docs, glossary; remoteit/desktop, DEVICE_TYPE. */
const MACHINE_TYPE = 35;
const MACHINE_TITLE = 'bulk service';

/** The form under which two spellings of an address are one. */
export function addressKey(address: string): string {
  return address.toLowerCase();
}

/** A row in the graph's words. What the list does not tell of a machine is null. */
export function toDevice(row: DeviceRow): DeviceFacts {
  return {
    vendorDeviceId: row.deviceaddress,
    name: row.devicealias ?? row.deviceaddress,
    status: STATUS.get(row.devicestate) ?? 'UNKNOWN',
    serialNumber: null,
    macAddress: null,
    model: null,
    firmwareVersion: null,
    tags: [],
    lastSeenAt: row.lastcontacted,
  };
}

/**
 * The ways in of a row: the service that it is, and none where it stands for a machine. The row names no machine that
 * it belongs to, so none is guessed. Host and port stay with the vendor: a connection shows its own.
 */
export function toRemoteAccesses(row: DeviceRow): readonly RemoteAccessFacts[] {
  if (isMachine(row)) return [];
  return [
    {
      localId: row.deviceaddress,
      vendorDeviceId: row.deviceaddress,
      name: row.devicealias ?? row.servicetitle ?? row.deviceaddress,
      protocol: knownProtocol(row) ?? 'OTHER',
      host: null,
      port: null,
    },
  ];
}

/** What can be done with a row. An address restriction is promised only where the service is known to be a port. */
export function toCapabilities(row: DeviceRow): readonly Capability[] {
  if (isMachine(row)) return ANY_ROW;
  return isPort(knownProtocol(row) ?? 'OTHER') ? PORT_SERVICE : WEB_SERVICE;
}

/** True for a protocol whose link is a public web address. Source: remoteit/docs, api-reference/devices/connect.md. */
export function isWeb(protocol: AccessProtocol): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS';
}

/** True for a protocol whose link is a host with a port. OTHER may be either: nothing is known of such a service. */
export function isPort(protocol: AccessProtocol): boolean {
  return !isWeb(protocol) && protocol !== 'OTHER';
}

function isMachine(row: DeviceRow): boolean {
  return (
    row.servicetitle?.toLowerCase() === MACHINE_TITLE || applicationType(row.devicetype) === MACHINE_TYPE
  );
}

function knownProtocol(row: DeviceRow): AccessProtocol | undefined {
  const type = applicationType(row.devicetype);
  return (
    (type === undefined ? undefined : BY_TYPE.get(type)) ??
    BY_TITLE.get(row.servicetitle?.toLowerCase() ?? '')
  );
}

/** The number in the first two of the colon-separated bytes: "00:1C:…" is 28. */
function applicationType(devicetype: string | null): number | undefined {
  const [, high, low] = /^([0-9a-f]{2}):([0-9a-f]{2})(?::[0-9a-f]{2})*$/i.exec(devicetype ?? '') ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16);
}
