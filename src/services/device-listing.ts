import type { Account } from '../accounts/account';
import { type DeviceSlice, LIST_START, type ListPosition } from '../accounts/device-pager';
import type { Remembered } from '../accounts/remembered-devices';
import type { Device } from '../domain/device';
import { settle } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import { type AccountProblem, askOrRemember, type Part } from './account-problem';
import { brokenCursor, type CursorContent, type Cursors, listName } from './cursor';
import {
  compareKeys,
  type DeviceFilter,
  type DeviceOrder,
  looksAtDevices,
  matcher,
  mayHold,
  type OrderKey,
  orderValue,
  vendorStatus,
} from './device-filter';

/** One page of devices. What costs vendor calls of its own is a function, called only where it is selected. */
export interface DeviceListing {
  readonly edges: readonly DeviceEdge[];
  readonly hasPreviousPage: boolean;
  hasNextPage(): Promise<boolean>;
  /** Null where an account cannot be counted. */
  totalCount(): Promise<number | null>;
  readonly problems: readonly AccountProblem[];
}

/** A device in a list, and where the list goes on behind it. */
export interface DeviceEdge {
  readonly node: Device;
  cursor(): string;
}

/** Which page is wanted. */
export interface ListingQuery {
  /** By their keys. */
  readonly accounts: readonly Account[];
  readonly first: number;
  readonly after: string | undefined;
  readonly filter: DeviceFilter;
  readonly reading: Reading;
  readonly cursors: Cursors;
}

/**
 * One account after the other, each in its vendor's own order: an account is asked only for what the page takes from
 * it, so that a page costs no more calls than its rows need.
 */
export async function listInVendorOrder(query: ListingQuery): Promise<DeviceListing> {
  const list = listName('devices', query.filter);
  const from = query.after === undefined ? undefined : readPosition(query.cursors.decode(list, query.after));
  const accounts = query.accounts.filter((account) => mayHold(account, query.filter));
  const edges: DeviceEdge[] = [];
  const problems: AccountProblem[] = [];
  const ahead = accounts.filter((account) => from === undefined || account.key >= from.account);
  let hasMore = false;
  while (edges.length < query.first) {
    const account = ahead.shift();
    if (account === undefined) break;
    const start = account.key === from?.account ? from.position : LIST_START;
    const count = query.first - edges.length;
    const part = await askOrRemember({
      account,
      reading: query.reading,
      ask: () => sliceOf(account, query, start, count),
      remember: () => rememberedSliceOf(account, query, start, count),
      devicesIn: ({ devices }) => devices.map(({ device }) => device),
    });
    problems.push(...part.problems);
    if (part.value === undefined) continue;
    edges.push(...toEdges(list, account, part.value, query.cursors));
    hasMore = part.value.hasMore;
  }
  return {
    edges,
    problems,
    hasPreviousPage: from !== undefined,
    hasNextPage: async () => hasMore || holdsAny(ahead, query),
    totalCount: () => countAll(accounts, query),
  };
}

async function sliceOf(
  account: Account,
  query: ListingQuery,
  from: ListPosition,
  count: number,
): Promise<DeviceSlice> {
  const matches = matcher(query.filter);
  const accept = ({ device }: { readonly device: Device }): boolean => matches(device);
  const status = vendorStatus(account, query.filter);
  if (status !== undefined || !looksAtDevices(query.filter)) {
    return account.slice({ from, count, accept }, status, query.reading);
  }
  // Out of a walk one more costs nothing, and tells whether any further device matches.
  const slice = await account.sliceOfWalk({ from, count: count + 1, accept }, query.reading);
  return { ...slice, devices: slice.devices.slice(0, count), hasMore: slice.devices.length > count };
}

/** As {@link sliceOf}, without asking. */
async function rememberedSliceOf(
  account: Account,
  query: ListingQuery,
  from: ListPosition,
  count: number,
): Promise<Remembered<DeviceSlice> | undefined> {
  const matches = matcher(query.filter);
  const accept = ({ device }: { readonly device: Device }): boolean => matches(device);
  const status = vendorStatus(account, query.filter);
  return account.lastKnown.slice({ from, count, accept }, status, query.reading);
}

