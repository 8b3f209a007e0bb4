import type { Account } from '../accounts/account';
import { groupBy } from '../accounts/batch';
import type { Fleet } from '../accounts/fleet';
import { DEVICE_STATUSES, type Device } from '../domain/device';
import { badInput } from '../domain/errors';
import { settle, success, unwrap } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import type { Reading } from '../domain/reading';
import type { Clock } from '../domain/time';
import { VENDORS, type Vendor } from '../domain/vendor';
import type { SessionQuery, SessionStore } from '../stores/ports';
import { type AccountProblem, askOrRemember, toProblem } from './account-problem';
import { requireScope } from './authorize';
import { type DeviceFilter, looksAtDevices, matcher, mayHold } from './device-filter';

/** How many devices have one value in common. */
export interface FleetCount {
  readonly value: string;
  /** Of the accounts that could be read. */
  readonly count: number;
}

/** Which parts of the summary are selected: only they are asked for. */
export type FleetPart = 'total' | 'devices' | 'vpn';

/** The fleet at a glance. */
export interface FleetSummary {
  readonly totalDevices: number;
  readonly byVendor: readonly FleetCount[];
  readonly byStatus: readonly FleetCount[];
  byModel(first: number): readonly FleetCount[];
  activeSessions(): Promise<number>;
  sessionsExpiringWithin(seconds: number): Promise<number>;
  /** Throws FORBIDDEN without `vpn:read`: it costs its own field only. */
  readonly vpnConnected: number | null;
  readonly problems: readonly AccountProblem[];
}

/** One account's part of the summary. */
interface Part {
  readonly account: Account;
  /** Null where the account could not be read. */
  readonly total: number | null;
  readonly devices: readonly Device[];
}

/** Counting the fleet. Throws FORBIDDEN without `devices:read`. */
export class FleetService {
  constructor(
    private readonly fleet: Fleet,
    private readonly store: SessionStore,
    private readonly clock: Clock,
  ) {}

  /** The accounts that the caller sees. */
  accounts(principal: Principal): readonly Account[] {
    requireScope(principal, 'devices:read');
    return this.fleet.of(principal);
  }

  /** Whose account a key names; undefined where the caller sees no such account. */
  vendorOf(principal: Principal, account: string): Vendor | undefined {
    return this.fleet.find(principal, account)?.vendor;
  }

  /** The summary of the devices that a filter wants. */
  async summary(
    principal: Principal,
    filter: DeviceFilter,
    selected: ReadonlySet<FleetPart>,
    reading: Reading,
  ): Promise<FleetSummary> {
    requireScope(principal, 'devices:read');
    const accounts = this.fleet.of(principal).filter((account) => mayHold(account, filter));
    const problems: AccountProblem[] = [];
    const parts = await Promise.all(
      accounts.map((account) => this.#part(account, filter, needs(selected, filter), reading, problems)),
    );
    const devices = parts.flatMap((part) => part.devices);
    const vpn = selected.has('vpn')
      ? await settle(this.#countVpn(principal, parts, reading, problems))
      : success(null);
    const sessions = (): SessionQuery => ({
      nowMs: this.clock.now(),
      statuses: ['ACTIVE'],
      accounts: accounts.map(({ key }) => key),
      ...(looksAtDevices(filter) ? { deviceIds: devices.map(({ id }) => id) } : {}),
    });
    return {
      totalDevices: parts.reduce((sum, part) => sum + (part.total ?? 0), 0),
      byVendor: VENDORS.flatMap((vendor) => countVendor(vendor, parts)),
      byStatus: DEVICE_STATUSES.flatMap((status) => {
        const count = devices.filter((device) => device.status === status).length;
        return count === 0 ? [] : [{ value: status, count }];
      }),
      byModel: (first) => countModels(devices, first),
      activeSessions: async () => this.store.count(sessions()),
      sessionsExpiringWithin: async (seconds) => {
        if (seconds < 0) throw badInput(`seconds is ${seconds}: it is 0 or more.`);
        return this.store.count({ ...sessions(), expiresBeforeMs: this.clock.now() + seconds * 1000 });
      },
      get vpnConnected() {
        return unwrap(vpn);
      },
      problems,
    };
  }

  async #part(
    account: Account,
    filter: DeviceFilter,
    need: 'nothing' | 'total' | 'devices',
    reading: Reading,
    problems: AccountProblem[],
  ): Promise<Part> {
    if (need === 'nothing') return { account, total: null, devices: [] };
    const total = need === 'total' ? await settle(account.total(undefined, reading)) : undefined;
    if (total?.ok === true && total.value !== null) return { account, total: total.value, devices: [] };
    const walk = await askOrRemember({
      account,
      reading,
      // Where it could not even be counted, a walk would be one failure more.
      ask: () => (total?.ok === false ? Promise.reject(total.error) : account.walk(reading)),
      remember: () => account.lastKnown.walk(reading),
      devicesIn: (devices) => devices,
    });
    problems.push(...walk.problems);
    if (walk.value === undefined) return { account, total: null, devices: [] };
    const devices = walk.value.filter(matcher(filter));
    return { account, total: devices.length, devices };
  }

  /** Null where no account of the summary has a VPN. */
  async #countVpn(
    principal: Principal,
    parts: readonly Part[],
    reading: Reading,
    problems: AccountProblem[],
  ): Promise<number | null> {
    requireScope(principal, 'vpn:read');
    const own = parts.filter(({ account }) => account.hasVpn);
    if (own.length === 0) return null;
    const counts = await Promise.all(
      own.map(async ({ account, devices }) => {
        if (devices.length === 0) return 0;
        const states = await account.vpnStatus(
          devices.map(({ vendorDeviceId }) => vendorDeviceId),
          reading,
        );
        const failed = [...states.values()].find((state) => !state.ok);
        const isNamed = problems.some((problem) => problem.account === account.key);
        if (failed?.ok === false && !isNamed) problems.push(toProblem(account, failed.error));
        return [...states.values()].filter((state) => state.ok && state.value?.connected === true).length;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

/** A count alone is told by a vendor without a walk; everything else needs the devices. */
function needs(selected: ReadonlySet<FleetPart>, filter: DeviceFilter): 'nothing' | 'total' | 'devices' {
  if (selected.has('devices') || selected.has('vpn') || looksAtDevices(filter)) return 'devices';
  return selected.has('total') ? 'total' : 'nothing';
}

function countVendor(vendor: Vendor, parts: readonly Part[]): FleetCount[] {
  const own = parts.filter(({ account }) => account.vendor === vendor);
  if (own.length === 0) return [];
  const count = own.reduce((sum, { total }) => sum + (total ?? 0), 0);
  return [{ value: vendor, count }];
}

function countModels(devices: readonly Device[], first: number): readonly FleetCount[] {
  if (first < 1) throw badInput(`first is ${first}: it is 1 or more.`);
  return [...groupBy(devices, ({ model }) => model ?? 'unknown')]
    .map(([value, own]) => ({ value, count: own.length }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, first);
}
