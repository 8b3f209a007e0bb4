import type { Allowance } from '../domain/allowance';
import type { CircuitState } from '../domain/circuit';
import { asDrawbridgeError, DrawbridgeError } from '../domain/errors';
import type { Outcome } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { Clock } from '../domain/time';
import type { Vendor } from '../domain/vendor';
import type { Catalogue } from '../vendors/catalogue';
import type { Driver } from '../vendors/driver';
import type { AccountHealth } from './health';
import { KeyedReads } from './keyed-reads';
import type { AccountObserver } from './observer';
import type { ReadCache } from './read-cache';

/** How old what a vendor told may be where an operation names no age, in milliseconds, by kind. */
export interface FreshnessDefaults {
  readonly devices: number;
  readonly accesses: number;
  readonly sessions: number;
  readonly vpn: number;
}

/** What an account is made from. */
export interface AccountOptions {
  readonly key: string;
  readonly vendor: Vendor;
  readonly driver: Driver;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly freshness: FreshnessDefaults;
  /** How old what is served may be while the vendor cannot be read, in milliseconds. */
  readonly staleMaxMs: number;
  readonly health: AccountHealth;
  /** Left out: no allowance of calls is known. */
  readonly allowance?: Allowance;
  /** Whether calls to the vendor are let through. */
  readonly circuit: () => CircuitState;
  /** Told of answers that cost no call of their own. */
  readonly spared: (kind: keyof FreshnessDefaults, from: 'CACHE' | 'SHARED', keys: number) => void;
  /** Told what the vendor told. */
  readonly observer?: AccountObserver;
  readonly close: () => Promise<void>;
}

/** Entries of each kind that one account keeps in memory at most. */
const MOST_ENTRIES = 50_000;

/** What is read, and how, by key. */
export interface ReadsDeclaration<V> {
  readonly kind: keyof FreshnessDefaults;
  /** The operation of the catalogue that stands in explain for what was spared. */
  readonly operation: string;
  /** What stands for a key that the vendor does not have. */
  readonly absent: V;
  readonly load: (keys: readonly string[], reading: Reading) => Promise<ReadonlyMap<string, Outcome<V>>>;
  /** Another memory, which answers where this one does not. Default: none. */
  readonly behind?: ReadCache<V> | undefined;
}

/** What the parts of an account share: errors that name it, and reads through its memory. */
export class AccountTools {
  constructor(readonly options: AccountOptions) {}

  /** Names the account in whatever goes wrong. */
  async guard<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (thrown) {
      throw this.#named(thrown);
    }
  }

  /** A read-through cache whose errors name the account. */
  reads<V>(declaration: ReadsDeclaration<V>): KeyedReads<V> {
    const { kind, operation, absent, load, behind } = declaration;
    return new KeyedReads<V>({
      clock: this.options.clock,
      maxAgeMs: this.options.freshness[kind],
      leastAgeMs: this.leastAgeOf(kind),
      mayJoin: () => this.mayJoin(),
      most: MOST_ENTRIES,
      behind,
      absent,
      load: async (keys, reading) => {
        const loaded = await this.guard(() => load(keys, reading));
        return new Map([...loaded].map(([key, outcome]) => [key, this.#namedOutcome(outcome)]));
      },
      spared: (from, count, reading) => this.spared(kind, operation, { from, keys: count }, reading),
    });
  }

  /** Notes an answer that cost no call of its own. */
  spared(
    kind: keyof FreshnessDefaults,
    operation: string,
    saved: { readonly from: 'CACHE' | 'SHARED'; readonly keys: number },
    reading: Reading,
  ): void {
    const { options } = this;
    options.spared(kind, saved.from, saved.keys);
    const endpoint = options.catalogue[operation];
    if (reading.note === undefined || endpoint === undefined) return;
    const { method, path } = endpoint;
    reading.note({ account: options.key, method, route: path, ...saved, status: null, ms: 0 });
  }

  /** Whoever comes while the circuit is not closed is refused at once, and does not wait for a call that may hang. */
  mayJoin(): boolean {
    return this.options.circuit() === 'CLOSED';
  }

  /** How old answers of a kind may be at least: 0 unless the account's allowance runs low. */
  leastAgeOf(kind: keyof FreshnessDefaults): () => number {
    const { allowance, freshness } = this.options;
    return () => allowance?.leastAgeMs(freshness[kind]) ?? 0;
  }

  /** How many things one call of an operation can answer for. */
  batchOf(operation: string): number {
    const batch = this.options.catalogue[operation]?.batch;
    return typeof batch === 'number' ? batch : 1;
  }

  #namedOutcome<V>(outcome: Outcome<V>): Outcome<V> {
    return outcome.ok ? outcome : { ok: false, error: this.#named(outcome.error) };
  }

  #named(thrown: unknown): DrawbridgeError {
    const error = asDrawbridgeError(thrown);
    const { vendor, key: account } = this.options;
    // A read of a list asks for nothing that could be missing: such a 404 means that the address is wrong.
    if (error.code === 'NOT_FOUND') {
      return new DrawbridgeError('VENDOR_UNAVAILABLE', error.message, {
        source: { vendor, account },
        unsent: error.unsent,
        cause: error,
      });
    }
    return error.code === 'INTERNAL_SERVER_ERROR' ? error : error.from({ vendor, account });
  }
}
