import { type Outcome, success } from '../../domain/outcome';
import type { VpnFacts } from '../../domain/vpn';
import type { CallContext } from '../../transport/transport';
import type { DevicePage, DevicePageRequest, DeviceRecord, Driver, DriverTools } from '../driver';
import { parseEnvelope, parseRow } from '../wire';
import { createAccessWrites } from './access-writes';
import { listRemoteAccesses } from './accesses';
import { RMS_CAPABILITIES } from './capabilities';
import { rmsActions, rmsCatalogue } from './catalogue';
import { assertSuccess } from './errors';
import { createLinkWrites } from './links';
import { parseAccessLocalId, STATUS_FILTER, toDevice, toVpn } from './mapping';
import { allRows } from './rows';
import { listSessions } from './sessions';
import { deviceRow, listEnvelope, vpnRow } from './wire';

/** Of some 150 fields only those that the graph shows. */
const FIELDS = 'id,name,serial,mac,model,firmware,status,last_connection_at,tags';

/** The driver of one Teltonika RMS account. */
export function createRmsDriver(tools: DriverTools): Driver {
  return {
    listsWholeAccount: false,
    statusFilters: [...STATUS_FILTER.keys()],
    hasTags: true,
    deviceKey: (id) => (/^[1-9]\d{0,15}$/.test(id) ? id : undefined),
    listDevices: (request, context) => listDevices(tools, request, context),
    devicesById: {
      batch: rmsCatalogue.devicesById.batch,
      get: (ids, context) => devicesById(tools, ids, context),
    },
    remoteAccesses: {
      list: (ids, context) => listRemoteAccesses(tools, ids, context),
      parse: (localId) => {
        const parsed = parseAccessLocalId(localId);
        return parsed === undefined ? undefined : { vendorDeviceId: parsed.deviceId };
      },
    },
    sessions: {
      list: (localId, usableOnly, context) => listSessions(tools, { localId, usableOnly }, context),
    },
    vpn: { wholeAccount: true, status: (_, context) => vpnStatus(tools, context) },
    remoteAccessWrites: createAccessWrites(tools),
    links: createLinkWrites(tools),
    actionCosts: rmsActions,
  };
}

async function listDevices(
  tools: DriverTools,
  request: DevicePageRequest,
  context: CallContext,
): Promise<DevicePage> {
  const endpoint = rmsCatalogue.listDevices;
  const word = request.status === undefined ? undefined : STATUS_FILTER.get(request.status);
  const answer = await tools.transport.send(
    {
      endpoint,
      query: [
        ['fields', FIELDS],
        ['limit', String(request.limit)],
        ['offset', String(request.offset)],
        ...(word === undefined ? [] : [['status', word] as const]),
      ],
      keys: request.limit,
    },
    context,
  );
  assertSuccess(answer, endpoint);
  const { data, meta } = parseEnvelope(listEnvelope, answer.body, 'the device list');
  const total = meta?.total ?? null;
  const end = request.offset + data.length;
  return {
    rows: data.map((row) => toRecord(tools, row)),
    total,
    last: data.length === 0 || (total === null ? data.length < request.limit : end >= total),
  };
}

async function devicesById(
  tools: DriverTools,
  ids: readonly string[],
  context: CallContext,
): Promise<ReadonlyMap<string, Outcome<DeviceRecord>>> {
  const endpoint = rmsCatalogue.devicesById;
  const wanted = new Set(ids);
  const found = new Map<string, Outcome<DeviceRecord>>();
  const rows = allRows(tools, { endpoint, what: 'devices by id', keys: ids.length }, context, (offset) => [
    ['id', ids.join(',')],
    ['fields', FIELDS],
    // The default of 10 rows holds for a list of ids too. Source: RMS OpenAPI 3.0.0, GET /devices.
    ['limit', String(ids.length)],
    ...(offset === 0 ? [] : [['offset', String(offset)] as const]),
  ]);
  for await (const row of rows) {
    const record = toRecord(tools, row);
    if (record !== undefined && wanted.has(record.facts.vendorDeviceId)) {
      found.set(record.facts.vendorDeviceId, success(record));
    }
  }
  return found;
}

function toRecord(tools: DriverTools, row: unknown): DeviceRecord | undefined {
  const parsed = parseRow(deviceRow, row, 'device', tools.dropped);
  if (parsed === undefined) return undefined;
  return { facts: toDevice(parsed), capabilities: RMS_CAPABILITIES, vpnAnswers: true };
}

async function vpnStatus(
  tools: DriverTools,
  context: CallContext,
): Promise<ReadonlyMap<string, Outcome<VpnFacts | null>>> {
  const endpoint = rmsCatalogue.listVpnStatus;
  const answer = await tools.transport.send({ endpoint }, context);
  assertSuccess(answer, endpoint);
  const { data } = parseEnvelope(listEnvelope, answer.body, 'VPN states');
  const found = new Map<string, Outcome<VpnFacts | null>>();
  for (const row of data) {
    const parsed = parseRow(vpnRow, row, 'VPN state', tools.dropped);
    if (parsed !== undefined) found.set(parsed.device_id, success(toVpn(parsed.data)));
  }
  return found;
}
