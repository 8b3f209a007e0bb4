import type { CallRecord } from '../../domain/reading';
import type { Vendor } from '../../domain/vendor';

/** How many: at least and at most; null: nothing limits it. */
export interface Bounds {
  readonly least: number;
  readonly most: number | null;
}

/** Calls of one route of a vendor's catalogue. */
export interface PlannedRoute extends Bounds {
  readonly method: string;
  readonly route: string;
}

/** What an operation would ask of one account. */
export interface PlannedAccount extends Bounds {
  readonly account: string;
  readonly vendor: Vendor;
  readonly calls: readonly PlannedRoute[];
  /** Null where no allowance of calls is known. */
  readonly quota: QuotaCost | null;
}

/** What an operation would take from an allowance: each call counts as one. */
export interface QuotaCost extends Bounds {
  readonly limit: number;
  readonly remaining: number;
}

/** The vendor calls that an operation would make, without logins, as long as nothing fails. */
export interface OperationPlan extends Bounds {
  readonly operation: 'query' | 'mutation' | 'subscription';
  /** By account key; accounts that would not be asked are left out. */
  readonly accounts: readonly PlannedAccount[];
  /** What polling for a subscription may cost in an hour, by account; left out for other operations. */
  readonly perHour?: readonly (Bounds & { readonly account: string })[];
}

/** The calls that one run through the operation made, and what it found to have no bound. */
export interface Tally {
  readonly calls: readonly CallRecord[];
  /** Shape: account to routes, each as `METHOD path`. */
  readonly unlimited: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Calls of one route that come of an account without end, and of nothing that an operation limits. */
const TOO_MANY = 100;

/** The tally where what follows from a list without end has no end either. */
export function withoutEnd(tally: Tally): Tally {
  const unlimited = new Map(tally.unlimited);
  for (const [account, counts] of countRoutes(tally)) {
    const own = tally.unlimited.get(account);
    if (own === undefined) continue;
    const many = [...counts].flatMap(([route, count]) => (count < TOO_MANY ? [] : [route]));
    unlimited.set(account, new Set([...own, ...many]));
  }
  return { calls: tally.calls, unlimited };
}

/** The least and the most over all runs, for each route of an account. */
export function boundsOf(tallies: readonly Tally[], account: string): readonly PlannedRoute[] {
  const counted = tallies.map((tally) => countRoutes(tally).get(account) ?? new Map<string, number>());
  const routes = new Set(counted.flatMap((counts) => [...counts.keys()]));
  return [...routes].sort().map((name) => {
    const counts = counted.map((own) => own.get(name) ?? 0);
    const isUnlimited = tallies.some(({ unlimited }) => unlimited.get(account)?.has(name) === true);
    const [method = '', route = ''] = name.split(' ');
    return { method, route, least: Math.min(...counts), most: isUnlimited ? null : Math.max(...counts) };
  });
}

/**
 * The bounds of a whole whose parts run at once. They may share calls or not: so it costs at most what they cost one by
 * one, and at least what the dearest of them does.
 */
export function atOnce(whole: Bounds, parts: readonly Bounds[]): Bounds {
  if (parts.length === 0) return whole;
  const { most } = sumOf(parts);
  return {
    least: Math.min(whole.least, Math.max(...parts.map(({ least }) => least))),
    most: most === null || whole.most === null ? null : Math.max(most, whole.most),
  };
}

/** The same for routes. */
export function together(
  whole: readonly PlannedRoute[],
  parts: readonly (readonly PlannedRoute[])[],
): readonly PlannedRoute[] {
  return whole.map((planned) => {
    const same = ({ method, route }: PlannedRoute): boolean =>
      method === planned.method && route === planned.route;
    const own = parts.map((part) => part.find(same) ?? { least: 0, most: 0 });
    return { ...planned, ...atOnce(planned, own) };
  });
}

/** The least and the most of an account's calls together: routes may trade places from run to run. */
export function totalsOf(account: string, tallies: readonly Tally[]): Bounds {
  const totals = tallies.map(({ calls }) => calls.filter((call) => isAsked(call, account)).length);
  const isUnlimited = tallies.some(({ unlimited }) => (unlimited.get(account)?.size ?? 0) > 0);
  return { least: Math.min(...totals), most: isUnlimited ? null : Math.max(...totals) };
}

/** The sum of bounds of what is asked beside each other. */
export function sumOf(parts: readonly Bounds[]): Bounds {
  return parts.reduce<{ least: number; most: number | null }>(
    (sum, { least, most }) => ({
      least: sum.least + least,
      most: sum.most === null || most === null ? null : sum.most + most,
    }),
    { least: 0, most: 0 },
  );
}

function isAsked({ account, from }: CallRecord, wanted: string): boolean {
  return account === wanted && from === 'VENDOR';
}

function countRoutes({ calls }: Tally): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const { account, method, route, from } of calls) {
    if (from !== 'VENDOR') continue;
    const own = counts.get(account) ?? new Map<string, number>();
    const name = `${method} ${route}`;
    own.set(name, (own.get(name) ?? 0) + 1);
    counts.set(account, own);
  }
  return counts;
}
