import { type Outcome, success } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { DeviceRecord, Driver } from '../vendors/driver';
import { inChunks, mapOutcome } from './batch';
import { contextOf } from './call-context';
import type { DeviceList } from './device-list';
import type { DeviceRun, KnownDevice } from './device-runs';

/** What devices are looked up with. */
export interface DeviceLookup {
  readonly driver: Driver;
  readonly list: DeviceList;
  /** Rows that one call for the list can tell. */
  readonly pageSize: number;
  /** A device that is fresh in memory. */
  readonly known: (key: string, reading: Reading) => KnownDevice | null | undefined;
  readonly toKnown: (key: string, record: DeviceRecord) => KnownDevice;
  /** Told of every key that a whole list does not have. */
  readonly absent: (key: string, run: DeviceRun) => void;
}

type Found = Map<string, Outcome<KnownDevice | null>>;

/** Devices by id, by whichever costs fewer calls: asking for them, or walking through the list. A missing id does not exist. */
export async function lookUpDevices(
  lookup: DeviceLookup,
  keys: readonly string[],
  reading: Reading,
): Promise<ReadonlyMap<string, Outcome<KnownDevice | null>>> {
  const { driver, list } = lookup;
  const found: Found = new Map();
  if (driver.devicesById === undefined || list.runs.whole(undefined, reading) !== undefined) {
    return fromWalk(lookup, keys, found, reading);
  }
  const rest = await firstPage(lookup, keys, found, reading);
  if (rest.length === 0) return found;
  return walkIsCheaper(lookup, rest.length, reading)
    ? fromWalk(lookup, rest, found, reading)
    : byId(lookup, rest, found, reading);
}

async function fromWalk(
  lookup: DeviceLookup,
  keys: readonly string[],
  found: Found,
  reading: Reading,
): Promise<Found> {
  const run = await lookup.list.walk(undefined, reading);
  for (const row of run.rows) {
    if (row !== undefined && !found.has(row.key)) found.set(row.key, success(row));
  }
  for (const key of keys) if (!found.has(key)) lookup.absent(key, run);
  return found;
}

/**
 * Where ids do not fit in one call and the size of the account was never told, the first page of the list is asked:
 * it often holds them all, and tells the size. Answers the ids that are still open.
 */
async function firstPage(
  { driver, list, known }: DeviceLookup,
  keys: readonly string[],
  found: Found,
  reading: Reading,
): Promise<readonly string[]> {
  const batch = driver.devicesById?.batch ?? 1;
  if (keys.length <= batch || list.runs.lastTotal() !== undefined) return keys;
  const page = await list.firstPage(reading);
  for (const key of keys) {
    const device = known(key, reading);
    if (device !== undefined) found.set(key, success(device));
  }
  return page.last ? [] : keys.filter((key) => !found.has(key));
}

function walkIsCheaper({ driver, list, pageSize }: DeviceLookup, ids: number, reading: Reading): boolean {
  const total = list.runs.lastTotal();
  if (total === undefined) return false;
  const begun = list.runs.at(0, 0, undefined, reading) === undefined ? 0 : 1;
  return Math.ceil(total / pageSize) - begun < Math.ceil(ids / (driver.devicesById?.batch ?? 1));
}

async function byId(
  lookup: DeviceLookup,
  keys: readonly string[],
  found: Found,
  reading: Reading,
): Promise<Found> {
  const reads = lookup.driver.devicesById;
  if (reads === undefined) return found;
  const context = contextOf(reading);
  const answers = await inChunks(keys, reads.batch, (chunk) => reads.get(chunk, context));
  for (const [key, outcome] of answers)
    found.set(
      key,
      mapOutcome(outcome, (record) => lookup.toKnown(key, record)),
    );
  return found;
}
