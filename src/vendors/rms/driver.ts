import { type Outcome, success } from '../../domain/outcome';
import type { RemoteAccessFacts } from '../../domain/remote-access';
import type { SessionFacts } from '../../domain/session';
import type { VpnFacts } from '../../domain/vpn';
import type { CallContext } from '../../transport/transport';
import type { Endpoint } from '../catalogue';
import type { DevicePage, DevicePageRequest, DeviceRecord, Driver, DriverTools } from '../driver';
import { parseEnvelope, parseRow } from '../wire';
import { RMS_CAPABILITIES } from './capabilities';
import { rmsCatalogue } from './catalogue';
import { assertSuccess } from './errors';
import { parseAccessLocalId, STATUS_FILTER, toDevice, toRemoteAccess, toSession, toVpn } from './mapping';
import { deviceRow, listEnvelope, remoteAccessRow, sessionEnvelope, sessionRow, vpnRow } from './wire';

/** Of some 150 fields only those that the graph shows. */
const FIELDS = 'id,name,serial,mac,model,firmware,status,last_connection_at,tags';

/** Pages of a list that never ends are cut here. */
const MOST_PAGES = 100;

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
      list: (localId, usableOnly, context) => listSessions(tools, localId, usableOnly, context),
    },
    vpn: { wholeAccount: true, status: (_, context) => vpnStatus(tools, context) },
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

async function listRemoteAccesses(
  tools: DriverTools,
  ids: readonly string[],
  context: CallContext,
): Promise<ReadonlyMap<string, readonly RemoteAccessFacts[]>> {
  const wanted = new Set(ids);
  const found = new Map<string, RemoteAccessFacts[]>();
  const seen = new Set<string>();
  const endpoint = rmsCatalogue.listRemoteAccesses;
  const rows = allRows(tools, { endpoint, what: 'remote accesses', keys: ids.length }, context, (offset) => [
    ['device_id', ids.join(',')],
    // No paging of this list is documented: it is asked for only where rows are missing.
    ...(offset === 0 ? [] : pageFrom(offset, endpoint.batch)),
  ]);
  for await (const row of rows) {
    const parsed = parseRow(remoteAccessRow, row, 'remote access', tools.dropped);
    // Rows of devices that nobody asked for, and rows that come twice, are left out.
    if (parsed === undefined || !wanted.has(parsed.device_id) || seen.has(parsed.id)) continue;
    seen.add(parsed.id);
    const access = toRemoteAccess(parsed);
    const others = found.get(access.vendorDeviceId);
    if (others === undefined) found.set(access.vendorDeviceId, [access]);
    else others.push(access);
  }
  return found;
}

interface RowsRequest {
  readonly endpoint: Endpoint;
  readonly what: string;
  readonly keys: number;
}

type Query = readonly (readonly [name: string, value: string])[];

const pageFrom = (offset: number, limit: number): Query => [
  ['limit', String(limit)],
  ['offset', String(offset)],
];

/** One call as a rule; more only where the vendor's own total says that rows are missing (it lowered the limit). */
async function* allRows(
  tools: DriverTools,
  { endpoint, what, keys }: RowsRequest,
  context: CallContext,
  queryFrom: (offset: number) => Query,
): AsyncGenerator<unknown> {
  let offset = 0;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await tools.transport.send({ endpoint, query: queryFrom(offset), keys }, context);
    assertSuccess(answer, endpoint);
    const { data, meta } = parseEnvelope(listEnvelope, answer.body, what);
    yield* data;
    offset += data.length;
    if (data.length === 0 || offset >= (meta?.total ?? 0)) return;
  }
}

async function listSessions(
  tools: DriverTools,
  localId: string,
  usableOnly: boolean,
  context: CallContext,
): Promise<readonly SessionFacts[]> {
  const access = parseAccessLocalId(localId);
  if (access === undefined) return [];
  const endpoint = rmsCatalogue.listSessions;
  const answer = await tools.transport.send(
    {
      endpoint,
      params: { access_id: access.accessId },
      query: usableOnly ? [['active', 'true']] : [],
    },
    context,
  );
  if (answer.status === 404) return [];
  assertSuccess(answer, endpoint);
  const { data } = parseEnvelope(sessionEnvelope, answer.body, 'sessions');
  const byId = new Map<string, SessionFacts>();
  for (const row of data) {
    const parsed = parseRow(sessionRow, row, 'session', tools.dropped);
    if (parsed !== undefined) byId.set(parsed.id, toSession(parsed));
  }
  return [...byId.values()].sort(newestFirst);
}

function newestFirst(left: SessionFacts, right: SessionFacts): number {
  return (right.createdAt?.getTime() ?? 0) - (left.createdAt?.getTime() ?? 0);
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
