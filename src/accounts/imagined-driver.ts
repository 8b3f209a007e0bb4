import { CAPABILITIES } from '../domain/capability';
import { DEVICE_STATUSES, type DeviceStatus } from '../domain/device';
import { formatId } from '../domain/ids';
import { type Outcome, success } from '../domain/outcome';
import type { RemoteAccessFacts } from '../domain/remote-access';
import type { VpnFacts } from '../domain/vpn';
import type { CallContext } from '../transport/transport';
import { type Catalogue, type Endpoint, routeOf } from '../vendors/catalogue';
import type { DevicePage, DevicePageRequest, DeviceRecord, Driver, VpnReads } from '../vendors/driver';
import type { DeviceRun, KnownDevice } from './device-runs';

/** What is taken for true where an account was never told. */
export interface ImaginedWorld {
  /** How many devices an account has. */
  readonly sizeOf: (account: string) => number;
  /** True: what was never told is there, reached and answers; false: it is not. */
  readonly isEager: boolean;
  /** What devices that were never told are called, tagged with and reached through: whatever is asked for by name. */
  readonly texts: readonly string[];
  /** True: what is fresh in memory is not asked for. */
  readonly remembers: boolean;
  /** Told where nothing limits how often a route of an account would be called. */
  readonly unlimited: (account: string, route: string) => void;
}

/** What an account was last told, however long ago. */
export interface Remembered {
  /** Undefined: never all of them. */
  readonly devices: DeviceRun | undefined;
  readonly total: number | undefined;
  /** Null: there is none; undefined: never told. */
  device(vendorDeviceId: string): KnownDevice | null | undefined;
  accesses(vendorDeviceId: string): readonly RemoteAccessFacts[] | undefined;
}

/** With what a vendor is imagined. */
export interface Imagination {
  /** The account. */
  readonly key: string;
  readonly driver: Driver;
  readonly catalogue: Catalogue;
  readonly remembered: Remembered;
  readonly world: ImaginedWorld;
}

/** The id of a device that was never told; no vendor's ids look like it. */
const STRANGER = /^imagined-\d+$/;

/** The local part of the id of a way in that was never told. */
const STRANGE_ACCESS = /^(.+)#imagined$/;

/** A world this large stands for one without end: a walk through it has no bound. */
export const ENDLESS = 2500;

/** A driver that calls nobody: it answers from what was told, and as the world says, and notes each call as made. */
export function imagineDriver(imagination: Imagination): Driver {
  const { driver, catalogue, remembered, world } = imagination;
  const note = noting(imagination);
  const recordOf = (id: string): DeviceRecord | undefined => {
    const known = remembered.device(id);
    if (known !== undefined) return known?.record;
    return world.isEager ? strangerOf(id, imagination) : undefined;
  };
  const { devicesById, remoteAccesses, sessions, vpn } = driver;
  return {
    listsWholeAccount: driver.listsWholeAccount,
    statusFilters: driver.statusFilters,
    hasTags: driver.hasTags,
    deviceKey: (id) => (STRANGER.test(id) ? id : driver.deviceKey(id)),
    listDevices: async (request, context) => listDevices(imagination, request, context),
    ...(devicesById !== undefined && {
      devicesById: {
        batch: devicesById.batch,
        get: async (ids, context) => {
          note('devicesById', ids.length, context);
          return new Map(
            ids.flatMap((id): [string, Outcome<DeviceRecord>][] => {
              const record = recordOf(id);
              if (record === undefined) return [];
              if (world.isEager && devicesById.besides !== undefined) note(devicesById.besides, 1, context);
              return [[id, success(record)]];
            }),
          );
        },
      },
    }),
    ...(remoteAccesses !== undefined && {
      remoteAccesses: {
        list: async (ids, context) => {
          note('listRemoteAccesses', ids.length, context);
          return new Map(ids.map((id) => [id, accessesOf(id, imagination)]));
        },
        parse: (localId) => {
          const [, vendorDeviceId] = STRANGE_ACCESS.exec(localId) ?? [];
          return vendorDeviceId === undefined ? remoteAccesses.parse(localId) : { vendorDeviceId };
        },
      },
    }),
    ...(sessions !== undefined && {
      sessions: {
        list: async (localId, _, context) => {
          note('listSessions', 1, context);
          if (STRANGE_ACCESS.test(localId))
            world.unlimited(imagination.key, routeOf(endpointOf(catalogue, 'listSessions')));
          // Incomplete: of what the ledger knows nothing is taken for over.
          return { sessions: [], complete: false };
        },
      },
    }),
    ...(vpn !== undefined && { vpn: imagineVpn(vpn, imagination) }),
    ...(driver.actionCosts !== undefined && { actionCosts: driver.actionCosts }),
    ...(driver.links !== undefined && { links: driver.links }),
  };
}

