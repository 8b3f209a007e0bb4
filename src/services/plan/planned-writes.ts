import type { Account } from '../../accounts/account';
import type { Fleet } from '../../accounts/fleet';
import type { Device } from '../../domain/device';
import { formatId, parseId } from '../../domain/ids';
import { unwrap } from '../../domain/outcome';
import type { RemoteAccess } from '../../domain/remote-access';
import { isFinal, type LinkRecord, type Session, statusAt } from '../../domain/session';
import type { Clock } from '../../domain/time';
import type { AccessWriteService } from '../access-write-service';
import { requireScope } from '../authorize';
import type { LinkAnswer, LinkService } from '../link-service';
import {
  type Asker,
  type DeviceTarget,
  findAccess,
  findDevice,
  fitting,
  notFound,
  requireCapability,
} from '../targets';
import type { VpnAnswer, VpnWriteService } from '../vpn-write-service';
import { imaginedSession } from './imagined-session';

/** With what actions are planned. */
export interface PlannedWritesOptions {
  /** Imagined accounts. */
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** Shape: id to link of this graph; a missing id is not known. */
  readonly links: (ids: readonly string[]) => Promise<ReadonlyMap<string, LinkRecord>>;
  /** True: the most that an action may cost; false: the least. */
  readonly isEager: boolean;
}

/** The actions of the graph, none of which does anything: they read what they would read, and note what they would cost. */
export interface PlannedWrites {
  readonly links: Pick<LinkService, 'createLink' | 'openAccess' | 'close'>;
  readonly accessWrites: Pick<AccessWriteService, 'create' | 'update' | 'remove'>;
  readonly vpnWrites: Pick<VpnWriteService, 'connect' | 'disconnect'>;
}

/** Makes them. They throw as the real ones do where a scope is missing, or a thing does not exist. */
export function planWrites(options: PlannedWritesOptions): PlannedWrites {
  return {
    links: planLinks(options),
    accessWrites: planAccessWrites(options),
    vpnWrites: {
      connect: (deviceId, asker) => switchVpn(options, 'connectVpn', deviceId, asker),
      disconnect: (deviceId, asker) => switchVpn(options, 'disconnectVpn', deviceId, asker),
    },
  };
}

function planLinks(options: PlannedWritesOptions): PlannedWrites['links'] {
  const { fleet, isEager, clock } = options;
  const opened = ({ account, device }: DeviceTarget, access: RemoteAccess | undefined): LinkAnswer => ({
    session: sessionOf(account, device.id, { access: access?.id ?? null, now: clock.now() }),
    replayed: false,
  });
  return {
    createLink: async (input, asker) => {
      requireScope(asker.principal, 'links:use');
      // The same key may have made the link before.
      if (!isEager && hasKey(input)) return nothingOpened(fleet, input.remoteAccessId, asker, clock);
      const target = await findAccess(fleet, input.remoteAccessId, asker);
      requireCapability(target, 'CREATE_LINK');
      target.account.writes.imagine('openLink', isEager, asker.reading);
      return opened(target, target.access);
    },
    openAccess: async (input, asker) => {
      requireScope(asker.principal, 'links:use');
      if (!isEager && hasKey(input)) return nothingOpened(fleet, input.deviceId, asker, clock);
      const target = await findDevice(fleet, input.deviceId, asker);
      requireCapability(target, 'CREATE_LINK');
      const { account, device } = target;
      const listed = (await account.remoteAccesses([device.vendorDeviceId], asker.reading)).get(
        device.vendorDeviceId,
      );
      const access = fitting(listed === undefined ? [] : unwrap(listed), input);
      if (access === undefined) {
        requireCapability(target, 'CREATE_REMOTE_ACCESS');
        requireScope(asker.principal, 'remote_access:write');
        account.writes.imagine('createAccess', isEager, asker.reading);
      }
      account.writes.imagine('openLink', isEager, asker.reading);
      return opened(target, access);
    },
    close: (id, asker) => planClose(options, id, asker),
  };
}

