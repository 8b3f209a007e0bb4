import { groupBy } from '../accounts/batch';
import type { Fleet } from '../accounts/fleet';
import type { DeviceStatusEvent } from '../domain/device-status-event';
import { DrawbridgeError } from '../domain/errors';
import { parseId } from '../domain/ids';
import { settle } from '../domain/outcome';
import type { Principal, Scope } from '../domain/principal';
import type { SessionEvent } from '../domain/session-event';
import type { VpnEvent } from '../domain/vpn-event';
import { requireScope } from './authorize';
import { type DeviceFilter, matcher, mayHold } from './device-filter';
import { EventQueue } from './expiry/event-queue';
import type { SessionFollower } from './expiry/session-follower';
import type { Watches } from './expiry/watches';
import { readIds, readMarks, type SessionFollowRequest } from './follow-inputs';
import { FollowRights, type StayingCaller } from './follow-rights';
import type { Rights } from './rights';
import { type Asker, notFound } from './targets';

/** What following is done with. */
export interface FollowOptions {
  readonly fleet: Fleet;
  readonly watches: Watches;
  readonly rights: Rights;
  /** Told how many follow something, whenever that changes. */
  readonly count: (active: number) => void;
}

/**
 * Following sessions, VPN connections and devices. Each method answers the events of one subscriber; leaving its
 * iteration ends it. Whoever may not see something any more gets an error in place of its next event.
 */
export class FollowService {
  readonly #rights: FollowRights;
  #active = 0;

  constructor(private readonly options: FollowOptions) {
    this.#rights = new FollowRights(options.rights);
  }

  /** A caller as it stands now; one that is not let in any more has no scope. */
  principalNow(principal: Principal): Principal {
    return this.options.rights.now(principal) ?? { ...principal, scopes: new Set(), accounts: new Set() };
  }

