import type { Device, DeviceStatus } from '../domain/device';
import { DrawbridgeError } from '../domain/errors';
import type { Reading } from '../domain/reading';
import type { Clock } from '../domain/time';
import type { DevicePage, DeviceRecord, Driver } from '../vendors/driver';
import { contextOf } from './call-context';
import {
  type DeviceSlice,
  LIST_START,
  LONGEST_LIST,
  type RowSource,
  readSlice,
  type SliceRequest,
} from './device-pager';
import { type DeviceRun, DeviceRuns, devicesIn, type KnownDevice } from './device-runs';
import type { AgeRule } from './read-cache';
import { SingleFlight } from './single-flight';

/** What an account's device list is read with. */
export interface DeviceListOptions extends AgeRule {
  readonly driver: Driver;
  readonly clock: Clock;
  /** False while nobody may wait for a call that is under way; left out: it may always be waited for. */
  readonly mayJoin?: () => boolean;
  /** Rows that one call can tell. */
  readonly batch: number;
  readonly toDevice: (record: DeviceRecord, observedAt: number) => Device;
  /** Told of every device that a read brought, so that it is known by its id too. */
  readonly learned: (device: KnownDevice, run: DeviceRun) => void;
  readonly spared: (from: 'CACHE' | 'SHARED', keys: number, reading: Reading) => void;
}

/** The device list of one account: parts of it by page, or all of it in one walk. */
export class DeviceList {
  readonly runs: DeviceRuns;
  readonly #pages: SingleFlight<DeviceRun>;
  readonly #walks: SingleFlight<DeviceRun>;

  /** `behind`: whose rows are known too. */
  constructor(
    private readonly options: DeviceListOptions,
    behind?: DeviceList,
  ) {
    this.runs = new DeviceRuns(options, behind?.runs);
    this.#pages = new SingleFlight(options.mayJoin);
    this.#walks = new SingleFlight(options.mayJoin);
  }

