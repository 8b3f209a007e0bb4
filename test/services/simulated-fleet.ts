import { heartbeatAt } from '../../src/simulators/fleet-naming';
import type { Simulators } from '../../src/simulators/simulators';

/** A device as the graph has to tell it, read off the simulators' own state. */
export interface ExpectedDevice {
  readonly id: string;
  readonly vendor: 'TELTONIKA_RMS' | 'REMOTE_IT' | 'EVERYWARE';
  readonly account: string;
  readonly vendorDeviceId: string;
  readonly name: string;
  readonly status: 'ONLINE' | 'OFFLINE' | 'NOT_ACTIVATED' | 'UNKNOWN';
  readonly serialNumber: string | null;
  readonly macAddress: string | null;
  readonly model: string | null;
  readonly firmwareVersion: string | null;
  readonly tags: readonly string[];
  readonly lastSeenAt: string | null;
  readonly remoteAccesses: readonly ExpectedAccess[];
  readonly sessions: readonly ExpectedSession[];
  readonly vpnStatus: { readonly connected: boolean; readonly ipAddress: string | null } | null;
}

export interface ExpectedAccess {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly host: string | null;
  readonly port: number | null;
}

export interface ExpectedSession {
  readonly id: string;
  readonly status: 'ACTIVE';
  readonly url: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly createdBy: null;
  readonly remoteAccess: { readonly id: string };
}

/** Every device of the three vendors in the order in which the graph lists them where none is asked for. */
export function expectedDevices(simulators: Simulators, now: number): readonly ExpectedDevice[] {
  return [
    ...everywareDevices(simulators, now),
    ...remoteitDevices(simulators, now),
    ...rmsDevices(simulators, now),
  ];
}

const iso = (instant: number): string => new Date(instant).toISOString();
const told = (text: string | null): string | null => (text === 'N/A' || text === '' ? null : text);

function everywareDevices({ everyware: { state } }: Simulators, now: number): ExpectedDevice[] {
  return state.devices().map((device) => {
    const { connection, clientId } = device;
    const isOnline = connection?.status === 'CONNECTED';
    const hasClient = device.applicationIdentifiers?.includes('VPNCLIENT') ?? true;
    const heard =
      connection !== null && isOnline ? heartbeatAt(now, clientId.length + connection.id.charCodeAt(3)) : 0;
    return {
      id: `everyware:device:${device.id}`,
      vendor: 'EVERYWARE',
      account: 'everyware',
      vendorDeviceId: device.id,
      name: device.displayName ?? clientId,
      status: isOnline ? 'ONLINE' : 'OFFLINE',
      serialNumber: told(device.serialNumber),
      macAddress: null,
      model: told(device.modelName) ?? told(device.modelId),
      firmwareVersion: told(device.firmwareVersion),
      tags: [],
      lastSeenAt: connection === null ? null : iso(Math.max(connection.modifiedOn, heard)),
      remoteAccesses: hasClient
        ? [{ id: `everyware:access:${device.id}`, name: 'VPN', protocol: 'VPN', host: null, port: null }]
        : [],
      sessions: [],
      vpnStatus:
        isOnline && hasClient
          ? {
              connected: state.isVpnUp(device.id),
              ipAddress: state.isVpnUp(device.id) ? (state.tunnel(device.id)?.ipAddress ?? null) : null,
            }
          : null,
    };
  });
}

const REMOTEIT_PROTOCOL: Readonly<Record<number, string>> = {
  1: 'TCP',
  4: 'VNC',
  5: 'RDP',
  7: 'HTTP',
  8: 'HTTPS',
  28: 'SSH',
  30: 'HTTP',
};

function remoteitDevices({ remoteit: { state } }: Simulators, now: number): ExpectedDevice[] {
  return state.rows().map((row) => {
    const heard = row.state === 'active' ? heartbeatAt(now, row.port + row.alias.length) : row.lastContacted;
    const unit = 10 ** (3 - row.fractionDigits);
    return {
      id: `remoteit:device:${row.address}`,
      vendor: 'REMOTE_IT',
      account: 'remoteit',
      vendorDeviceId: row.address,
      name: row.alias,
      status: row.state === 'active' ? 'ONLINE' : 'OFFLINE',
      serialNumber: null,
      macAddress: null,
      model: null,
      firmwareVersion: null,
      tags: [],
      lastSeenAt: iso(Math.floor(heard / unit) * unit),
      remoteAccesses:
        row.title === 'Bulk Service'
          ? []
          : [
              {
                id: `remoteit:access:${row.address}`,
                name: row.alias,
                protocol: REMOTEIT_PROTOCOL[row.applicationType] ?? 'OTHER',
                host: null,
                port: null,
              },
            ],
      sessions: [],
      vpnStatus: null,
    };
  });
}

const RMS_STATUS = ['OFFLINE', 'ONLINE', 'NOT_ACTIVATED'] as const;

function rmsDevices({ rms: { state } }: Simulators, now: number): ExpectedDevice[] {
  return state.devices().map((device) => {
    const heard = device.status === 1 ? heartbeatAt(now, device.id) : device.lastConnectionAt;
    const vpn = state.vpn(device.id);
    const running = vpn?.instances.find(({ isRunning }) => isRunning);
    const status = RMS_STATUS[device.status ?? 0] ?? 'UNKNOWN';
    const accesses = state.accesses(device.id);
    const accessId = (id: number): string => `rms:access:${device.id}:${id}`;
    const sessions = status === 'ONLINE' ? accesses.flatMap(({ id }) => state.activeSessions(id)) : [];
    return {
      id: `rms:device:${device.id}`,
      vendor: 'TELTONIKA_RMS',
      account: 'rms',
      vendorDeviceId: String(device.id),
      name: device.name,
      status,
      serialNumber: device.serial,
      macAddress: device.mac,
      model: device.model,
      firmwareVersion: device.firmware,
      tags: device.tags.map(({ name }) => name),
      lastSeenAt: heard === null ? null : iso(Math.floor(heard / 1000) * 1000),
      remoteAccesses: accesses.map((access) => ({
        id: accessId(access.id),
        name: access.name,
        protocol: access.protocol?.toUpperCase() ?? 'OTHER',
        host: access.destinationIp,
        port: access.destinationPort,
      })),
      sessions: sessions
        .map((session) => ({
          id: `rms:session:${device.id}:${session.accessId}:${session.id}`,
          status: 'ACTIVE' as const,
          url: `https://${session.host}`,
          createdAt: iso(session.startTime * 1000),
          expiresAt: iso(session.endTime * 1000),
          createdBy: null,
          remoteAccess: { id: accessId(session.accessId) },
        }))
        .sort((a, b) =>
          a.createdAt === b.createdAt ? (a.id < b.id ? -1 : 1) : a.createdAt < b.createdAt ? 1 : -1,
        ),
      vpnStatus:
        vpn === undefined ? null : { connected: running !== undefined, ipAddress: running?.ip ?? null },
    };
  });
}
