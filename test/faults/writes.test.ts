import type { Account } from '../../src/accounts/account';
import type { Reading } from '../../src/domain/reading';
import type { RemoteAccess } from '../../src/domain/remote-access';
import type { Simulators } from '../../src/simulators/simulators';
import { endOf, type FaultFleet, startFaultFleet, type VendorName } from './fault-fleet';
import { BODY_TEXT, KINDS, type Kind } from './kinds';

interface WriteEndpoint {
  readonly name: string;
  readonly vendor: VendorName;
  readonly route: string;
  readonly act: (account: Account, reading: Reading, simulators: Simulators) => Promise<unknown>;
  /** Kinds that mean something else here, by their name. */
  readonly means?: Readonly<Record<string, string>>;
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

function rmsAccess({ rms }: Simulators): RemoteAccess {
  const access = rms.state.addAccess({ deviceId: rms.state.addDevice({ status: 1 }).id });
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

const ENDPOINTS: readonly WriteEndpoint[] = [
  {
    name: 'a way in that is made at RMS',
    vendor: 'rms',
    route: 'POST /devices/remote-access',
    act: (account, reading, { rms }) =>
      account.writes.createAccess(
        {
          vendorDeviceId: String(rms.state.addDevice({ status: 1 }).id),
          name: 'PLC',
          protocol: 'SSH',
          host: '192.168.1.9',
          port: 22,
        },
        reading,
      ),
  },
  {
    name: 'a way in that is changed at RMS',
    vendor: 'rms',
    route: 'PUT /devices/remote-access/{access_id}',
    act: (account, reading, simulators) =>
      account.writes.updateAccess(rmsAccess(simulators), { name: 'other' }, reading),
  },
  {
    name: 'a way in that is deleted at RMS',
    vendor: 'rms',
    route: 'DELETE /devices/remote-access',
    act: (account, reading, simulators) => account.writes.removeAccess(rmsAccess(simulators), reading),
  },
  {
    name: 'a link that is opened at RMS',
    vendor: 'rms',
    route: 'POST /devices/connect/{access_id}',
    act: (account, reading, simulators) =>
      account.writes.openLink({ access: rmsAccess(simulators), ...LINK }, reading),
  },
  {
    name: 'a link that is closed at RMS',
    vendor: 'rms',
    route: 'DELETE /devices/connect/sessions/{session_id}',
    act: (account, reading, simulators) =>
      account.writes.closeLink(reference(rmsAccess(simulators), '1'), reading),
    means: { '404': 'ok' },
  },
  {
    name: 'a connection that is opened at remote.it',
    vendor: 'remoteit',
    route: 'POST /device/connect',
    act: (account, reading, simulators) =>
      account.writes.openLink({ access: remoteitAccess(simulators), ...LINK }, reading),
  },
  {
    name: 'a connection that is closed at remote.it',
    vendor: 'remoteit',
    route: 'POST /device/connect/stop',
    act: (account, reading, simulators) =>
      account.writes.closeLink(reference(remoteitAccess(simulators), 'a-connection'), reading),
  },
  {
    name: 'a VPN that is connected at Everyware',
    vendor: 'everyware',
    route: 'POST /{scopeId}/devices/{deviceId}/vpn/_connect',
    act: (account, reading, simulators) => account.writes.connectVpn(gateway(simulators), reading),
  },
  {
    name: 'a VPN that is disconnected at Everyware',
    vendor: 'everyware',
    route: 'POST /{scopeId}/devices/{deviceId}/vpn/_disconnect',
    act: (account, reading, simulators) => account.writes.disconnectVpn(gateway(simulators), reading),
  },
];

/** What is committed although its answer is spoilt is another matter: that is found by looking. */
const COMMITTED: ReadonlySet<string> = new Set(['malformed', 'truncated', 'gzip', 'reset-mid-body']);

/** A 404 speaks of a thing, and a 401 of a stop of an id: both have tests with their drivers. */
const kindsAt = (endpoint: WriteEndpoint): readonly Kind[] =>
  KINDS.filter(
    ({ name, fault }) =>
      name !== '401' && !COMMITTED.has(fault.kind) && (name !== '404' || endpoint.means !== undefined),
  );

let fleet: FaultFleet;

beforeAll(async () => {
  fleet = await startFaultFleet();
});

afterAll(() => fleet.close());

beforeEach(() => fleet.reopen());

describe.each(ENDPOINTS)('$name', (endpoint) => {
  const { vendor, route, act, means } = endpoint;

  it.each(kindsAt(endpoint))('and is answered with $name is asked for once', async (kind) => {
    fleet.simulators[vendor].faults.add({ ...kind.fault, route });
    expect(await endOf(act(fleet.account[vendor], fleet.reading(), fleet.simulators))).toBe(
      means?.[kind.name] ?? kind.code,
    );
    expect(fleet.simulators[vendor].calls.count(route)).toBe(1);
    expect(fleet.log.join('')).not.toContain(BODY_TEXT);
  });
});
