import type { Device } from '../domain/device';
import { parseId } from '../domain/ids';
import { settle } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import { VENDORS } from '../domain/vendor';
import { requireScope } from '../services/authorize';
import type { GraphContext } from './context';

/** What a thing tells of the device that it belongs to. */
export interface OwnedByDevice {
  readonly deviceId: string;
  readonly observedAt?: Date;
}

const KEY_FIELDS: ReadonlySet<string> = new Set(['__typename', 'id', 'account', 'vendorDeviceId']);

/** Throws FORBIDDEN where a caller who may not read devices asks for more of one than its key. */
export function checkDeviceFields(selected: ReadonlySet<string>, principal: Principal): void {
  if (!isKeyOnly(selected)) requireScope(principal, 'devices:read');
}

/**
 * The device that a way in or a link belongs to. Its key alone costs no call, and needs no scope. Where its vendor no longer knows it, or
 * cannot be asked, it stands there by its key with the status UNKNOWN, so that the link itself is not lost.
 */
export async function deviceOf(
  owned: OwnedByDevice,
  selected: ReadonlySet<string>,
  { loaders, services, principal }: GraphContext,
): Promise<Device> {
  const id = parseId(owned.deviceId, 'device');
  checkDeviceFields(selected, principal);
  const device = isKeyOnly(selected) ? null : await settle(loaders.device(id));
  if (device?.ok === true && device.value !== null) return device.value;
  const vendor = services.fleet.vendorOf(principal, id.account);
  return {
    id: owned.deviceId,
    account: id.account,
    vendor: vendor ?? VENDORS[0],
    vendorDeviceId: id.local,
    name: id.local,
    status: 'UNKNOWN',
    serialNumber: null,
    macAddress: null,
    model: null,
    firmwareVersion: null,
    tags: [],
    lastSeenAt: null,
    observedAt: owned.observedAt ?? new Date(services.clock.now()),
    capabilities: [],
  };
}

function isKeyOnly(selected: ReadonlySet<string>): boolean {
  return [...selected].every((field) => KEY_FIELDS.has(field));
}
