import type { Fleet } from '../accounts/fleet';
import type { Device } from '../domain/device';
import type { GlobalId } from '../domain/ids';
import { failure, type Outcome, success } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import type { Reading } from '../domain/reading';
import type { RemoteAccess } from '../domain/remote-access';
import { requireScope } from './authorize';
import { byAccount } from './device-service';

/** Reading ways into devices. Every method throws FORBIDDEN without `remote_access:read`. */
export class AccessService {
  constructor(private readonly fleet: Fleet) {}

  /** The ways into devices of any accounts. Shape: an outcome for each device, in order. */
  async ofDevices(
    principal: Principal,
    devices: readonly Device[],
    reading: Reading,
  ): Promise<readonly Outcome<readonly RemoteAccess[]>[]> {
    requireScope(principal, 'remote_access:read');
    const ids = devices.map(
      ({ account, vendorDeviceId }) => ({ account, kind: 'device', local: vendorDeviceId }) as const,
    );
    const found = await byAccount<readonly RemoteAccess[]>(this.fleet, principal, ids, (account, locals) =>
      account.remoteAccesses(locals, reading),
    );
    return found.map((outcome) => (outcome.ok ? success(outcome.value ?? []) : outcome));
  }

  /** Ways in by id: each is found among those of the device that its id names. Null: unknown. */
  async byIds(
    principal: Principal,
    ids: readonly GlobalId[],
    reading: Reading,
  ): Promise<readonly Outcome<RemoteAccess | null>[]> {
    requireScope(principal, 'remote_access:read');
    return byAccount<RemoteAccess>(this.fleet, principal, ids, async (account, locals) => {
      const devices = new Map(locals.map((local) => [local, account.deviceOfAccess(local)]));
      const asked = [...new Set(devices.values())].filter((device) => device !== undefined);
      const found = asked.length === 0 ? new Map() : await account.remoteAccesses(asked, reading);
      return new Map([...devices].map(([local, device]) => [local, find(found, device, local)]));
    });
  }
}

function find(
  found: ReadonlyMap<string, Outcome<readonly RemoteAccess[]>>,
  device: string | undefined,
  local: string,
): Outcome<RemoteAccess | null> {
  const outcome = device === undefined ? undefined : found.get(device);
  if (outcome === undefined) return success(null);
  if (!outcome.ok) return failure(outcome.error);
  // Where the access is the device itself, its id may be spelled in another case.
  const same = (access: RemoteAccess): boolean =>
    access.localId === local ||
    (outcome.value.length === 1 && access.vendorDeviceId.toLowerCase() === local.toLowerCase());
  return success(outcome.value.find(same) ?? null);
}
