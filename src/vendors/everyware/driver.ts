import { DrawbridgeError } from '../../domain/errors';
import { type Outcome, settle, success } from '../../domain/outcome';
import type { CallContext } from '../../transport/transport';
import type {
  AccountSettings,
  DevicePage,
  DevicePageRequest,
  DeviceRecord,
  Driver,
  DriverTools,
} from '../driver';
import { parseEnvelope, parseRow } from '../wire';
import { WITH_VPN_CLIENT, WITHOUT_VPN_CLIENT } from './capabilities';
import { everywareActions, everywareCatalogue } from './catalogue';
import { assertSuccess, isIllegalId, isUnknownPath } from './errors';
import { createLinkWrites } from './links';
import { lacksConnection, mayHaveVpnClient, STATUS_FILTER, toDevice, toRemoteAccesses } from './mapping';
import { createTunnel, createVpnWrites } from './tunnel';
import { createVpnReads } from './vpn';
import { connectionById, type DeviceRow, deviceRow, ID, listEnvelope } from './wire';

/** The driver of one Everyware Cloud account, which sees one scope. */
export function createEverywareDriver(settings: AccountSettings, tools: DriverTools): Driver {
  const scopeId = settings.text('scopeId');
  const tunnel = createTunnel(tools, scopeId);
  return {
    listsWholeAccount: false,
    statusFilters: [...STATUS_FILTER.keys()],
    hasTags: false,
    deviceKey: (id) => (ID.test(id) ? id : undefined),
    listDevices: (request, context) => listDevices(tools, scopeId, request, context),
    devicesById: {
      batch: everywareCatalogue.devicesById.batch,
      besides: 'deviceConnection',
      get: (ids, context) => devicesById(tools, scopeId, ids, context),
    },
    vpn: createVpnReads(tools, { scopeId, bulk: settings.flag('vpnBulk') }),
    vpnWrites: createVpnWrites(tunnel),
    links: createLinkWrites(tunnel, tools.now),
    actionCosts: everywareActions,
  };
}

async function listDevices(
  tools: DriverTools,
  scopeId: string,
  request: DevicePageRequest,
  context: CallContext,
): Promise<DevicePage> {
  const endpoint = everywareCatalogue.listDevices;
  const word = request.status === undefined ? undefined : STATUS_FILTER.get(request.status);
  const answer = await tools.transport.send(
    {
      endpoint,
      params: { scopeId },
      query: [
        ['fetchAttributes', 'connection'],
        ['limit', String(request.limit)],
        ['offset', String(request.offset)],
        ['askTotalCount', 'true'],
        ...(word === undefined ? [] : [['status', word] as const]),
      ],
      keys: request.limit,
    },
    context,
  );
  assertSuccess(answer, endpoint);
  const { items, limitExceeded, totalCount } = parseEnvelope(listEnvelope, answer.body, 'the device list');
  return {
    rows: items.map((row) => {
      const parsed = parseRow(deviceRow, row, 'device', tools.dropped);
      return parsed === undefined ? undefined : toRecord(parsed);
    }),
    total: totalCount,
    last: items.length === 0 || !(limitExceeded ?? items.length >= request.limit),
  };
}

async function devicesById(
  tools: DriverTools,
  scopeId: string,
  ids: readonly string[],
  context: CallContext,
): Promise<ReadonlyMap<string, Outcome<DeviceRecord>>> {
  const outcomes = await Promise.all(
    ids.map(async (id) => [id, await settle(deviceById(tools, scopeId, id, context))] as const),
  );
  const found = new Map<string, Outcome<DeviceRecord>>();
  for (const [id, outcome] of outcomes) {
    if (!outcome.ok) found.set(id, outcome);
    else if (outcome.value !== undefined) found.set(id, success(outcome.value));
  }
  return found;
}

/** Undefined where the vendor has no device with this id, or says that it cannot be one. */
async function deviceById(
  tools: DriverTools,
  scopeId: string,
  deviceId: string,
  context: CallContext,
): Promise<DeviceRecord | undefined> {
  const endpoint = everywareCatalogue.devicesById;
  const answer = await tools.transport.send({ endpoint, params: { scopeId, deviceId } }, context);
  if (answer.status === 404 || isIllegalId(answer)) return undefined;
  assertSuccess(answer, endpoint);
  const row = parseEnvelope(deviceRow, answer.body, 'a device');
  if (row.id !== deviceId) {
    throw new DrawbridgeError('VENDOR_UNAVAILABLE', 'The vendor answered with another device.');
  }
  return toRecord(lacksConnection(row) ? await withConnection(tools, scopeId, row, context) : row);
}

/**
 * One device cannot be asked for together with its connection. Source: eclipse/kapua, DeviceImpl loads it lazily. Who
 * may read devices need not be let read connections: the list tells then, by the client's id.
 */
async function withConnection(
  tools: DriverTools,
  scopeId: string,
  row: DeviceRow,
  context: CallContext,
): Promise<DeviceRow> {
  if (row.connectionId === null) return row;
  const endpoint = everywareCatalogue.deviceConnection;
  const answer = await tools.transport.send(
    { endpoint, params: { scopeId, connectionId: row.connectionId } },
    context,
  );
  if (isUnknownPath(answer) || answer.status === 403) return withListed(tools, scopeId, row, context);
  if (answer.status === 404) return { ...row, connectionId: null };
  assertSuccess(answer, endpoint);
  const told = parseEnvelope(connectionById, answer.body, 'a connection');
  if (told.id !== row.connectionId) {
    throw new DrawbridgeError('VENDOR_UNAVAILABLE', 'The vendor answered with another connection.');
  }
  return { ...row, connection: told };
}

/** The device as the list tells it; without a client id, or where the list leaves it out, as it was. */
async function withListed(
  tools: DriverTools,
  scopeId: string,
  row: DeviceRow,
  context: CallContext,
): Promise<DeviceRow> {
  if (row.clientId === null) return row;
  const endpoint = everywareCatalogue.listDevices;
  const query = [
    ['clientId', row.clientId],
    ['fetchAttributes', 'connection'],
    ['limit', '1'],
  ] as const;
  const answer = await tools.transport.send({ endpoint, params: { scopeId }, query }, context);
  assertSuccess(answer, endpoint);
  const [item] = parseEnvelope(listEnvelope, answer.body, 'the device list').items;
  const listed = deviceRow.safeParse(item);
  return listed.success && listed.data.id === row.id ? listed.data : row;
}

function toRecord(row: DeviceRow): DeviceRecord {
  const facts = toDevice(row);
  const hasClient = mayHaveVpnClient(row);
  return {
    facts,
    capabilities: hasClient ? WITH_VPN_CLIENT : WITHOUT_VPN_CLIENT,
    accesses: toRemoteAccesses(row),
    vpnAnswers: hasClient && facts.status === 'ONLINE',
  };
}
