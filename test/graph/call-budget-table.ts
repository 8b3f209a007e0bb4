import type { Simulators } from '../../src/simulators/simulators';

/*
 * The bounds on vendor calls, declared once more and apart from the code that keeps them: what a cold read may cost.
 * Nothing here looks at loaders, caches or catalogues; only at what was asked, what came back, and what the vendors
 * really hold.
 */

/** Rows that one call of a vendor tells. */
const PAGE = 100;

/** What an operation asked of devices, and which came back. */
export interface Asked {
  /** Ids of the devices in the answer, or that were looked up. */
  readonly devices: readonly string[];
  readonly remoteAccesses: boolean;
  /** Links of devices, or of their ways in. */
  readonly sessions: boolean;
  readonly vpnStatus: boolean;
}

/** Calls by account. */
export interface Calls {
  readonly rms: number;
  readonly remoteit: number;
  readonly everyware: number;
}

export const NO_CALLS: Calls = { rms: 0, remoteit: 0, everyware: 0 };

export function plus(...parts: readonly Calls[]): Calls {
  return parts.reduce(
    (sum, part) => ({
      rms: sum.rms + part.rms,
      remoteit: sum.remoteit + part.remoteit,
      everyware: sum.everyware + part.everyware,
    }),
    NO_CALLS,
  );
}

/** Devices of one account among ids. */
export function countOf(ids: readonly string[], account: string): number {
  return ids.filter((id) => id.startsWith(`${account}:`)).length;
}

const pages = (rows: number): number => Math.ceil(rows / PAGE);

/** A page of devices in the vendors' own order. `probed`: accounts asked only for whether they hold more, or how many. */
export function pageBound(devices: readonly string[], probed: readonly string[]): Calls {
  const probe = (account: string): number =>
    countOf(devices, account) === 0 && probed.includes(account) ? 1 : 0;
  return {
    rms: pages(countOf(devices, 'rms')) + probe('rms'),
    remoteit: Math.min(1, countOf(devices, 'remoteit')) + probe('remoteit'),
    everyware: pages(countOf(devices, 'everyware')) + probe('everyware'),
  };
}

/** One walk through each of some accounts. */
export function walkBound(simulators: Simulators, accounts: readonly string[]): Calls {
  const walk = (account: string, rows: number): number =>
    accounts.includes(account) ? Math.max(1, pages(rows)) : 0;
  return {
    rms: walk('rms', simulators.rms.state.devices().length),
    remoteit: accounts.includes('remoteit') ? 1 : 0,
    everyware: walk('everyware', simulators.everyware.state.devices().length),
  };
}

/** Devices by their ids. */
export function byIdBound(simulators: Simulators, ids: readonly string[]): Calls {
  const unique = [...new Set(ids)];
  const gateways = countOf(unique, 'everyware');
  return {
    rms: pages(countOf(unique, 'rms')),
    remoteit: Math.min(1, countOf(unique, 'remoteit')),
    everyware: Math.min(gateways, pages(simulators.everyware.state.devices().length)),
  };
}

/** What hangs on devices that are already read: `asked` holds only those. */
export function nestedBound(simulators: Simulators, asked: Asked): Calls {
  const routers = asked.devices.filter((id) => id.startsWith('rms:')).map((id) => Number(id.split(':')[2]));
  const reached = routers.filter((id) => simulators.rms.state.device(id)?.status === 1);
  const listed = asked.remoteAccesses ? routers : asked.sessions ? reached : [];
  const links = asked.sessions ? reached.flatMap((id) => simulators.rms.state.accesses(id)).length : 0;
  const gateways = asked.devices
    .filter((id) => id.startsWith('everyware:'))
    .map((id) => id.slice('everyware:device:'.length));
  return {
    rms: pages(listed.length) + links + (asked.vpnStatus && routers.length > 0 ? 1 : 0),
    remoteit: 0,
    everyware: asked.vpnStatus ? gateways.filter((id) => answersForVpn(simulators, id)).length : 0,
  };
}

function answersForVpn({ everyware }: Simulators, id: string): boolean {
  const device = everyware.state.device(id);
  const client = device?.applicationIdentifiers;
  return (
    everyware.state.isOnline(id) && (client === null || client === undefined || client.includes('VPNCLIENT'))
  );
}

/** What the simulated vendors really answered, without logging in. */
export function countCalls({ rms, remoteit, everyware }: Simulators): Calls {
  const login =
    everyware.calls.count('POST /authentication/user') +
    everyware.calls.count('POST /authentication/refresh');
  return {
    rms: rms.calls.total,
    remoteit: remoteit.calls.total - remoteit.calls.count('POST /user/login'),
    everyware: everyware.calls.total - login,
  };
}

export function resetCalls({ rms, remoteit, everyware }: Simulators): void {
  for (const vendor of [rms, remoteit, everyware]) vendor.calls.reset();
}
