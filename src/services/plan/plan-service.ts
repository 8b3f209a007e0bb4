import type { Account } from '../../accounts/account';
import type { Fleet } from '../../accounts/fleet';
import { badInput } from '../../domain/errors';
import type { Principal } from '../../domain/principal';
import type { CallRecord } from '../../domain/reading';
import type { Clock } from '../../domain/time';
import { AccessService } from '../access-service';
import { AuditLog } from '../audit-log';
import type { Cursors } from '../cursor';
import { DeviceService } from '../device-service';
import { POLLS_AHEAD_HOURS } from '../expiry/poll-budget';
import { FleetService } from '../fleet-service';
import type { FollowService } from '../follow-service';
import { SessionList } from '../session-list';
import { SessionService } from '../session-service';
import { VpnService } from '../vpn-service';
import type { PlanLedger } from './ledger';
import {
  atOnce,
  boundsOf,
  type OperationPlan,
  type PlannedAccount,
  sumOf,
  type Tally,
  together,
  totalsOf,
  withoutEnd,
} from './operation-plan';
import { type PlannedWrites, planWrites } from './planned-writes';
import { sizeIn, type World, worldsOf } from './worlds';

/** The use cases of the graph over accounts that are only imagined. */
export interface ImaginedServices extends PlannedWrites {
  readonly devices: DeviceService;
  readonly accesses: AccessService;
  readonly sessions: SessionService;
  readonly sessionList: SessionList;
  readonly vpn: VpnService;
  readonly fleet: FleetService;
  readonly auditLog: AuditLog;
  readonly follow: Pick<FollowService, 'principalNow' | 'sessions' | 'vpn' | 'devices'>;
  readonly clock: Clock;
}

/** The operation that is to be planned. */
export interface PlannedOperation<T> {
  readonly type: OperationPlan['operation'];
  readonly principal: Principal;
  /** Every text that it holds, in its document or variables. */
  readonly texts: readonly string[];
  /** The whole operation first, and then what of it runs at once, part by part. */
  readonly parts: readonly T[];
  /** Carries a part out with these services, and answers the vendor calls that it noted. */
  readonly run: (services: ImaginedServices, part: T) => Promise<readonly CallRecord[]>;
}

/** With what plans are made. */
export interface PlanOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly ledgerIn: (world: World) => PlanLedger;
  /** How many devices an account has, where that is known and was never told. Default: of none. */
  readonly sizes?: ReadonlyMap<string, number>;
}

/**
 * Tells which vendor calls an operation would make. It is carried out as it would be, by the same code, with vendors
 * that are imagined: from what was last told, and once for each way that things may be of which nothing was told.
 */
export class PlanService {
  constructor(private readonly options: PlanOptions) {}

  async plan<T>(operation: PlannedOperation<T>): Promise<OperationPlan> {
    const accounts = this.options.fleet.of(operation.principal);
    const { type } = operation;
    if (type === 'subscription') {
      // What its events ask for depends on what happens; looking for what happens has a pace.
      return { operation: type, least: 0, most: null, accounts: [], perHour: accounts.map(pollingOf) };
    }
    const worlds = worldsOf(accounts, operation.texts);
    const tallies: Tally[][] = [];
    // One after the other: an operation over a large fleet is work, and others wait for this process.
    for (const part of operation.parts) {
      const own: Tally[] = [];
      for (const world of worlds) own.push(await this.#tally(world, operation, part));
      tallies.push(own);
    }
    const planned = accounts.flatMap((account) => plannedFor(account, tallies));
    return { operation: type, ...sumOf(planned), accounts: planned };
  }

  async #tally<T>(world: World, operation: PlannedOperation<T>, part: T): Promise<Tally> {
    const unlimited = new Map<string, Set<string>>();
    const fleet = this.options.fleet.imagine({
      ...world,
      sizeOf: (account) => this.options.sizes?.get(account) ?? sizeIn(world, account),
      unlimited: (account, route) => {
        unlimited.set(account, (unlimited.get(account) ?? new Set()).add(route));
      },
    });
    return withoutEnd({ calls: await operation.run(this.#servicesOver(fleet, world), part), unlimited });
  }

  #servicesOver(fleet: Fleet, world: World): ImaginedServices {
    const { clock, cursors, ledgerIn } = this.options;
    const { sessions: store, audit, links } = ledgerIn(world);
    return {
      devices: new DeviceService(fleet, cursors),
      accesses: new AccessService(fleet),
      sessions: new SessionService({ fleet, store, clock, entriesOf: () => [], warn: () => {} }),
      sessionList: new SessionList(fleet, store, clock, cursors),
      vpn: new VpnService(fleet),
      fleet: new FleetService(fleet, store, clock),
      ...planWrites({ fleet, clock, links, isEager: world.isEager }),
      auditLog: new AuditLog(fleet, audit, cursors),
      follow: NOTHING_FOLLOWED,
      clock,
    };
  }
}

/** Nobody follows anything in a plan. */
const NOTHING_FOLLOWED: ImaginedServices['follow'] = {
  principalNow: (principal) => principal,
  sessions: () => Promise.reject(badInput('A plan follows nothing.')),
  vpn: () => Promise.reject(badInput('A plan follows nothing.')),
  devices: () => Promise.reject(badInput('A plan follows nothing.')),
};

/** What is asked of one account: by the whole, and at most by its parts one by one; nothing where it is not asked. */
function plannedFor(
  account: Account,
  [whole = [], ...parts]: readonly (readonly Tally[])[],
): PlannedAccount[] {
  const { key, vendor } = account;
  const calls = together(
    boundsOf(whole, key),
    parts.map((part) => boundsOf(part, key)),
  );
  if (calls.length === 0) return [];
  const total = atOnce(
    totalsOf(key, whole),
    parts.map((part) => totalsOf(key, part)),
  );
  return [{ account: key, vendor, ...total, calls, quota: costOf(account, total) }];
}

function costOf(
  account: Account,
  { least, most }: { least: number; most: number | null },
): PlannedAccount['quota'] {
  const quota = account.quota();
  if (quota === null) return null;
  return { least, most, limit: quota.limit, remaining: quota.remaining };
}

/** Polling never costs more than its share of the allowance, and what it may spend ahead, however many follow. */
function pollingOf(account: Account): { account: string; least: number; most: number | null } {
  const perHour = account.pollCallsPerHour();
  const most = perHour === null ? null : Math.ceil(perHour * (1 + POLLS_AHEAD_HOURS));
  return { account: account.key, least: 0, most };
}
