import type { Account } from '../../src/accounts/account';
import type { Reading } from '../../src/domain/reading';
import type { Fault } from '../../src/simulators/faults';
import type { Simulators } from '../../src/simulators/simulators';
import type { ReopenOptions, VendorName } from './fault-fleet';
import { BODY_TEXT, type Kind } from './kinds';

/** One endpoint that is read, and how the graph comes to read it. */
export interface ReadEndpoint {
  readonly name: string;
  readonly vendor: VendorName;
  readonly route: string;
  /** The read, which calls the endpoint once where all is well; what has to be known before is known. */
  readonly ask: (account: Account, reading: Reading, simulators: Simulators) => Promise<unknown>;
  /** Where the endpoint is the device's own answer, it is asked once, whatever comes. */
  readonly isAnsweredByDevice?: true;
  /** What has to be otherwise for the endpoint to be asked at all. */
  readonly reopen?: ReopenOptions;
  /** What the vendor says in its own way: a failure at 200, and what stands where something else should. */
  readonly own: readonly Pick<Kind, 'name' | 'fault' | 'code'>[];
  /** Kinds that mean something else here, by their name: another code, or `ok` where they are an answer. */
  readonly means?: Readonly<Record<string, string>>;
}

const json = (body: unknown): Fault => ({ kind: 'json', body });
const UNAVAILABLE = 'VENDOR_UNAVAILABLE';

const RMS_OWN: ReadEndpoint['own'] = [
  {
    name: 'success: false at 200',
    fault: json({ success: false, errors: [{ code: 'X', message: BODY_TEXT }] }),
    code: 'VENDOR_REJECTED',
  },
  { name: 'a text for the rows', fault: json({ success: true, data: BODY_TEXT }), code: UNAVAILABLE },
];
const EVERYWARE_OWN: ReadEndpoint['own'] = [
  {
    name: 'an exception at 200',
    fault: json({ type: 'exceptionInfo', kapuaErrorCode: 'INTERNAL_ERROR', message: BODY_TEXT }),
    code: UNAVAILABLE,
  },
];

const rmsId = ({ rms }: Simulators): string =>
  String(rms.state.devices().find(({ id, status }) => status === 1 && rms.state.accesses(id).length > 0)?.id);
const everywareIds = ({ everyware }: Simulators): readonly string[] =>
  everyware.state.devices().flatMap(({ id, applicationIdentifiers, connection }) => {
    const hasClient = applicationIdentifiers?.includes('VPNCLIENT') ?? true;
    return id !== '' && hasClient && connection?.status === 'CONNECTED' ? [id] : [];
  });
const everywareId = (simulators: Simulators): string => everywareIds(simulators)[0] ?? '';

