import type { Account } from '../accounts/account';
import { DEVICE_STATUSES, type Device, type DeviceStatus } from '../domain/device';
import type { Vendor } from '../domain/vendor';

/** Which devices are wanted. A list that is empty or left out does not restrict. */
export interface DeviceFilter {
  readonly vendor?: readonly Vendor[] | null;
  readonly account?: readonly string[] | null;
  readonly status?: readonly DeviceStatus[] | null;
  readonly search?: string | null;
  readonly tag?: readonly string[] | null;
}

/** What devices can be ordered by. */
export const DEVICE_ORDER_FIELDS = ['NAME', 'STATUS', 'LAST_SEEN_AT', 'VENDOR'] as const;

/** The order of a list of devices. */
export interface DeviceOrder {
  readonly field: (typeof DEVICE_ORDER_FIELDS)[number];
  readonly direction: 'ASC' | 'DESC';
}

/** What a device is compared by; null comes last in either direction. */
export type OrderValue = string | number | null;

function restricts<T>(list: readonly T[] | null | undefined): list is readonly T[] {
  return list !== null && list !== undefined && list.length > 0;
}

/** True where devices of an account can match: the others are not asked. */
export function mayHold(account: Account, filter: DeviceFilter): boolean {
  if (restricts(filter.vendor) && !filter.vendor.includes(account.vendor)) return false;
  if (restricts(filter.account) && !filter.account.includes(account.key)) return false;
  return !restricts(filter.tag) || account.hasTags;
}

/** True where the filter looks at more than which account a device is in. */
export function looksAtDevices(filter: DeviceFilter): boolean {
  return restricts(filter.status) || restricts(filter.tag) || isText(filter.search);
}

/** The status that the vendor itself can filter by, where that is all the filter asks of a device. */
export function vendorStatus(account: Account, filter: DeviceFilter): DeviceStatus | undefined {
  const [only, ...others] = new Set(filter.status ?? []);
  if (only === undefined || others.length > 0 || restricts(filter.tag) || isText(filter.search))
    return undefined;
  return account.canFilterBy(only) ? only : undefined;
}

/** True for a device that the filter wants, whichever account it is in. */
export function matcher(filter: DeviceFilter): (device: Device) => boolean {
  const statuses = restricts(filter.status) ? new Set(filter.status) : undefined;
  const tags = restricts(filter.tag) ? new Set(filter.tag) : undefined;
  const needle = isText(filter.search) ? filter.search.toLowerCase() : undefined;
  return (device) =>
    (statuses === undefined || statuses.has(device.status)) &&
    (tags === undefined || device.tags.some((tag) => tags.has(tag))) &&
    (needle === undefined || searched(device).some((text) => text?.toLowerCase().includes(needle)));
}

/** What a device is compared by in an order. */
export function orderValue(device: Device, field: DeviceOrder['field']): OrderValue {
  switch (field) {
    case 'NAME':
      return device.name.toLowerCase();
    case 'STATUS':
      return DEVICE_STATUSES.indexOf(device.status);
    case 'LAST_SEEN_AT':
      return device.lastSeenAt?.getTime() ?? null;
    case 'VENDOR':
      return device.vendor.toLowerCase();
  }
}

/** A device's place in an ordered list. */
export interface OrderKey {
  readonly value: OrderValue;
  readonly id: string;
}

/** Compares places: by value in the order's direction, null last, ties by id. */
export function compareKeys(a: OrderKey, b: OrderKey, direction: DeviceOrder['direction']): number {
  if (a.value !== b.value) {
    if (a.value === null) return 1;
    if (b.value === null) return -1;
    return a.value < b.value === (direction === 'ASC') ? -1 : 1;
  }
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

function searched(device: Device): readonly (string | null)[] {
  return [device.name, device.serialNumber, device.macAddress, device.model, device.vendorDeviceId];
}

function isText(text: string | null | undefined): text is string {
  return text !== null && text !== undefined && text !== '';
}