async function planClose(
  { fleet, clock, links, isEager }: PlannedWritesOptions,
  id: string,
  { principal, reading }: Asker,
): Promise<Session> {
  requireScope(principal, 'links:use');
  const account = accountOf(fleet, parseId(id, 'session').account, principal);
  const link = (await links([id])).get(id);
  const isOver = link !== undefined && isFinal(statusAt(link, clock.now())) && !link.endOwed;
  // One that the ledger does not hold may be over, and a connection that others use stays.
  const isEnded = isEager || (link !== undefined && account.writes.linksEndOnTime);
  if (!isOver && isEnded) account.writes.imagine('closeLink', isEager, reading);
  const deviceId = link?.deviceId ?? formatId(account.key, 'device', 'imagined-0');
  return link ?? sessionOf(account, deviceId, { access: null, now: clock.now() });
}

function planAccessWrites({ fleet, isEager }: PlannedWritesOptions): PlannedWrites['accessWrites'] {
  return {
    create: async (input, asker) => {
      requireScope(asker.principal, 'remote_access:write');
      const target = await findDevice(fleet, input.deviceId, asker);
      requireCapability(target, 'CREATE_REMOTE_ACCESS');
      target.account.writes.imagine('createAccess', isEager, asker.reading);
      return madeAccess(target.account, target.device);
    },
    update: async (input, asker) => {
      requireScope(asker.principal, 'remote_access:write');
      const target = await findAccess(fleet, input.remoteAccessId, asker);
      requireCapability(target, 'UPDATE_REMOTE_ACCESS');
      target.account.writes.imagine('updateAccess', isEager, asker.reading);
      return target.access;
    },
    remove: async (id, asker) => {
      requireScope(asker.principal, 'remote_access:write');
      const target = await findAccess(fleet, id, asker);
      requireCapability(target, 'DELETE_REMOTE_ACCESS');
      target.account.writes.imagine('removeAccess', isEager, asker.reading);
      // Links through it are looked at once where some are known.
      if (isEager) await target.account.sessions(new Map([[target.access.localId, true]]), asker.reading);
      return target.access.id;
    },
  };
}

async function switchVpn(
  { fleet, isEager, clock }: PlannedWritesOptions,
  action: 'connectVpn' | 'disconnectVpn',
  deviceId: string,
  asker: Asker,
): Promise<VpnAnswer> {
  requireScope(asker.principal, 'vpn:write');
  const target = await findDevice(fleet, deviceId, asker);
  requireCapability(target, 'VPN_CONTROL');
  target.account.writes.imagine(action, isEager, asker.reading);
  return {
    device: target.device,
    vpnStatus: { connected: action === 'connectVpn', ipAddress: null, checkedAt: new Date(clock.now()) },
  };
}

function hasKey({ idempotencyKey }: { readonly idempotencyKey?: string | null }): boolean {
  return idempotencyKey !== null && idempotencyKey !== undefined;
}

/** A link that an earlier call made: it costs nothing. */
function nothingOpened(fleet: Fleet, id: string, { principal }: Asker, clock: Clock): LinkAnswer {
  const { account: key } = parseId(id);
  const account = accountOf(fleet, key, principal);
  const session = sessionOf(account, formatId(key, 'device', 'imagined-0'), {
    access: null,
    now: clock.now(),
  });
  return { session, replayed: true };
}

function accountOf(fleet: Fleet, key: string, principal: Asker['principal']): Account {
  const account = fleet.find(principal, key);
  if (account === undefined) throw notFound('account');
  return account;
}

function madeAccess(account: Account, device: Device): RemoteAccess {
  const localId = `${device.vendorDeviceId}#imagined`;
  return {
    id: formatId(account.key, 'access', localId),
    account: account.key,
    deviceId: device.id,
    localId,
    vendorDeviceId: device.vendorDeviceId,
    name: '',
    protocol: 'OTHER',
    host: null,
    port: null,
  };
}

function sessionOf(
  account: Account,
  deviceId: string,
  { access, now }: { readonly access: string | null; readonly now: number },
): Session {
  return imaginedSession({
    id: formatId(account.key, 'session', 'imagined'),
    account: account.key,
    vendor: account.vendor,
    deviceId,
    remoteAccessId: access,
    observedAt: new Date(now),
  });
}
