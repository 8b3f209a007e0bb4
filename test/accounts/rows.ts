import type { ListPosition, RowSource } from '../../src/accounts/device-pager';
import { LIST_START, readSlice } from '../../src/accounts/device-pager';
import type { DeviceRun, KnownDevice } from '../../src/accounts/device-runs';
import type { Device } from '../../src/domain/device';

/** A row of a list in memory; null: one that could not be read. */
export type Row = string | null;

/** A device of which only the key matters. */
export function knownDevice(key: string): KnownDevice {
  const facts = {
    vendorDeviceId: key,
    name: key,
    status: 'ONLINE',
    serialNumber: null,
    macAddress: null,
    model: null,
    firmwareVersion: null,
    tags: [],
    lastSeenAt: null,
  } as const;
  const device: Device = {
    ...facts,
    id: `acme:device:${key}`,
    account: 'acme',
    vendor: 'EVERYWARE',
    observedAt: new Date(0),
    capabilities: [],
  };
  return { key, device, record: { facts, capabilities: [], vpnAnswers: false } };
}

/** A vendor's list in memory, told in windows, that changes whenever a test changes it. */
export class ListInMemory implements RowSource {
  rows: Row[];
  /** The offsets that were read. */
  readonly reads: number[] = [];
  /** Called before each read. */
  beforeRead: () => void = () => {};

  constructor(
    rows: readonly Row[],
    readonly batch: number,
    readonly options: { readonly tellsTotal?: boolean; readonly givesAtMost?: number } = {},
  ) {
    this.rows = [...rows];
  }

  known(): undefined {
    return undefined;
  }

  async read(offset: number): Promise<DeviceRun> {
    this.beforeRead();
    this.reads.push(offset);
    const limit = Math.min(this.batch, this.options.givesAtMost ?? this.batch);
    const rows = this.rows.slice(offset, offset + limit);
    const total = this.options.tellsTotal === false ? null : this.rows.length;
    return {
      start: offset,
      rows: rows.map((row) => (row === null ? undefined : knownDevice(row))),
      total,
      last: rows.length === 0 || (total === null ? rows.length < limit : offset + rows.length >= total),
      at: 0,
      learnedAt: 0,
    };
  }
}

/** What one page told, and what it cost. */
export interface ToldPage {
  readonly keys: readonly string[];
  readonly windows: number;
  readonly hasMore: boolean;
}

/** Reads page after page; `between` is called with the keys that the position names, before each page but the first. */
export async function readPages(
  source: ListInMemory,
  sizes: readonly number[],
  between: (anchors: readonly string[], nth: number) => void = () => {},
): Promise<readonly ToldPage[]> {
  const pages: ToldPage[] = [];
  let from: ListPosition = LIST_START;
  for (let nth = 0; nth < 10_000; nth += 1) {
    if (nth > 0) between(from.anchors, nth);
    const count = sizes[nth % sizes.length] ?? 1;
    const before = source.reads.length;
    const slice = await readSlice(source, { from, count, accept: () => true });
    const keys = slice.devices.map(({ key }) => key);
    pages.push({ keys, windows: source.reads.length - before, hasMore: slice.hasMore });
    if (keys.length > 0) from = slice.positionAfter(keys.length - 1);
    if (!slice.hasMore) return pages;
  }
  throw new Error('the list has no end');
}