function endpointOf(catalogue: Catalogue, operation: string): Endpoint {
  const endpoint = catalogue[operation];
  if (endpoint === undefined) throw new Error(`the catalogue has no ${operation}`);
  return endpoint;
}

/** Notes a call of an operation as if it went out. */
function noting({ key, catalogue }: Imagination) {
  return (operation: string, keys: number, context: CallContext): void => {
    const { method, path } = endpointOf(catalogue, operation);
    context.note?.({ account: key, method, route: path, keys, status: null, ms: 0, from: 'VENDOR' });
  };
}

function listDevices(
  imagination: Imagination,
  { offset, limit, status }: DevicePageRequest,
  context: CallContext,
): DevicePage {
  const { key, driver, catalogue, remembered, world } = imagination;
  noting(imagination)('listDevices', limit, context);
  const from = driver.listsWholeAccount ? 0 : offset;
  const known = remembered.devices?.rows.filter(
    (row) => status === undefined || row?.record.facts.status === status,
  );
  if (known !== undefined) {
    const rows = known.slice(from, driver.listsWholeAccount ? undefined : from + limit);
    return {
      rows: rows.map((row) => row?.record),
      total: known.length,
      last: from + rows.length >= known.length,
    };
  }
  // How many of those that are known to be there have the status was never told.
  const isWanted = status === undefined || world.isEager;
  const total = isWanted ? (remembered.total ?? world.sizeOf(key)) : 0;
  if (total === ENDLESS && !driver.listsWholeAccount && from >= ENDLESS / 2) {
    world.unlimited(key, routeOf(endpointOf(catalogue, 'listDevices')));
  }
  const until = driver.listsWholeAccount ? total : Math.min(total, from + limit);
  const rows = Array.from({ length: Math.max(0, until - from) }, (_, nth) =>
    strangerOf(`imagined-${from + nth}`, imagination, status),
  );
  return { rows, total, last: from + rows.length >= total };
}

/** A device that was never told. */
function strangerOf(
  vendorDeviceId: string,
  { driver, world }: Imagination,
  status?: DeviceStatus,
): DeviceRecord {
  const { isEager, texts } = world;
  return {
    facts: {
      vendorDeviceId,
      name: texts.join(' '),
      status:
        status ?? DEVICE_STATUSES.find((one) => texts.includes(one)) ?? (isEager ? 'ONLINE' : 'OFFLINE'),
      serialNumber: null,
      macAddress: null,
      model: null,
      firmwareVersion: null,
      tags: driver.hasTags ? texts : [],
      lastSeenAt: null,
    },
    capabilities: isEager ? CAPABILITIES : [],
    // Such a vendor's device is its own way in.
    ...(driver.remoteAccesses === undefined && {
      accesses: isEager ? [strangeAccess(vendorDeviceId, vendorDeviceId)] : [],
    }),
    vpnAnswers: isEager && driver.vpn !== undefined,
  };
}

function accessesOf(
  vendorDeviceId: string,
  { key, driver, remembered, world }: Imagination,
): readonly RemoteAccessFacts[] {
  const known = remembered.accesses(vendorDeviceId);
  if (known !== undefined) return known;
  if (!world.isEager) return [];
  const prefix = formatId(key, 'access', '');
  const named = world.texts.flatMap((text) => {
    const localId = text.startsWith(prefix) ? text.slice(prefix.length) : '';
    return driver.remoteAccesses?.parse(localId)?.vendorDeviceId === vendorDeviceId ? [localId] : [];
  });
  // However many there are beside them.
  const localIds = [...named, `${vendorDeviceId}#imagined`];
  return localIds.map((localId) => strangeAccess(vendorDeviceId, localId));
}

function strangeAccess(vendorDeviceId: string, localId: string): RemoteAccessFacts {
  return {
    localId,
    vendorDeviceId,
    name: '',
    protocol: 'OTHER',
    host: null,
    port: null,
  };
}

function imagineVpn(vpn: VpnReads, imagination: Imagination): VpnReads {
  const note = noting(imagination);
  const { key, catalogue, world } = imagination;
  return {
    wholeAccount: vpn.wholeAccount,
    status: async (ids, context) => {
      if (vpn.wholeAccount) note('listVpnStatus', ids.length, context);
      else if (vpn.inBulk?.(ids.length) === true) {
        note('listVpnConnections', ids.length, context);
        // Somebody's workstation has a row too, and an installation that refuses the list is asked for each device.
        if (world.isEager) world.unlimited(key, routeOf(endpointOf(catalogue, 'listVpnConnections')));
      } else for (const _ of ids) note('vpnStatus', 1, context);
      return new Map<string, Outcome<VpnFacts | null>>(ids.map((id) => [id, success(null)]));
    },
  };
}
