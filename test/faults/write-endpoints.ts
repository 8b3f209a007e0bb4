import type { Account } from '../../src/accounts/account';
import type { Reading } from '../../src/domain/reading';
import type { RemoteAccess } from '../../src/domain/remote-access';
import type { Simulators } from '../../src/simulators/simulators';
import type { ReopenOptions, VendorName } from './fault-fleet';

/** One endpoint that changes something, and how the graph comes to call it. */
export interface WriteEndpoint {
  readonly name: string;
  readonly vendor: VendorName;
  readonly route: string;
  readonly act: (account: Account, reading: Reading, simulators: Simulators) => Promise<unknown>;
  /** What has to be otherwise for the endpoint to be asked at all. */
  readonly reopen?: ReopenOptions;
  /** Kinds that mean something else here, by their name: another code, or `ok`. A 404 speaks of the thing. */
  readonly means: Readonly<Record<string, string>>;
}

const accessOf = (account: string, localId: string, vendorDeviceId: string): RemoteAccess => ({
  id: `${account}:access:${localId}`,
  account,
  deviceId: `${account}:device:${vendorDeviceId}`,
  localId,
  vendorDeviceId,
  name: 'way in',
  protocol: account === 'everyware' ? 'VPN' : 'SSH',
  host: null,
  port: null,
});

/** Nothing is added to the fleet, whose devices are held against what they were. */
const routerId = ({ rms }: Simulators): number =>
  rms.state.devices().find(({ status }) => status === 1)?.id ?? 0;

function rmsAccess(simulators: Simulators): RemoteAccess {
  const access = simulators.rms.state.addAccess({ deviceId: routerId(simulators) });
  return accessOf('rms', `${access.deviceId}:${access.id}`, String(access.deviceId));
}

function remoteitAccess({ remoteit }: Simulators): RemoteAccess {
  const row = remoteit.state
    .rows()
    .find(({ title, state }) => title !== 'Bulk Service' && state === 'active');
  return accessOf('remoteit', String(row?.address), String(row?.address));
}

function gateway({ everyware }: Simulators): string {
  const isReady = ({
    applicationIdentifiers,
    connection,
  }: {
    applicationIdentifiers: string | null;
    connection: { status: string } | null;
  }) => (applicationIdentifiers?.includes('VPNCLIENT') ?? true) && connection?.status === 'CONNECTED';
  return everyware.state.devices().find(isReady)?.id ?? '';
}

const LINK = { durationSeconds: 60, allowedIp: null } as const;
const reference = ({ localId, vendorDeviceId }: RemoteAccess, connectionRef: string) => ({
  accessLocalId: localId,
  vendorDeviceId,
  connectionRef,
  vendorSessionId: null,
});

export const WRITE_ENDPOINTS: readonly WriteEndpoint[] = [
  {
    name: 'a way in that is made at RMS',
    vendor: 'rms',
    route: 'POST /devices/remote-access',
    act: (account, reading, simulators) =>
      account.writes.createAccess(
        {
          vendorDeviceId: String(routerId(simulators)),
          name: 'PLC',
          protocol: 'SSH',
          host: '192.168.1.9',
          port: 22,
        },
        reading,
      ),
    means: { '404': 'NOT_FOUND' },
  },
  {
    name: 'a way in that is changed at RMS',
    vendor: 'rms',
    route: 'PUT /devices/remote-access/{access_id}',
    act: (account, reading, simulators) =>
      account.writes.updateAccess(rmsAccess(simulators), { name: 'other' }, reading),
    means: { '404': 'NOT_FOUND' },
  },
  {
    name: 'a way in that is deleted at RMS',
    vendor: 'rms',
    route: 'DELETE /devices/remote-access',
    act: (account, reading, simulators) => account.writes.removeAccess(rmsAccess(simulators), reading),
    means: { '404': 'NOT_FOUND' },
  },
  {
    name: 'a link that is opened at RMS',
    vendor: 'rms',
    route: 'POST /devices/connect/{access_id}',
    act: (account, reading, simulators) =>
      account.writes.openLink({ access: rmsAccess(simulators), ...LINK }, reading),
    means: { '404': 'NOT_FOUND' },
  },
  {
    name: 'a link that is closed at RMS',
    vendor: 'rms',
    route: 'DELETE /devices/connect/sessions/{session_id}',
    act: (account, reading, simulators) => {
      const access = rmsAccess(simulators);
      const accessId = Number(access.localId.split(':')[1]);
      const { id } = simulators.rms.state.addSession({ accessId });
      return account.writes.closeLink(reference(access, String(id)), reading);
    },
    means: { '404': 'ok' },
  },
  {
    name: 'a connection that is opened at remote.it',
    vendor: 'remoteit',
    route: 'POST /device/connect',
    act: (account, reading, simulators) =>
      account.writes.openLink({ access: remoteitAccess(simulators), ...LINK }, reading),
    means: { '404': 'NOT_FOUND' },
  },
  {
    name: 'a connection that is closed at remote.it',
    vendor: 'remoteit',
    route: 'POST /device/connect/stop',
    act: async (account, reading, simulators) => {
      const access = remoteitAccess(simulators);
      const { connectionRef } = await account.writes.openLink({ access, ...LINK }, reading);
      return account.writes.closeLink(reference(access, connectionRef), reading);
    },
    // No such connection is told with a 401, also behind a new login.
    means: { '401': 'ok', '404': 'NOT_FOUND' },
  },
  {
    name: 'a VPN that is connected at Everyware',
    vendor: 'everyware',
    route: 'POST /{scopeId}/devices/{deviceId}/vpn/_connect',
    act: (account, reading, simulators) => account.writes.connectVpn(gateway(simulators), reading),
    means: { '404': 'VENDOR_REJECTED' },
  },
  {
    name: 'a VPN that is disconnected at Everyware',
    vendor: 'everyware',
    route: 'POST /{scopeId}/devices/{deviceId}/vpn/_disconnect',
    act: (account, reading, simulators) => account.writes.disconnectVpn(gateway(simulators), reading),
    means: { '404': 'VENDOR_REJECTED' },
  },
  {
    name: 'a VPN that is disconnected at an Everyware of the printed spelling',
    vendor: 'everyware',
    route: 'POST /{scopeId}/devices/{deviceId}/vpn/_discconect',
    reopen: { everyware: { misspeltDisconnectOnly: true } },
    act: (account, reading, simulators) => account.writes.disconnectVpn(gateway(simulators), reading),
    means: { '404': 'VENDOR_REJECTED' },
  },
];

/** Where RMS tells how an action goes that it carries out after its answer, by its name at the simulated vendor. */
export const CHANNEL_ROUTE = 'GET /status/channel/{channel}';
