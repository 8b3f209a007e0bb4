import type { DeviceRun, KnownDevice } from './device-runs';

/*
 * Vendors page by offset, and devices come and go between two pages: an offset alone would leave a gap or tell a
 * device twice. A position therefore also names the last few rows that were passed, its anchors. Going on, the pager
 * reads from the last anchor's row where that costs no further call, and searches for its anchors where they are not
 * where they were.
 */

/** Where a list goes on in one account. */
export interface ListPosition {
  /** Rows passed, as they were counted when the position was made. */
  readonly offset: number;
  /** Keys of the last rows passed, nearest last. */
  readonly anchors: readonly string[];
  /** The vendor's total when the position was made. */
  readonly total: number | null;
}

/** The begin of a list. */
export const LIST_START: ListPosition = { offset: 0, anchors: [], total: null };

/** Anchors that a position names at most: so many devices in a row may vanish at once without a guess. */
const MOST_ANCHORS = 5;

/** Windows that are searched for lost anchors at most, in both directions together. */
const MOST_SEARCHES = 20;

/** Rows that one slice passes at most; more devices than any account was seen with. */
export const LONGEST_LIST = 100_000;

/** Windows in a row without one row that is new and can be read: a list that goes on like that has no end. */
const MOST_BARREN = 10;

/** Where rows come from. */
export interface RowSource {
  /** A run that is known without a call, holds the row at an offset (or ends there), and starts at `from` or before. */
  known(offset: number, from: number): DeviceRun | undefined;
  /** Reads rows from an offset on. */
  read(offset: number): Promise<DeviceRun>;
  /** Rows that one call can tell. */
  readonly batch: number;
}

/** What is wanted. */
export interface SliceRequest {
  readonly from: ListPosition;
  /** Devices wanted; infinite for all. */
  readonly count: number;
  /** Rows that are passed without being told. */
  readonly accept: (device: KnownDevice) => boolean;
}

/** One part of an account's list. */
export interface DeviceSlice {
  readonly devices: readonly KnownDevice[];
  /** False where nothing comes after the last device, as far as the vendor told. */
  readonly hasMore: boolean;
  /** True where it was given up: the vendor repeats itself, tells nothing that can be read, or never ends. */
  readonly cut: boolean;
  /** Rows on the way that could not be read. */
  readonly holes: number;
  /** The vendor's total, where it told; before `accept`. */
  readonly total: number | null;
  /** The position behind the device at an index. */
  positionAfter(index: number): ListPosition;
}

/** A position inside a slice, where rows that could not be read may stand between the last anchor and it. */
interface Place extends ListPosition {
  readonly holes: number;
  /** What was learned before this is known to be of another time than the position, and is not gone on from. */
  readonly since: number;
}

/** Where a told device stands: rows passed with it, as keys and as they are counted, and the total then. */
interface Mark {
  readonly passed: number;
  readonly offset: number;
  readonly total: number | null;
}

/** Rows to go on from. */
interface Aligned {
  readonly run: DeviceRun;
  /** Of the first row that was not passed yet. */
  readonly offset: number;
  readonly since: number;
}

/** Reads devices from a position on, with the fewest windows. */
export async function readSlice(source: RowSource, request: SliceRequest): Promise<DeviceSlice> {
  const passed: string[] = [...request.from.anchors];
  const seen = new Set(passed);
  const devices: KnownDevice[] = [];
  const marks: Mark[] = [];
  let place: Place = { ...request.from, holes: 0, since: Number.NEGATIVE_INFINITY };
  let hasMore = true;
  let cut = false;
  let unreadable = 0;
  let furthest = 0;
  const idle = { barren: 0, stood: 0 };
  while (hasMore && devices.length < request.count) {
    const { run, offset, since } = await align(source, place, request.count - devices.length);
    const { total } = run;
    const before = passed.length;
    let next = offset;
    let holes = offset === place.offset ? place.holes : 0;
    // Whether the place came nearer to the end, though no device was passed.
    let nearer = run.rows.length > 0 && next === endOf(run) && keyAt(run, next - 1) !== passed.at(-1);
    for (const row of run.rows.slice(offset - run.start)) {
      if (devices.length === request.count) break;
      next += 1;
      if (row === undefined) {
        holes += 1;
        unreadable += 1;
        nearer ||= next > furthest;
        continue;
      }
      holes = 0;
      if (seen.has(row.key)) continue;
      seen.add(row.key);
      passed.push(row.key);
      if (!request.accept(row)) continue;
      devices.push(row);
      marks.push({ passed: passed.length, offset: next, total });
    }
    const rest = run.rows.slice(next - run.start);
    hasMore = !run.last || rest.some((row) => row !== undefined && !seen.has(row.key) && request.accept(row));
    // A vendor that repeats itself, or tells nothing, would go on for ever.
    idle.barren = passed.length > before ? 0 : idle.barren + 1;
    idle.stood = passed.length > before || nearer ? 0 : idle.stood + 1;
    cut = hasMore && (idle.stood > 1 || idle.barren > MOST_BARREN || passed.length >= LONGEST_LIST);
    if (cut) hasMore = false;
    furthest = Math.max(furthest, next);
    const anchors = idle.stood > 0 && next > offset ? [] : passed.slice(-MOST_ANCHORS);
    place = { offset: next, anchors, total, holes, since };
  }
  return {
    devices,
    hasMore,
    cut,
    holes: unreadable,
    total: place.total,
    positionAfter: (index) => positionAt(marks[index], passed) ?? request.from,
  };
}

