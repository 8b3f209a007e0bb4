import type { Device, DeviceStatus } from '../domain/device';
import type { Reading } from '../domain/reading';
import { type DeviceSlice, LONGEST_LIST, type RowSource, readSlice, type SliceRequest } from './device-pager';
import { type DeviceRun, type DeviceRuns, devicesIn } from './device-runs';

/** What an account was last known to have, and since when that may not be true any more. */
export interface Remembered<T> {
  readonly value: T;
  readonly servedFrom: Date;
}

/** What devices are remembered with. */
export interface RememberedOptions {
  readonly runs: DeviceRuns;
  /** How old what is served may be while the vendor cannot be read, in milliseconds. */
  readonly staleMaxMs: number;
  /** Rows that one call for the list can tell. */
  readonly batch: number;
}

/**
 * The devices of one account as they were last told, for while its vendor cannot be read. Nobody is asked. Every
 * method answers undefined where any part of what is wanted is not known, or is too old: a part is never passed off
 * as the whole.
 */
export class RememberedDevices {
  constructor(private readonly options: RememberedOptions) {}

  /** Part of the list; from the list of one status, or out of the whole list. */
  async slice(
    request: SliceRequest,
    status: DeviceStatus | undefined,
    reading: Reading,
  ): Promise<Remembered<DeviceSlice> | undefined> {
    const found = await this.#read(request, status, reading);
    return found ?? (status === undefined ? undefined : this.#read(request, undefined, reading));
  }

  /** All devices, each once. */
  async walk(reading: Reading): Promise<Remembered<readonly Device[]> | undefined> {
    const everything = {
      from: { offset: 0, anchors: [], total: null },
      count: LONGEST_LIST,
      accept: () => true,
    };
    const found = await this.#read(everything, undefined, reading);
    if (found === undefined || found.value.hasMore) return undefined;
    return { ...found, value: found.value.devices.map(({ device }) => device) };
  }

  /** How many devices there were. */
  total(status: DeviceStatus | undefined, reading: Reading): number | undefined {
    const { runs } = this.options;
    const stale = this.relax(reading);
    const whole = runs.whole(status, stale);
    return whole === undefined ? runs.total(status, stale) : devicesIn(whole).length;
  }

  /** The same operation, content with anything that may still be served. */
  relax(reading: Reading): Reading {
    return { ...reading, maxAgeMs: this.options.staleMaxMs, mayBeFresher: true };
  }

  async #read(
    request: SliceRequest,
    status: DeviceStatus | undefined,
    reading: Reading,
  ): Promise<Remembered<DeviceSlice> | undefined> {
    const { runs, batch } = this.options;
    const stale = this.relax(reading);
    const used: DeviceRun[] = [];
    const source: RowSource = {
      batch,
      known: (offset, from) => {
        const run = runs.at(offset, from, status, stale);
        if (run !== undefined) used.push(run);
        return run;
      },
      read: async () => {
        throw NOT_KNOWN;
      },
    };
    try {
      const value = await readSlice(source, request);
      if (value.cut) return undefined;
      return { value, servedFrom: new Date(Math.min(...used.map(({ at }) => at))) };
    } catch (thrown) {
      if (thrown === NOT_KNOWN) return undefined;
      throw thrown;
    }
  }
}

/** Rows are wanted that nobody remembers. */
const NOT_KNOWN = new Error('not known');