  /**
   * Sessions to their end. Throws FORBIDDEN without `remote_access:read`, BAD_USER_INPUT, NOT_FOUND where a session
   * or a device that was named is not known, and STORE_UNAVAILABLE.
   */
  async sessions(request: SessionFollowRequest, asker: Asker): Promise<AsyncIterableIterator<SessionEvent>> {
    const { principal } = asker;
    requireScope(principal, 'remote_access:read');
    const { watches } = this.options;
    const marks = readMarks(request.warnAtSeconds);
    const sessionIds = readIds('sessionIds', request.sessionIds ?? [], 'session');
    const deviceIds = readIds('deviceIds', request.deviceIds ?? [], 'device');
    const everything = isLeftOut(request.sessionIds) && isLeftOut(request.deviceIds);
    this.#requireAccounts('session', sessionIds, principal);
    await this.#requireDevices(deviceIds, asker, (id) => watches.sessions.followers.followsDevice(id));
    const caller = { principal };
    const queue = this.#open<SessionEvent>({
      caller,
      scope: 'remote_access:read',
      accounts: everything ? this.#accountsOf(principal) : accountsOf([...sessionIds, ...deviceIds]),
      merge: (_, newer) => newer,
      closed: () => watches.sessions.remove(follower),
    });
    const follower: SessionFollower = {
      followed: { sessionIds, deviceIds, everything },
      marks,
      queue,
      caller,
      isLive: false,
      unfinished: sessionIds.length,
    };
    await watches.ledger.begin(follower).catch(async (thrown: unknown) => {
      await queue.return();
      throw thrown;
    });
    return queue;
  }

  /**
   * The VPN connections of devices: how each stands, then every change. Throws FORBIDDEN without `vpn:read`,
   * BAD_USER_INPUT, NOT_FOUND, and UNSUPPORTED_BY_VENDOR where none of the devices can have a VPN.
   */
  async vpn(ids: readonly string[], asker: Asker): Promise<AsyncIterableIterator<VpnEvent>> {
    requireScope(asker.principal, 'vpn:read');
    const { watches } = this.options;
    const deviceIds = readIds('deviceIds', ids, 'device');
    await this.#requireDevices(deviceIds, asker, (id) => watches.vpn.follows(id));
    this.#requireVpn(deviceIds, asker);
    const queue = this.#open<VpnEvent>({
      caller: { principal: asker.principal },
      scope: 'vpn:read',
      accounts: accountsOf(deviceIds),
      merge: (_, newer) => newer,
      closed: () => watches.vpn.remove(follower),
    });
    const follower = { deviceIds, queue };
    await this.#lookAtVpn(watches.vpn.add(follower), asker);
    if (deviceIds.length === 0) queue.end();
    return queue;
  }

  /** Changes of the status of devices. Throws FORBIDDEN without `devices:read`. */
  async devices(
    filter: DeviceFilter | null | undefined,
    asker: Asker,
  ): Promise<AsyncIterableIterator<DeviceStatusEvent>> {
    requireScope(asker.principal, 'devices:read');
    const { fleet, watches } = this.options;
    const accounts = fleet.of(asker.principal).filter((account) => mayHold(account, filter ?? {}));
    const keys = accounts.map(({ key }) => key);
    const queue = this.#open<DeviceStatusEvent>({
      caller: { principal: asker.principal },
      scope: 'devices:read',
      accounts: keys,
      merge: joined,
      closed: () => watches.devices.remove(follower),
    });
    const follower = { accounts: keys, wants: matcher(filter ?? {}), queue };
    // From what is compared; whoever comes later finds it there.
    const added = new Set(watches.devices.add(follower));
    const walked = accounts.filter(({ key }) => added.has(key));
    await Promise.all(walked.map((account) => settle(account.walk(asker.reading))));
    return queue;
  }

  /** What is in an account that does not exist for the caller does not exist. */
  #requireAccounts(what: string, ids: readonly string[], principal: Principal): void {
    for (const id of ids) {
      if (this.options.fleet.find(principal, parseId(id).account) === undefined)
        throw notFound(`${what} ${id}`);
    }
  }

  /**
   * Throws NOT_FOUND where a device is not known. One that somebody follows already is, and one whose vendor cannot be
   * asked just now may well be.
   */
  async #requireDevices(
    ids: readonly string[],
    { principal, reading }: Asker,
    isFollowed: (id: string) => boolean,
  ): Promise<void> {
    this.#requireAccounts('device', ids, principal);
    const asked = ids.filter((id) => !isFollowed(id));
    await Promise.all(
      [...groupBy(asked, (id) => parseId(id).account)].map(async ([key, own]) => {
        const locals = own.map((id) => parseId(id).local);
        const found = await this.options.fleet.find(principal, key)?.devicesById(locals, reading);
        for (const id of own) {
          const outcome = found?.get(parseId(id).local);
          if (outcome?.ok === true && outcome.value === null) throw notFound(`device ${id}`);
        }
      }),
    );
  }

  #requireVpn(deviceIds: readonly string[], { principal }: Asker): void {
    const accounts = deviceIds.map((id) => this.options.fleet.find(principal, parseId(id).account));
    if (accounts.length === 0 || accounts.some((account) => account?.hasVpn === true)) return;
    throw new DrawbridgeError('UNSUPPORTED_BY_VENDOR', 'The vendor of these devices has no VPN.');
  }

  /** What is told is told to the watch, whoever asked. A vendor that cannot be asked tells nothing. */
  async #lookAtVpn(deviceIds: readonly string[], { principal, reading }: Asker): Promise<void> {
    await Promise.all(
      [...groupBy(deviceIds, (id) => parseId(id).account)].map(async ([key, own]) => {
        const locals = own.map((id) => parseId(id).local);
        const account = this.options.fleet.find(principal, key);
        const outcome = await settle(Promise.resolve(account?.vpnStatus(locals, reading)));
        if (!outcome.ok || outcome.value === undefined) return;
        const states = [...outcome.value].flatMap(([local, state]) =>
          state.ok ? [[local, state.value] as const] : [],
        );
        this.options.watches.vpn.seen(key, new Map(states));
      }),
    );
  }

  /** The queue of one subscriber, who is counted, and held to its rights, until it leaves. */
  #open<E>({ caller, scope, accounts, merge, closed }: Subscribing<E>): EventQueue<E> {
    const queue = new EventQueue<E>({
      merge,
      closed: () => {
        closed();
        this.#rights.delete(followed);
        this.#active -= 1;
        this.options.count(this.#active);
      },
    });
    const followed = { caller, scope, accounts, fail: (error: DrawbridgeError) => queue.fail(error) };
    this.#rights.add(followed);
    this.#active += 1;
    this.options.count(this.#active);
    return queue;
  }

  #accountsOf(principal: Principal): readonly string[] {
    return this.options.fleet.of(principal).map(({ key }) => key);
  }
}

/** Somebody who begins to follow something. */
interface Subscribing<E> {
  readonly caller: StayingCaller;
  readonly scope: Scope;
  readonly accounts: readonly string[];
  readonly merge: (waiting: E, newer: E) => E | undefined;
  readonly closed: () => void;
}

/** The accounts that ids name, each once. */
function accountsOf(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.map((id) => parseId(id).account))];
}

function isLeftOut(list: readonly string[] | null | undefined): boolean {
  return list === null || list === undefined;
}

/** Two changes that were not told yet are one, or none. */
function joined(waiting: DeviceStatusEvent, newer: DeviceStatusEvent): DeviceStatusEvent | undefined {
  return waiting.previous === newer.status ? undefined : { ...newer, previous: waiting.previous };
}
