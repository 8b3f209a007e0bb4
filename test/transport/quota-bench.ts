import type { QuotaReport } from '../../src/domain/allowance';
import { DrawbridgeError } from '../../src/domain/errors';
import type { QuotaGrant, QuotaKey, QuotaStore } from '../../src/stores/ports';
import { Quota } from '../../src/transport/quota';
import { ManualClock } from '../support/manual-clock';

/** A store in memory that can be out of reach, or slow. */
export class FakeQuotas implements QuotaStore {
  readonly rows = new Map<string, { used: number; warned: number }>();
  /** True: every call fails. */
  away = false;
  /** Waited for before each answer. */
  gate: Promise<void> = Promise.resolve();
  writes = 0;

  async used(key: QuotaKey): Promise<number> {
    await this.#reach();
    return this.#row(key).used;
  }

  async take(key: QuotaKey, calls: number, most: number): Promise<QuotaGrant> {
    await this.#reach();
    const row = this.#row(key);
    const granted = Math.max(0, Math.min(calls, most - row.used));
    row.used += granted;
    this.writes += 1;
    return { granted, used: row.used };
  }

  async add(key: QuotaKey, calls: number): Promise<number> {
    await this.#reach();
    const row = this.#row(key);
    row.used = Math.max(0, row.used + calls);
    this.writes += 1;
    return row.used;
  }

  async claimWarning(key: QuotaKey, percent: number): Promise<boolean> {
    await this.#reach();
    const row = this.#row(key);
    if (row.warned >= percent) return false;
    row.warned = percent;
    return true;
  }

  #row({ account, windowStartMs }: QuotaKey): { used: number; warned: number } {
    const name = `${account} ${windowStartMs}`;
    const row = this.rows.get(name) ?? { used: 0, warned: 0 };
    this.rows.set(name, row);
    return row;
  }

  async #reach(): Promise<void> {
    await this.gate;
    if (this.away) throw new DrawbridgeError('STORE_UNAVAILABLE', 'The store is away.');
  }
}

/** One replica that counts the calls of the account `rms`. */
export interface QuotaBench {
  readonly quota: Quota;
  readonly warnings: number[];
  readonly lost: DrawbridgeError[];
  readonly reports: { report: QuotaReport; exhaustedAt: Date | null }[];
}

export async function openQuota(
  store: QuotaStore,
  limit: number,
  clock: ManualClock = new ManualClock(),
): Promise<QuotaBench & { readonly clock: ManualClock }> {
  const warnings: number[] = [];
  const lost: DrawbridgeError[] = [];
  const reports: { report: QuotaReport; exhaustedAt: Date | null }[] = [];
  const quota = new Quota({
    account: 'rms',
    limit,
    store,
    clock,
    oldestMs: 3_600_000,
    report: (report, exhaustedAt) => reports.push({ report, exhaustedAt }),
    warn: (percent) => warnings.push(percent),
    lost: (error) => lost.push(error),
  });
  await quota.open();
  return { quota, clock, warnings, lost, reports };
}

/** Lets everything that waits for nothing but promises run. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await Promise.resolve();
}
