import type { Account } from '../accounts/account';
import type { Fleet } from '../accounts/fleet';
import type { Capability } from '../domain/capability';
import type { Device } from '../domain/device';
import { DrawbridgeError } from '../domain/errors';
import { parseId } from '../domain/ids';
import { unwrap } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import type { Reading } from '../domain/reading';
import type { RemoteAccess } from '../domain/remote-access';
import type { OpenAccessRequest } from './link-inputs';

/** A device that something is to be done with. */
export interface DeviceTarget {
  readonly account: Account;
  readonly device: Device;
}

/** A way in that something is to be done with. */
export interface AccessTarget extends DeviceTarget {
  readonly access: RemoteAccess;
}

/** Who asks, and how the vendor is read for it. */
export interface Asker {
  readonly principal: Principal;
  readonly reading: Reading;
}

/** The device of an id. Throws BAD_USER_INPUT, and NOT_FOUND also where its account does not exist for the caller. */
export async function findDevice(
  fleet: Fleet,
  id: string,
  { principal, reading }: Asker,
): Promise<DeviceTarget> {
  const { account: key, local } = parseId(id, 'device');
  const account = fleet.find(principal, key);
  const outcome = (await account?.devicesById([local], reading))?.get(local);
  const device = outcome === undefined ? null : unwrap(outcome);
  if (account === undefined || device === null) throw notFound('device');
  return { account, device };
}

/** The way in of an id, with its device. Throws as {@link findDevice} does. */
export async function findAccess(fleet: Fleet, id: string, asker: Asker): Promise<AccessTarget> {
  const { account: key, local } = parseId(id, 'access');
  const account = fleet.find(asker.principal, key);
  const deviceLocal = account?.deviceOfAccess(local);
  if (account === undefined || deviceLocal === undefined) throw notFound('remote access');
  const [accesses, devices] = await Promise.all([
    account.remoteAccesses([deviceLocal], asker.reading),
    account.devicesById([deviceLocal], asker.reading),
  ]);
  const listed = accesses.get(deviceLocal);
  const found = devices.get(deviceLocal);
  const all = listed === undefined ? [] : unwrap(listed);
  const device = found === undefined ? null : unwrap(found);
  const access = all.find(({ localId }) => localId === local);
  if (access === undefined || device === null) throw notFound('remote access');
  return { account, access, device };
}

/** Throws UNSUPPORTED_BY_VENDOR where the device's vendor has no such thing: an impossible call never reaches it. */
export function requireCapability({ account, device }: DeviceTarget, capability: Capability): void {
  if (device.capabilities.includes(capability)) return;
  throw new DrawbridgeError('UNSUPPORTED_BY_VENDOR', `The vendor of this device offers no ${capability}.`, {
    source: { vendor: account.vendor, account: account.key },
  });
}

/** The way in through which a service can be reached: one that says so, or the VPN, through which all can. */
export function fitting(
  accesses: readonly RemoteAccess[],
  wanted: OpenAccessRequest,
): RemoteAccess | undefined {
  const { protocol, host, port } = wanted;
  return (
    accesses.find(
      (access) =>
        access.protocol === protocol &&
        (host === null || host === undefined || access.host === null || access.host === host) &&
        (port === null || port === undefined || access.port === null || access.port === port),
    ) ?? accesses.find((access) => access.protocol === 'VPN')
  );
}

/** What does not exist, or not for this caller. */
export function notFound(what: string): DrawbridgeError {
  return new DrawbridgeError('NOT_FOUND', `There is no such ${what}.`);
}
