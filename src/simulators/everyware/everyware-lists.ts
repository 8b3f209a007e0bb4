import type { Answer, Call } from '../route';
import { compareValues } from '../wire';
import type { EverywareKnobs } from './everyware-knobs';
import type { EverywareDevice } from './everyware-records';
import type { EverywareState } from './everyware-state';
import {
  connectionRow,
  deviceRow,
  entityNotFound,
  illegalArgument,
  unknownPath,
  vpnConnectionRow,
} from './everyware-wire';

/** What the reads work with. */
export interface EverywareReadParts {
  readonly state: EverywareState;
  readonly knobs: EverywareKnobs;
}

const STATUSES = ['CONNECTED', 'DISCONNECTED', 'MISSING', 'NULL'];

/** Answers GET /{scopeId}/devices. `status` filters by the connection. Source: Everyware Cloud OpenAPI 6.0.8. */
export function listDevices(call: Call, { state, knobs }: EverywareReadParts): Answer {
  const { query } = call;
  const status = query.get('status');
  if (status !== null && !STATUSES.includes(status)) return illegalArgument('status', status, knobs);
  const found = sorted(state.devices().filter(deviceFilter(query)), query);
  const shape = {
    scopeId: state.scopeId,
    now: state.now(),
    withConnection: query.getAll('fetchAttributes').includes('connection'),
  };
  return listAnswer(call, knobs, {
    type: 'deviceListResult',
    rows: found,
    show: (device) => deviceRow(device, shape),
  });
}

/** Answers GET /{scopeId}/devices/{deviceId}. */
export function readDevice(call: Call, { state, knobs }: EverywareReadParts): Answer {
  const id = call.params['deviceId'] ?? '';
  const device = state.device(id);
  if (device === undefined) return entityNotFound('device', id, knobs);
  const shape = { scopeId: state.scopeId, now: state.now(), withConnection: knobs.connectionInDevice };
  return { status: 200, json: deviceRow(device, shape) };
}

/** Answers GET /{scopeId}/deviceconnections. */
export function listConnections(call: Call, { state, knobs }: EverywareReadParts): Answer {
  const [status, clientId] = [call.query.get('status'), call.query.get('clientId')];
  const rows = state
    .connections()
    .filter(({ connection }) => status === null || connection.status === status)
    .filter(({ device }) => clientId === null || device.clientId === clientId);
  return listAnswer(call, knobs, {
    type: 'deviceConnectionListResult',
    rows,
    show: ({ connection, device }) =>
      connectionRow(connection, { clientId: device.clientId, scopeId: state.scopeId, now: state.now() }),
  });
}

/** Answers GET /{scopeId}/deviceconnections/{connectionId}. */
export function readConnection(call: Call, { state, knobs }: EverywareReadParts): Answer {
  const id = call.params['connectionId'] ?? '';
  const found = state.connections().find(({ connection }) => connection.id === id);
  if (found === undefined) return entityNotFound('deviceConnection', id, knobs);
  const { connection, device } = found;
  return {
    status: 200,
    json: connectionRow(connection, { clientId: device.clientId, scopeId: state.scopeId, now: state.now() }),
  };
}

/** Answers GET /{scopeId}/vpnConnections: one row for each tunnel that is up. Older versions lack it. */
export function listVpnConnections(call: Call, { state, knobs }: EverywareReadParts): Answer {
  if (!knobs.vpnBulk) return unknownPath();
  return listAnswer(call, knobs, {
    type: 'vpnConnectionListResult',
    rows: state.tunnels(),
    show: (tunnel) => vpnConnectionRow(tunnel, state.scopeId),
  });
}

interface ListPlan<T> {
  readonly type: string;
  readonly rows: readonly T[];
  readonly show: (row: T) => unknown;
}

/** One page in the vendor's envelope; the total only where it is asked for. Source: Everyware Cloud OpenAPI 6.0.8, kapuaListResult. */
function listAnswer<T>(call: Call, knobs: EverywareKnobs, plan: ListPlan<T>): Answer {
  const [limit, offset] = [call.query.get('limit') ?? '50', call.query.get('offset') ?? '0'];
  if (!/^[1-9]\d*$/.test(limit) || Number(limit) > (knobs.maxLimit ?? Number.POSITIVE_INFINITY)) {
    return illegalArgument('limit', limit, knobs);
  }
  if (!/^\d+$/.test(offset)) return illegalArgument('offset', offset, knobs);
  const end = Number(offset) + Number(limit);
  const items = plan.rows.slice(Number(offset), end).map(plan.show);
  return {
    status: 200,
    json: {
      type: plan.type,
      limitExceeded: plan.rows.length > end,
      size: items.length,
      items,
      ...(call.query.get('askTotalCount') === 'true' && { totalCount: plan.rows.length }),
    },
  };
}

function deviceFilter(query: URLSearchParams): (device: EverywareDevice) => boolean {
  const [status, clientId, tagId] = [query.get('status'), query.get('clientId'), query.get('tagId')];
  const term = query.get('matchTerm');
  return (device) =>
    // One that has never connected counts as NULL: a guess.
    (status === null || (device.connection?.status ?? 'NULL') === status) &&
    (clientId === null || device.clientId === clientId) &&
    (tagId === null || device.tagIds.includes(tagId)) &&
    (term === null || matchedFields(device).some((field) => field?.startsWith(term)));
}

/** The fields of which one has to start with the match term. Source: Everyware Cloud OpenAPI 6.0.8, matchTerm. */
function matchedFields(device: EverywareDevice): readonly (string | null)[] {
  return [
    device.clientId,
    device.displayName,
    device.serialNumber,
    device.modelId,
    device.modelName,
    device.biosVersion,
    device.firmwareVersion,
    device.osVersion,
    device.connectionInterface,
    device.connectionIp,
  ];
}

function sorted(devices: readonly EverywareDevice[], query: URLSearchParams): readonly EverywareDevice[] {
  const field = query.get('sortParam') ?? 'clientId';
  const sign = (query.get('sortDir') ?? '').toUpperCase() === 'DESCENDING' ? -1 : 1;
  if (field === 'clientId') return sign === 1 ? devices : [...devices].reverse();
  const keyed = devices.map((device) => ({ device, key: sortKey(device, field) }));
  return keyed.sort((left, right) => compareValues(left.key, right.key) * sign).map(({ device }) => device);
}

function sortKey(device: EverywareDevice, field: string): unknown {
  return new Map<string, unknown>(Object.entries(device)).get(field) ?? null;
}
