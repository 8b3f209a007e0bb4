import type { Account } from '../accounts/account';
import type { Fleet } from '../accounts/fleet';
import type { Device } from '../domain/device';
import type { GlobalId } from '../domain/ids';
import { type Outcome, success } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import type { Reading } from '../domain/reading';
import { requireScope } from './authorize';
import type { Cursors } from './cursor';
import type { DeviceFilter, DeviceOrder } from './device-filter';
import { type DeviceListing, listInOrder, listInVendorOrder } from './device-listing';
import { checkFirst } from './page-size';

/** Which page of devices is wanted. */
export interface DeviceListRequest {
  readonly first: number;
  readonly after?: string | null;
  readonly filter?: DeviceFilter | null;
  readonly orderBy?: DeviceOrder | null;
}

/** Reading devices, of all accounts that the caller sees. Every method throws FORBIDDEN without `devices:read`. */
export class DeviceService {
  constructor(
    private readonly fleet: Fleet,
    private readonly cursors: Cursors,
  ) {}

  /** One page. Throws BAD_USER_INPUT; a vendor that cannot be read is named in the page's problems. */
  async list(principal: Principal, request: DeviceListRequest, reading: Reading): Promise<DeviceListing> {
    requireScope(principal, 'devices:read');
    const query = {
      accounts: this.fleet.of(principal),
      first: checkFirst(request.first),
      after: request.after ?? undefined,
      filter: request.filter ?? {},
      reading,
      cursors: this.cursors,
    };
    const { orderBy } = request;
    return orderBy === null || orderBy === undefined
      ? listInVendorOrder(query)
      : listInOrder({ ...query, order: orderBy });
  }

  /** Devices by id, with the fewest calls per account. Shape: an outcome for each id, in order; null: unknown. */
  async byIds(
    principal: Principal,
    ids: readonly GlobalId[],
    reading: Reading,
  ): Promise<readonly Outcome<Device | null>[]> {
    requireScope(principal, 'devices:read');
    return byAccount(this.fleet, principal, ids, (account, locals) => account.devicesById(locals, reading));
  }

  /** A device that is fresh in memory, without asking anybody. */
  peek(principal: Principal, id: GlobalId, reading: Reading): Device | undefined {
    return this.fleet.find(principal, id.account)?.peekDevice(id.local, reading);
  }
}

/** Asks each account once for its part of some ids, and puts the outcomes back into the ids' order. */
export async function byAccount<T>(
  fleet: Fleet,
  principal: Principal,
  ids: readonly GlobalId[],
  ask: (account: Account, locals: readonly string[]) => Promise<ReadonlyMap<string, Outcome<T | null>>>,
): Promise<readonly Outcome<T | null>[]> {
  const locals = new Map<string, Set<string>>();
  for (const { account, local } of ids) locals.set(account, (locals.get(account) ?? new Set()).add(local));
  const answers = new Map(
    await Promise.all(
      [...locals].map(async ([key, wanted]): Promise<[string, ReadonlyMap<string, Outcome<T | null>>]> => {
        const account = fleet.find(principal, key);
        return [key, account === undefined ? new Map() : await ask(account, [...wanted])];
      }),
    ),
  );
  return ids.map(({ account, local }) => answers.get(account)?.get(local) ?? success(null));
}