function positionAt(mark: Mark | undefined, passed: readonly string[]): ListPosition | undefined {
  if (mark === undefined) return undefined;
  const anchors = passed.slice(Math.max(0, mark.passed - MOST_ANCHORS), mark.passed);
  return { offset: mark.offset, anchors, total: mark.total };
}

/** A run that is known, and not older than another. */
function knownSince(source: RowSource, since: number, at: readonly [number, number]): DeviceRun | undefined {
  const run = source.known(...at);
  return run !== undefined && run.learnedAt >= since ? run : undefined;
}

async function window(source: RowSource, offset: number, since: number): Promise<DeviceRun> {
  return knownSince(source, since, [offset, offset]) ?? source.read(offset);
}

/** The run to go on from, and the offset of the first row in it that was not passed yet. */
async function align(source: RowSource, place: Place, wanted: number): Promise<Aligned> {
  const { offset, anchors, total, holes, since } = place;
  const anchorAt = offset - 1 - holes;
  if (anchorAt < 0 || anchors.length === 0) {
    return { run: await window(source, offset, since), offset, since };
  }
  const known = knownSince(source, since, [offset, anchorAt]);
  if (known !== undefined) return alignedIn(source, place, known);
  const next = knownSince(source, since, [offset, offset]);
  if (next !== undefined && next.total === total) return { run: next, offset, since };
  const rows = total === null ? wanted : Math.min(wanted, Math.max(1, total - offset));
  const windows = (count: number): number => Math.ceil(count / source.batch);
  if (windows(rows + offset - anchorAt) === windows(rows)) {
    return alignedIn(source, place, await source.read(anchorAt));
  }
  // Without room for the anchor's own row, an unchanged total is taken for an unchanged list.
  const run = await source.read(offset);
  return run.total === total && behindAnchors(run, anchors) === undefined
    ? { run, offset, since }
    : alignedIn(source, place, run);
}

async function alignedIn(source: RowSource, place: Place, run: DeviceRun): Promise<Aligned> {
  const found = behindAnchors(run, place.anchors);
  return found === undefined ? search(source, place, run) : { run, offset: found, since: place.since };
}

/** The offset behind the last row of a run that was passed before. */
function behindAnchors(run: DeviceRun, anchors: readonly string[]): number | undefined {
  for (let index = run.rows.length - 1; index >= 0; index -= 1) {
    const row = run.rows[index];
    if (row !== undefined && anchors.includes(row.key)) return run.start + index + 1;
  }
  return undefined;
}

/** Looks for the anchors in the windows around where they were. */
async function search(source: RowSource, place: Place, first: DeviceRun): Promise<Aligned> {
  const { anchors, total } = place;
  let since = Math.max(place.since, first.learnedAt);
  // Only a run that is not the last tells how many rows this vendor really gives at once.
  let step = Math.max(1, (first.last ? source.batch : Math.min(source.batch, first.rows.length)) - 1);
  let back = first.start;
  let forth = endOf(first);
  let ended = first.last;
  for (let searches = 0; searches < MOST_SEARCHES && (back > 0 || !ended); searches += 1) {
    const backwards = back > 0 && (ended || searches % 2 === 0);
    const run = await window(source, backwards ? Math.max(0, back - step) : forth, since);
    since = Math.max(since, run.learnedAt);
    const found = behindAnchors(run, anchors);
    if (found !== undefined) {
      // Nothing moved before the first run: it goes on, for it tells more than the one that was searched.
      const unmoved = found === first.start && keyAt(run, found) === keyAt(first, found);
      return { run: unmoved ? first : run, offset: found, since };
    }
    if (!backwards) {
      ended = run.last || run.rows.length === 0;
      forth = endOf(run);
    } else if (endOf(run) < back && run.rows.length > 1) step = run.rows.length - 1;
    else back = run.start;
  }
  // Every anchor is gone: so many rows are missing at least, and more by the difference of the totals.
  const shift = first.total === null || total === null ? 0 : first.total - total;
  const offset = Math.max(0, place.offset + Math.min(-anchors.length, shift));
  return { run: await window(source, offset, since), offset, since };
}

function keyAt(run: DeviceRun, offset: number): string | undefined {
  return run.rows[offset - run.start]?.key;
}

function endOf(run: DeviceRun): number {
  return run.start + run.rows.length;
}