function toEdges(list: string, account: Account, slice: DeviceSlice, cursors: Cursors): DeviceEdge[] {
  return slice.devices.map(({ device }, index) => ({
    node: device,
    cursor: () => {
      const { offset, anchors, total } = slice.positionAfter(index);
      return cursors.encode(list, { a: account.key, o: offset, n: anchors, t: total });
    },
  }));
}

/** Whether accounts that the page did not reach hold anything. One that cannot be asked may. */
async function holdsAny(accounts: readonly Account[], query: ListingQuery): Promise<boolean> {
  for (const account of accounts) {
    if (!looksAtDevices(query.filter) && (account.lastTotal() ?? 0) > 0) return true;
    const slice = await settle(sliceOf(account, query, LIST_START, 1));
    if (!slice.ok || slice.value.devices.length > 0) return true;
  }
  return false;
}

async function countAll(accounts: readonly Account[], query: ListingQuery): Promise<number | null> {
  const matches = matcher(query.filter);
  const counts = await Promise.all(
    accounts.map(async (account) => {
      const status = vendorStatus(account, query.filter);
      if (status === undefined && looksAtDevices(query.filter)) {
        const { value } = await walkOrRemember(account, query.reading);
        return value === undefined ? null : value.filter(matches).length;
      }
      const total = await settle(account.total(status, query.reading));
      return total.ok ? total.value : (account.lastKnown.total(status, query.reading) ?? null);
    }),
  );
  return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);
}

function readPosition({ a, o, n, t }: CursorContent): { account: string; position: ListPosition } {
  if (
    typeof a !== 'string' ||
    !isCount(o) ||
    !Array.isArray(n) ||
    !n.every((anchor) => typeof anchor === 'string') ||
    !(t === null || isCount(t))
  ) {
    return brokenCursor();
  }
  return { account: a, position: { offset: o, anchors: n, total: t } };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** In an order over all accounts: each is walked through once, and the place behind a device is what it is compared by. */
export async function listInOrder(
  query: ListingQuery & { readonly order: DeviceOrder },
): Promise<DeviceListing> {
  const { order, filter } = query;
  const list = listName('ordered-devices', filter, order);
  const from = query.after === undefined ? undefined : readKey(query.cursors.decode(list, query.after));
  const { devices, problems } = await walkAll(query);
  const keyed = devices.map((node) => ({ node, key: { value: orderValue(node, order.field), id: node.id } }));
  keyed.sort((a, b) => compareKeys(a.key, b.key, order.direction));
  const rest =
    from === undefined ? keyed : keyed.filter(({ key }) => compareKeys(key, from, order.direction) > 0);
  return {
    edges: rest.slice(0, query.first).map(({ node, key }) => ({
      node,
      cursor: () => query.cursors.encode(list, { v: key.value, i: key.id }),
    })),
    problems,
    hasPreviousPage: from !== undefined,
    hasNextPage: async () => rest.length > query.first,
    totalCount: async () => (problems.some(({ servedFrom }) => servedFrom === null) ? null : keyed.length),
  };
}

/** Every device that matches, of every account that can be read. */
export async function walkAll(
  query: Pick<ListingQuery, 'accounts' | 'filter' | 'reading'>,
): Promise<{ devices: readonly Device[]; problems: readonly AccountProblem[] }> {
  const accounts = query.accounts.filter((account) => mayHold(account, query.filter));
  const walks = await Promise.all(accounts.map((account) => walkOrRemember(account, query.reading)));
  const matches = matcher(query.filter);
  return {
    devices: walks.flatMap(({ value }) => (value ?? []).filter(matches)),
    problems: walks.flatMap(({ problems }) => problems),
  };
}

/** Every device of one account, as its vendor tells them or last told them. */
export function walkOrRemember(account: Account, reading: Reading): Promise<Part<readonly Device[]>> {
  return askOrRemember({
    account,
    reading,
    ask: () => account.walk(reading),
    remember: () => account.lastKnown.walk(reading),
    devicesIn: (devices) => devices,
  });
}

function readKey({ v, i }: CursorContent): OrderKey {
  if (typeof i !== 'string' || !(v === null || typeof v === 'string' || typeof v === 'number'))
    return brokenCursor();
  return { value: v, id: i };
}
