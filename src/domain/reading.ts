import type { CallPurpose } from './allowance';

/** One vendor call that an operation made, or shared, or was spared. */
export interface CallRecord {
  readonly account: string;
  readonly method: string;
  /** The path template of the vendor's catalogue: no id of a link is ever in it. */
  readonly route: string;
  /** How many things were asked for in this one call. */
  readonly keys: number;
  /** The vendor's HTTP status; null where no answer came, or none was asked for. */
  readonly status: number | null;
  readonly ms: number;
  /** VENDOR: asked. SHARED: another operation's call was in flight. CACHE: known from a moment ago. */
  readonly from: 'VENDOR' | 'SHARED' | 'CACHE';
}

/** How an operation wants to read, and where it notes what that cost. */
export interface Reading {
  /** The age that the caller asked for, in milliseconds; undefined: the default of each kind holds. */
  readonly maxAgeMs?: number;
  /** True where the caller may ask for fresher than the defaults; else a fresher wish leaves the default. */
  readonly mayBeFresher?: boolean;
  /** When the operation began, on the monotonic clock: what was learned since is always fresh enough. */
  readonly startedAt: number;
  /** What its vendor calls are for; left out: `read`. */
  readonly purpose?: CallPurpose;
  /** Aborts once nobody waits for the answer any more; left out: somebody always does. */
  readonly signal?: AbortSignal;
  /** Told of each vendor call, shared call and answer from memory. */
  readonly note?: (call: CallRecord) => void;
}
