import type { Answer, Call } from '../route';
import { compareValues, integerList } from '../wire';
import type { RmsKnobs } from './rms-knobs';
import type { RmsDevice } from './rms-records';
import type { RmsState } from './rms-state';
import { deviceRow, invalid, notFound, project, type RmsRow, refuse, vpnRow } from './rms-wire';

const STATUS_WORDS = ['online', 'offline', 'not_activated'];
const NEITHER_FILTER_NOR_ORDER = ['limit', 'offset', 'fields', 'fields_only', 'sort'];

/** Answers GET /devices. Source: RMS OpenAPI 3.0.0, GET /devices. */
export function listDevices(call: Call, state: RmsState, knobs: RmsKnobs): Answer {
  const { query } = call;
  const limit = wholeNumber(query.get('limit'), 10);
  const offset = wholeNumber(query.get('offset'), 0);
  if (limit === undefined)
    return refuse(422, invalid('limit', 'The limit must be an integer of at least 0.'));
  if (offset === undefined)
    return refuse(422, invalid('offset', 'The offset must be an integer of at least 0.'));
  for (const name of ['status', 'ne:status']) {
    const word = query.get(name);
    if (word !== null && !STATUS_WORDS.includes(word))
      return refuse(422, invalid(name, 'The selected status is invalid.'));
  }
  if (query.get('fields_only') === 'true') {
    const sample = state.devices()[0];
    return { status: 200, json: { success: true, data: sample ? Object.keys(deviceRow(sample, 0)) : [] } };
  }
  const found = state.devices().filter(deviceFilter(query));
  const ordered = order(found, query.get('sort'), state.now());
  const size = knobs.maxLimit === null ? limit : Math.min(limit, knobs.maxLimit);
  const fields = query.get('fields');
  const data = ordered
    .slice(offset, offset + size)
    .map((device) => project(deviceRow(device, state.now()), fields));
  return { status: 200, json: { success: true, data, meta: listMeta(query, found.length, 'asc') } };
}

/** Answers GET /devices/{id}. Source: RMS OpenAPI 3.0.0, GET /devices/{id}. */
export function readDevice(call: Call, state: RmsState): Answer {
  const device = state.device(Number(call.params['id']));
  if (device === undefined) return notFound();
  const data = project(deviceRow(device, state.now()), call.query.get('fields'));
  return { status: 200, json: { success: true, data } };
}

/** Answers GET /devices/device-vpn-status: all devices that report L2TP, or one. Source: RMS OpenAPI 3.0.0. */
export function listVpnStatus(call: Call, state: RmsState): Answer {
  const wanted = call.query.get('device_id');
  if (wanted !== null && wanted !== '' && !Number.isInteger(Number(wanted))) {
    return refuse(422, invalid('device_id', 'The device id must be an integer.'));
  }
  const rows = state
    .vpns()
    .filter((vpn) => wanted === null || wanted === '' || vpn.deviceId === Number(wanted));
  return { status: 200, json: { success: true, data: rows.map(vpnRow) } };
}

/** The `meta` of a list: filters as lists of strings, sorters by field, the total. Seen in real answers by public clients. */
export function listMeta(query: URLSearchParams, total: number, byId: 'asc' | 'desc'): RmsRow {
  const filters: Record<string, readonly string[]> = {};
  for (const [name, value] of query) {
    if (!NEITHER_FILTER_NOR_ORDER.includes(name)) filters[name] = value.split(',');
  }
  const sort = query.get('sort');
  const sorters: Record<string, string> = {};
  for (const part of sort === null || sort === '' ? [] : sort.split(',')) {
    sorters[part.replace(/^-/, '')] = part.startsWith('-') ? 'desc' : 'asc';
  }
  return { filters, sorters: Object.keys(sorters).length === 0 ? { id: byId } : sorters, total };
}

/** Reads a whole number of at least 0; undefined where it is something else. */
export function wholeNumber(value: string | null, whenLeftOut: number): number | undefined {
  if (value === null || value === '') return whenLeftOut;
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

function deviceFilter(query: URLSearchParams): (device: RmsDevice) => boolean {
  const tests: ((device: RmsDevice) => boolean)[] = [];
  const add = (name: string, fits: (device: RmsDevice, value: string) => boolean): void => {
    const value = query.get(name);
    if (value !== null && value !== '') tests.push((device) => fits(device, value));
    const negated = query.get(`ne:${name}`);
    if (negated !== null && negated !== '') tests.push((device) => !fits(device, negated));
  };
  const ids = new Set(integerList(query.get('id')));
  if (ids.size > 0) tests.push((device) => ids.has(device.id));
  add('status', (device, word) => statusWord(device) === word);
  add('model', (device, value) => device.model === value);
  add('firmware', (device, value) => device.firmware === value);
  add('mac', (device, value) => device.mac.toLowerCase() === value.toLowerCase());
  add('company_id', (device, value) => String(device.companyId) === value);
  add('operator', (device, value) => device.operator === value);
  add('tag_id', (device, value) => device.tags.some((tag) => String(tag.id) === value));
  add('q', (device, value) => searchText(device).includes(value.toLowerCase()));
  return (device) => tests.every((fits) => fits(device));
}

/** The filter takes words where the answers carry numbers; null counts as offline. */
function statusWord(device: RmsDevice): string {
  if (device.status === 1) return 'online';
  return device.status === 2 ? 'not_activated' : 'offline';
}

function searchText(device: RmsDevice): string {
  return [device.name, device.serial, device.mac, device.imei, device.description].join('\n').toLowerCase();
}

function order(devices: readonly RmsDevice[], sort: string | null, now: number): readonly RmsDevice[] {
  if (sort === null || sort === '') return devices;
  const keys = sort
    .split(',')
    .map((part) => ({ field: part.replace(/^-/, ''), sign: part.startsWith('-') ? -1 : 1 }));
  const rows = devices.map((device) => ({ device, row: deviceRow(device, now) }));
  rows.sort((left, right) => {
    for (const { field, sign } of keys) {
      const compared = compareValues(left.row[field], right.row[field]);
      if (compared !== 0) return compared * sign;
    }
    return left.device.id - right.device.id;
  });
  return rows.map(({ device }) => device);
}