export const READ_ENDPOINTS: readonly ReadEndpoint[] = [
  {
    name: 'the device list of RMS',
    vendor: 'rms',
    route: 'GET /devices',
    ask: (account, reading) => account.walk(reading),
    own: [
      ...RMS_OWN,
      {
        name: 'rows that are none',
        fault: json({ success: true, data: [1, 'x', null, {}], meta: { total: 4 } }),
        code: UNAVAILABLE,
      },
      {
        name: 'no rows, and a total',
        fault: json({ success: true, data: [], meta: { total: 11 } }),
        code: UNAVAILABLE,
      },
    ],
  },
  {
    name: 'the devices by id of RMS',
    vendor: 'rms',
    route: 'GET /devices',
    ask: (account, reading, simulators) => account.devicesById([rmsId(simulators)], reading),
    own: RMS_OWN,
  },
  {
    name: 'the remote accesses of RMS',
    vendor: 'rms',
    route: 'GET /devices/remote-access',
    ask: (account, reading, simulators) => account.remoteAccesses([rmsId(simulators)], reading),
    own: RMS_OWN,
  },
  {
    name: 'the sessions of RMS',
    vendor: 'rms',
    route: 'GET /devices/connect/{access_id}/sessions',
    ask: (account, reading, simulators) => {
      const deviceId = rmsId(simulators);
      const access = simulators.rms.state.accesses(Number(deviceId))[0];
      return account.sessions(new Map([[`${deviceId}:${access?.id}`, true]]), reading);
    },
    own: RMS_OWN,
  },
  {
    name: 'the VPN states of RMS',
    vendor: 'rms',
    route: 'GET /devices/device-vpn-status',
    ask: (account, reading, simulators) => account.vpnStatus([rmsId(simulators)], reading),
    own: RMS_OWN,
  },
  {
    name: 'the list of remote.it',
    vendor: 'remoteit',
    route: 'GET /device/list/all',
    ask: (account, reading) => account.walk(reading),
    own: [
      {
        name: 'status "false" at 200',
        fault: json({ status: 'false', reason: BODY_TEXT }),
        code: 'VENDOR_REJECTED',
      },
      { name: 'an object for the rows', fault: json({ status: 'true', devices: {} }), code: UNAVAILABLE },
      {
        name: 'rows that are none',
        fault: json({ status: 'true', devices: [1, 'x', null, {}] }),
        code: UNAVAILABLE,
      },
    ],
  },
  {
    name: 'the device list of Everyware',
    vendor: 'everyware',
    route: 'GET /{scopeId}/devices',
    ask: (account, reading) => account.walk(reading),
    own: [
      ...EVERYWARE_OWN,
      { name: 'an object for the rows', fault: json({ items: {}, size: 1 }), code: UNAVAILABLE },
      {
        name: 'rows that are none',
        fault: json({ items: [1, 'x', null, {}], limitExceeded: false, totalCount: 4 }),
        code: UNAVAILABLE,
      },
      {
        name: 'no rows, and a total',
        fault: json({ items: [], limitExceeded: false, totalCount: 7 }),
        code: UNAVAILABLE,
      },
    ],
  },
  {
    name: 'one device of Everyware',
    vendor: 'everyware',
    route: 'GET /{scopeId}/devices/{deviceId}',
    ask: (account, reading, simulators) => account.devicesById([everywareId(simulators)], reading),
    own: [
      ...EVERYWARE_OWN,
      { name: 'another device', fault: json({ id: 'Zz9', clientId: BODY_TEXT }), code: UNAVAILABLE },
    ],
    means: { '404': 'ok' },
  },
  {
    name: 'one VPN state of Everyware',
    vendor: 'everyware',
    route: 'GET /{scopeId}/devices/{deviceId}/vpn',
    ask: async (account, reading, simulators) => {
      const id = everywareId(simulators);
      await account.devicesById([id], reading);
      return account.vpnStatus([id], reading);
    },
    isAnsweredByDevice: true,
    own: [
      ...EVERYWARE_OWN,
      { name: 'a word for a truth', fault: json({ connected: 'yes' }), code: UNAVAILABLE },
    ],
    means: { '404': 'ok' },
  },
  {
    name: 'the connection of one device of Everyware',
    vendor: 'everyware',
    route: 'GET /{scopeId}/deviceconnections/{connectionId}',
    reopen: { everyware: { connectionInDevice: false } },
    ask: (account, reading, simulators) => account.devicesById([everywareId(simulators)], reading),
    own: [
      ...EVERYWARE_OWN,
      { name: 'another connection', fault: json({ id: 'Zz9', status: 'DISCONNECTED' }), code: UNAVAILABLE },
    ],
    // Who may not read connections is told by the list of devices.
    means: { '403': 'ok', '404': 'ok' },
  },
  {
    name: 'the VPN connections of Everyware',
    vendor: 'everyware',
    route: 'GET /{scopeId}/vpnConnections',
    reopen: { vpnBulk: true },
    ask: async (account, reading, simulators) => {
      const ids = everywareIds(simulators).slice(0, 2);
      await account.devicesById(ids, reading);
      return account.vpnStatus(ids, reading);
    },
    own: EVERYWARE_OWN,
    // An installation that does not have it, or does not show it, is asked device by device.
    means: { '403': 'ok', '404': 'ok' },
  },
];
