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
  /** Devices wanted. */
  readonly count: number;
  /** Rows that are passed without being told. */
  readonly accept: (device: KnownDevice) => boolean;
}

/** One part of an account's list. */
export interface DeviceSlice {
  readonly devices: readonly KnownDevice[];
  /** False where nothing comes after the last device, as far as the vendor told. */
  readonly hasMore: boolean;
  /** The vendor's total, where it told; before `accept`. */
  readonly total: number | null;
  /** The position behind the device at an index. */
  positionAfter(index: number): ListPosition;
}

/** Reads devices from a position on, with the fewest windows. */
export async function readSlice(source: RowSource, request: SliceRequest): Promise<DeviceSlice> {
  const passed: string[] = [...request.from.anchors];
  const seen = new Set(passed);
  const devices: KnownDevice[] = [];
  const marks: { readonly passed: number; readonly offset: number }[] = [];
  let total = request.from.total;
  let position = request.from;
  let hasMore = true;
  while (hasMore && devices.length < request.count) {
    const { run, offset } = await align(source, position, request.count - devices.length);
    total = run.total;
    let next = offset;
    let moved = false;
    for (const row of run.rows.slice(offset - run.start)) {
      if (devices.length === request.count) break;
      next += 1;
      if (row !== undefined && seen.has(row.key)) continue;
      moved = true;
      if (row === undefined) continue;
      seen.add(row.key);
      passed.push(row.key);
      if (!request.accept(row)) continue;
      devices.push(row);
      marks.push({ passed: passed.length, offset: next });
    }
    // A vendor that repeats itself, or tells nothing, would go on for ever.
    hasMore = moved && (next < run.start + run.rows.length || !run.last);
    position = { offset: next, anchors: passed.slice(-MOST_ANCHORS), total };
  }
  return {
    devices,
    hasMore,
    total,
    positionAfter: (index) => {
      const mark = marks[index];
      if (mark === undefined) return request.from;
      return {
        offset: mark.offset,
        anchors: passed.slice(Math.max(0, mark.passed - MOST_ANCHORS), mark.passed),
        total,
      };
    },
  };
}

async function window(source: RowSource, offset: number): Promise<DeviceRun> {
  return source.known(offset, offset) ?? source.read(offset);
}

/** The run to go on from, and the offset of the first row in it that was not passed yet. */
async function align(
  source: RowSource,
  position: ListPosition,
  wanted: number,
): Promise<{ run: DeviceRun; offset: number }> {
  const { offset, anchors, total } = position;
  if (offset === 0 || anchors.length === 0) return { run: await window(source, offset), offset };
  const known = source.known(offset, offset - 1);
  if (known !== undefined) return alignedIn(source, position, known);
  const next = source.known(offset, offset);
  if (next !== undefined && next.total === total) return { run: next, offset };
  const overlaps = Math.ceil((wanted + 1) / source.batch) === Math.ceil(wanted / source.batch);
  if (overlaps) return alignedIn(source, position, await source.read(offset - 1));
  // Without room for the anchor's own row, an unchanged total is taken for an unchanged list.
  const run = await source.read(offset);
  return run.total === total && behindAnchors(run, anchors) === undefined
    ? { run, offset }
    : alignedIn(source, position, run);
}

async function alignedIn(
  source: RowSource,
  position: ListPosition,
  run: DeviceRun,
): Promise<{ run: DeviceRun; offset: number }> {
  const found = behindAnchors(run, position.anchors);
  return found === undefined ? search(source, position, run) : { run, offset: found };
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
async function search(
  source: RowSource,
  position: ListPosition,
  first: DeviceRun,
): Promise<{ run: DeviceRun; offset: number }> {
  const step = Math.max(1, Math.min(source.batch, first.rows.length || source.batch) - 1);
  let back = first.start;
  let forth = first.start + first.rows.length;
  let ended = first.last;
  for (let searches = 0; searches < MOST_SEARCHES && (back > 0 || !ended); searches += 1) {
    const backwards = back > 0 && (ended || searches % 2 === 0);
    const run = await window(source, backwards ? Math.max(0, back - step) : forth);
    const found = behindAnchors(run, position.anchors);
    if (found !== undefined) return { run, offset: found };
    if (backwards) back = run.start;
    else {
      ended = run.last || run.rows.length === 0;
      forth = run.start + run.rows.length;
    }
  }
  // Every anchor is gone: the difference of the totals says best where the list went on.
  const shift = (first.total ?? 0) - (position.total ?? first.total ?? 0);
  const offset = Math.max(0, Math.min(position.offset, position.offset + Math.min(0, shift)));
  return { run: await window(source, offset), offset };
}
