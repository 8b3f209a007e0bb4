import type { FaultRule } from '../../../src/simulators/faults';
import { createPrng, type Prng } from '../../../src/simulators/prng';

export type VendorName = 'rms' | 'remoteit' | 'everyware';

/** What one client does: `close` opens a link first. */
export type RunKind = 'create' | 'open-found' | 'open-made' | 'close';

/** One client. */
export interface RunPlan {
  readonly index: number;
  readonly kind: RunKind;
  readonly keyed: boolean;
  /** Whether the same call comes again where no answer came; with a key, or as a call of its own. */
  readonly repeats: boolean;
  /** Which of the batch's devices. */
  readonly device: number;
  readonly durationSeconds: number;
  /** When it begins, after the batch did. */
  readonly afterMs: number;
}

/** When the process is killed. */
export type KillPlan =
  | { readonly at: 'never' }
  | { readonly at: 'call'; readonly route: string; readonly count: number; readonly afterMs: number }
  /** As soon as a session shows as PENDING: its intent is durable, its vendor may not have been called. */
  | { readonly at: 'pending' }
  | { readonly at: 'time'; readonly afterMs: number };

/** A fault, and after how long a call that it holds goes on. */
export interface FaultPlan {
  readonly rule: FaultRule;
  readonly releaseAfterMs: number;
}

/** Clients of one service that is killed while they are at it. */
export interface BatchPlan {
  readonly seed: number;
  readonly vendor: VendorName;
  readonly runs: readonly RunPlan[];
  readonly devices: number;
  readonly faults: readonly FaultPlan[];
  /** One after the other: the second in the life that follows the first. */
  readonly kills: readonly KillPlan[];
  /** How long the service stays down. */
  readonly downMs: number;
  /** Whether somebody reads the devices' links all the time. */
  readonly isRead: boolean;
}

/** What a link costs at each vendor, in order. */
export const ROUTES: Readonly<Record<VendorName, readonly string[]>> = {
  rms: [
    'POST /devices/connect/{access_id}',
    'GET /status/channel/{channel}',
    'GET /devices/connect/{access_id}/sessions',
    'POST /devices/remote-access',
    'GET /devices/remote-access',
    'DELETE /devices/connect/sessions/{session_id}',
    'DELETE /devices/remote-access',
  ],
  remoteit: ['POST /device/connect', 'POST /device/connect/stop', 'GET /device/list/all'],
  everyware: [
    'GET /{scopeId}/devices/{deviceId}/vpn',
    'POST /{scopeId}/devices/{deviceId}/vpn/_connect',
    'POST /{scopeId}/devices/{deviceId}/vpn/_disconnect',
  ],
};

const KINDS: Readonly<Record<VendorName, readonly RunKind[]>> = {
  rms: ['create', 'create', 'open-found', 'open-made', 'open-made', 'close'],
  remoteit: ['create', 'create', 'open-found', 'close'],
  everyware: ['create', 'create', 'open-found', 'close'],
};

/** The same seed gives the same plan; the moments at which things meet are still those of the machine. */
export function planBatch(vendor: VendorName, seed: number, size: number): BatchPlan {
  const prng = createPrng(seed);
  const devices = Math.max(2, Math.ceil(size / 2));
  return {
    seed,
    vendor,
    devices,
    runs: Array.from({ length: size }, (_, index) => planRun(vendor, index, devices, prng)),
    faults: Array.from({ length: prng.int(0, 3) }, () => planFault(vendor, prng)),
    kills: planKills(vendor, prng, size),
    downMs: prng.chance(0.3) ? 11_000 : prng.int(0, 1000),
    isRead: prng.chance(0.6),
  };
}

function planRun(vendor: VendorName, index: number, devices: number, prng: Prng): RunPlan {
  const kind = prng.pick(KINDS[vendor]);
  const isShort = kind !== 'close' && prng.chance(0.3);
  return {
    index,
    kind,
    keyed: prng.chance(0.7),
    repeats: prng.chance(0.8),
    // Whoever closes has a device of its own: a call that the vendor carries out late may open it once more.
    device: kind === 'close' ? devices + index : prng.int(0, devices - 1),
    // Links of one length cannot be told apart at the vendor.
    durationSeconds: isShort ? 10 : prng.chance(0.5) ? 600 : 601 + 3 * index,
    afterMs: prng.chance(0.5) ? 0 : prng.int(0, 800),
  };
}

function planFault(vendor: VendorName, prng: Prng): FaultPlan {
  const kind = prng.pick(['lose-answer', 'lose-answer', 'lose-request', 'hold'] as const);
  return {
    rule: {
      kind,
      route: prng.chance(0.6) ? (ROUTES[vendor][0] ?? '') : prng.pick(ROUTES[vendor]),
      after: prng.int(0, 6),
      times: prng.int(1, 3),
    },
    releaseAfterMs: prng.int(200, 3000),
  };
}

function planKills(vendor: VendorName, prng: Prng, size: number): readonly KillPlan[] {
  const kills: KillPlan[] = [planKill(vendor, prng, size)];
  if (prng.chance(0.3)) kills.push({ at: 'time', afterMs: prng.int(0, 2500) });
  return kills;
}

function planKill(vendor: VendorName, prng: Prng, size: number): KillPlan {
  const dice = prng.next();
  if (dice < 0.15) return { at: 'never' };
  if (dice < 0.3) return { at: 'pending' };
  if (dice < 0.4) return { at: 'time', afterMs: prng.int(50, 1500) };
  const route = prng.pick(ROUTES[vendor]);
  return {
    at: 'call',
    route,
    count: prng.int(1, Math.max(2, size - 2)),
    afterMs: prng.pick([0, 0, 2, 10, 40]),
  };
}
