import type { Device, DeviceStatus } from '../domain/device';
import type { Reading } from '../domain/reading';
import type { DeviceRecord } from '../vendors/driver';
import { type AgeRule, isFresh } from './read-cache';

/** A device as the account keeps it: what the graph shows, and what came along. */
export interface KnownDevice {
  /** The form under which two spellings of its vendor id are one. */
  readonly key: string;
  readonly device: Device;
  readonly record: DeviceRecord;
}

/** Rows of the vendor's list that were read together. A row that could not be read holds its place as undefined. */
export interface DeviceRun {
  /** Rows before the first. */
  readonly start: number;
  readonly rows: readonly (KnownDevice | undefined)[];
  /** All that match, where the vendor told. */
  readonly total: number | null;
  /** True where nothing comes after the last row. */
  readonly last: boolean;
  readonly at: number;
  readonly learnedAt: number;
}

/** The devices of a run, each once, without the rows that could not be read. */
export function devicesIn({ rows }: DeviceRun): readonly Device[] {
  const devices = new Map<string, Device>();
  for (const row of rows) if (row !== undefined && !devices.has(row.key)) devices.set(row.key, row.device);
  return [...devices.values()];
}

/** Runs kept for one filter at most. */
const MOST_RUNS = 200;

/** The parts of the account's device list that are known, for each status the vendor can filter by. */
export class DeviceRuns {
  readonly #runs = new Map<DeviceStatus | undefined, DeviceRun[]>();

  /** `behind`: whose runs are known too. */
  constructor(
    private readonly rule: AgeRule,
    behind?: DeviceRuns,
  ) {
    if (behind === undefined) return;
    for (const [status, runs] of behind.#runs) this.#runs.set(status, runs);
  }

  /** The newest fresh run that holds the row at an offset, or the end of the list there, and starts at `from` or before. */
  at(
    offset: number,
    from: number,
    status: DeviceStatus | undefined,
    reading: Reading,
  ): DeviceRun | undefined {
    return this.#fresh(status, reading).find(
      (run) =>
        from >= run.start &&
        (offset < run.start + run.rows.length || (run.last && offset === run.start + run.rows.length)),
    );
  }

  /** The newest fresh run that is the whole list. */
  whole(status: DeviceStatus | undefined, reading: Reading): DeviceRun | undefined {
    return this.#fresh(status, reading).find((run) => run.start === 0 && run.last);
  }

  /** How many devices match, where a fresh run tells. */
  total(status: DeviceStatus | undefined, reading: Reading): number | undefined {
    return this.#fresh(status, reading).find((run) => run.total !== null)?.total ?? undefined;
  }

  /** The last total that was told, however old: good enough to choose between two ways of asking. */
  lastTotal(): number | undefined {
    return this.#runs.get(undefined)?.find((run) => run.total !== null)?.total ?? undefined;
  }

  /** The whole list as it was last told, however long ago; undefined where its size was told to be another since. */
  lastWhole(): DeviceRun | undefined {
    const whole = this.#runs.get(undefined)?.find((run) => run.start === 0 && run.last);
    return whole?.rows.length === this.lastTotal() ? whole : undefined;
  }

  keep(run: DeviceRun, status: DeviceStatus | undefined): void {
    const others = (this.#runs.get(status) ?? []).filter(
      (old) => old.start < run.start || old.start + old.rows.length > run.start + run.rows.length,
    );
    this.#runs.set(status, [run, ...others].slice(0, MOST_RUNS));
  }

  /** Forgets everything: something of the account's list was changed. */
  clear(): void {
    this.#runs.clear();
  }

  #fresh(status: DeviceStatus | undefined, reading: Reading): DeviceRun[] {
    return (this.#runs.get(status) ?? []).filter((run) => isFresh(run.learnedAt, reading, this.rule));
  }
}