  /** Part of the list, from a position on, by the vendor's pages. */
  slice(request: SliceRequest, status: DeviceStatus | undefined, reading: Reading): Promise<DeviceSlice> {
    return uncut(readSlice(this.#source(status, reading), request));
  }

  /** Part of the list, from a position on, out of a walk: where the vendor itself cannot filter. */
  async sliceOfWalk(request: SliceRequest, reading: Reading): Promise<DeviceSlice> {
    const run = await this.walk(undefined, reading);
    const source: RowSource = { batch: LONGEST_LIST, known: () => run, read: async () => run };
    return readSlice(source, request);
  }

  /** The whole list, in the vendor's order, at the cost of one walk through its pages. */
  async walk(status: DeviceStatus | undefined, reading: Reading): Promise<DeviceRun> {
    const known = this.runs.whole(status, reading);
    if (known !== undefined) {
      this.options.spared('CACHE', known.rows.length, reading);
      return known;
    }
    const key = status ?? '';
    const running = this.#walks.find(key, reading.note);
    if (running !== undefined) this.options.spared('SHARED', 1, reading);
    const flight =
      running ??
      this.#walks.start([key], (signal) => this.#walk(status, { ...reading, signal }), reading.note);
    return flight.wait(reading.signal);
  }

  /** The first page of the list. */
  firstPage(reading: Reading): Promise<DeviceRun> {
    return this.#read(0, undefined, reading);
  }

  /** How many devices match; null where the vendor does not tell. Costs a call only where no read told. */
  async total(status: DeviceStatus | undefined, reading: Reading): Promise<number | null> {
    const whole = this.runs.whole(status, reading);
    const known = whole === undefined ? this.runs.total(status, reading) : devicesIn(whole).length;
    if (known !== undefined) {
      this.options.spared('CACHE', 1, reading);
      return known;
    }
    const run = await this.#read(0, status, reading);
    return run.last ? devicesIn(run).length : run.total;
  }

  #source(status: DeviceStatus | undefined, reading: Reading): RowSource {
    return {
      batch: this.options.driver.listsWholeAccount ? LONGEST_LIST : this.options.batch,
      known: (offset, from) => {
        const run = this.runs.at(offset, from, status, reading);
        if (run !== undefined) this.options.spared('CACHE', run.rows.length, reading);
        return run;
      },
      read: (offset) => this.#read(offset, status, reading),
    };
  }

  async #walk(status: DeviceStatus | undefined, reading: Reading): Promise<DeviceRun> {
    const first = this.runs.at(0, 0, status, reading) ?? (await this.#read(0, status, reading));
    if (first.last) return first;
    const walked =
      (await this.#walkAtOnce(first, status, reading)) ?? (await this.#walkInTurn(first, status, reading));
    const run: DeviceRun = { ...first, rows: walked, total: walked.length, last: true };
    this.runs.keep(run, status);
    return run;
  }

  /** All further pages at once, where the total is known; undefined where the list changed meanwhile. */
  async #walkAtOnce(
    first: DeviceRun,
    status: DeviceStatus | undefined,
    reading: Reading,
  ): Promise<DeviceRun['rows'] | undefined> {
    const step = first.rows.length;
    if (first.total === null || step === 0 || first.total > LONGEST_LIST) return undefined;
    const offsets: number[] = [];
    for (let offset = step; offset < first.total; offset += step) offsets.push(offset);
    const pages = await Promise.all(offsets.map((offset) => this.#read(offset, status, reading)));
    const rows = [first, ...pages].flatMap((page) => page.rows);
    const keys = new Set(rows.map((row, index) => row?.key ?? index));
    const unchanged = pages.every((page) => page.total === first.total) && rows.length === first.total;
    return unchanged && keys.size === rows.length ? rows : undefined;
  }

  /** One page after the other, each held against the one before. */
  async #walkInTurn(
    first: DeviceRun,
    status: DeviceStatus | undefined,
    reading: Reading,
  ): Promise<DeviceRun['rows']> {
    let begin: DeviceRun | undefined = first;
    const source: RowSource = {
      batch: this.options.batch,
      known: () => {
        const known = begin;
        begin = undefined;
        return known;
      },
      read: (offset) => this.#read(offset, status, reading),
    };
    const count = first.total === null ? Number.POSITIVE_INFINITY : mostRowsOf(first.total);
    const slice = await uncut(readSlice(source, { from: LIST_START, count, accept: () => true }));
    // Devices come and go while a list is read, but not by the page.
    const isIncomplete =
      slice.total !== null && slice.devices.length + slice.holes < slice.total - MOST_MISSING;
    if (slice.hasMore || isIncomplete) throw endless();
    return slice.devices;
  }

  async #read(offset: number, status: DeviceStatus | undefined, reading: Reading): Promise<DeviceRun> {
    const key = `${status ?? ''}|${offset}`;
    const running = this.#pages.find(key, reading.note);
    if (running !== undefined) this.options.spared('SHARED', 1, reading);
    const flight =
      running ??
      this.#pages.start([key], (signal) => this.#ask(offset, status, { ...reading, signal }), reading.note);
    return flight.wait(reading.signal);
  }

  async #ask(offset: number, status: DeviceStatus | undefined, reading: Reading): Promise<DeviceRun> {
    const { driver, batch, clock } = this.options;
    const page = await driver.listDevices(
      { offset, limit: batch, ...(status === undefined ? {} : { status }) },
      contextOf(reading),
    );
    const at = clock.now();
    const start = driver.listsWholeAccount ? 0 : offset;
    const run: DeviceRun = {
      start,
      rows: this.#rows(page, at),
      total: page.total,
      last: page.last,
      at,
      learnedAt: clock.monotonic(),
    };
    // A list that counts devices and tells none, and rows that all came as something else, are no empty list.
    if (page.rows.length === 0 && (page.total ?? 0) > offset) throw unreadable();
    if (!run.rows.some((row) => row !== undefined) && (start === 0 ? 1 : batch) <= run.rows.length) {
      throw unreadable();
    }
    this.runs.keep(run, status);
    for (const row of run.rows) if (row !== undefined) this.options.learned(row, run);
    return run;
  }

  /** A device that comes twice in one answer is told where it comes first. */
  #rows(page: DevicePage, at: number): (KnownDevice | undefined)[] {
    const seen = new Set<string>();
    return page.rows.map((record) => {
      const key =
        record === undefined ? undefined : this.options.driver.deviceKey(record.facts.vendorDeviceId);
      if (record === undefined || key === undefined || seen.has(key)) return undefined;
      seen.add(key);
      return { key, record, device: this.options.toDevice(record, at) };
    });
  }
}

/** A list that was given up is not passed off as one that ended. */
async function uncut(reading: Promise<DeviceSlice>): Promise<DeviceSlice> {
  const slice = await reading;
  if (!slice.cut) return slice;
  throw endless();
}

/** A list that was counted may grow while it is read; one that grows beyond this has no end. */
function mostRowsOf(total: number): number {
  return 2 * total + 1000;
}

/** So many of the rows that the vendor counts may be missing in the end, because the list changed meanwhile. */
const MOST_MISSING = 10;

function endless(): DrawbridgeError {
  return new DrawbridgeError(
    'VENDOR_UNAVAILABLE',
    "The vendor's device list repeats itself or does not end.",
  );
}

function unreadable(): DrawbridgeError {
  return new DrawbridgeError('VENDOR_UNAVAILABLE', "None of the devices in the vendor's list can be read.");
}
