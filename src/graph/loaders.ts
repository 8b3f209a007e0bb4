import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { Device } from '../domain/device';
import { formatId, type GlobalId } from '../domain/ids';
import type { Outcome } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import type { Reading } from '../domain/reading';
import type { RemoteAccess } from '../domain/remote-access';
import type { Session } from '../domain/session';
import type { VpnStatus } from '../domain/vpn';
import type { SessionsWanted } from '../services/session-service';
import type { Services } from './context';
import { wantsOverSessions } from './selection';

/** The batched reads of one operation. Each account has loaders of its own: none waits for another vendor. */
export interface Loaders {
  /** Null: unknown. */
  device(id: GlobalId): Promise<Device | null>;
  remoteAccess(id: GlobalId): Promise<RemoteAccess | null>;
  session(id: GlobalId): Promise<Session | null>;
  remoteAccessesOf(device: Device): Promise<readonly RemoteAccess[]>;
  sessionsOfDevice(
    device: Device,
    active: boolean | null,
    info: GraphQLResolveInfo,
  ): Promise<readonly Session[]>;
  sessionsOfAccess(
    access: RemoteAccess,
    active: boolean | null,
    info: GraphQLResolveInfo,
  ): Promise<readonly Session[]>;
  vpnStatusOf(device: Device): Promise<VpnStatus | null>;
}

/** Makes the loaders of one operation; it keeps what it read, so they must not outlive it. */
export function createLoaders(services: Services, principal: Principal, reading: Reading): Loaders {
  const byId = (id: GlobalId): string => formatId(id.account, id.kind, id.local);
  const bySelf = (device: Device): string => device.id;
  const byWish = <T extends { readonly id: string }>({ of, activeOnly }: SessionsWanted<T>): string =>
    `${activeOnly} ${of.id}`;
  // Looked up once: it is the same for every session field of the operation.
  let listAll: boolean | undefined;
  const wish = <T>(of: T, active: boolean | null, info: GraphQLResolveInfo): SessionsWanted<T> => {
    listAll ??= wantsOverSessions(info);
    return { of, activeOnly: active === true, listAll };
  };
  const sessionsOfDevice = perAccount<SessionsWanted<Device>, readonly Session[]>(
    ({ of }) => of.account,
    byWish,
    (wanted) => services.sessions.ofDevices(principal, wanted, reading),
  );
  const sessionsOfAccess = perAccount<SessionsWanted<RemoteAccess>, readonly Session[]>(
    ({ of }) => of.account,
    byWish,
    (wanted) => services.sessions.ofAccesses(principal, wanted, reading),
  );
  return {
    device: perAccount(
      (id) => id.account,
      byId,
      (ids) => services.devices.byIds(principal, ids, reading),
    ),
    remoteAccess: perAccount(
      (id) => id.account,
      byId,
      (ids) => services.accesses.byIds(principal, ids, reading),
    ),
    session: perAccount(
      () => '',
      byId,
      (ids) => services.sessions.byIds(principal, ids),
    ),
    remoteAccessesOf: perAccount(
      (device) => device.account,
      bySelf,
      (devices) => services.accesses.ofDevices(principal, devices, reading),
    ),
    sessionsOfDevice: (device, active, info) => sessionsOfDevice(wish(device, active, info)),
    sessionsOfAccess: (access, active, info) => sessionsOfAccess(wish(access, active, info)),
    vpnStatusOf: perAccount(
      (device) => device.account,
      bySelf,
      (devices) => services.vpn.ofDevices(principal, devices, reading),
    ),
  };
}

function perAccount<K, V>(
  accountOf: (key: K) => string,
  cacheKeyFn: (key: K) => string,
  load: (keys: readonly K[]) => Promise<readonly Outcome<V>[]>,
): (key: K) => Promise<V> {
  const loaders = new Map<string, DataLoader<K, V, string>>();
  return (key) => {
    const account = accountOf(key);
    const loader =
      loaders.get(account) ??
      new DataLoader<K, V, string>(
        async (keys) => (await load(keys)).map((outcome) => (outcome.ok ? outcome.value : outcome.error)),
        { cacheKeyFn },
      );
    loaders.set(account, loader);
    return loader.load(key);
  };
}
