import {
  type Allowance,
  type CallPurpose,
  easesAtMs,
  monthOf,
  pollPace,
  type QuotaReport,
  type QuotaWindow,
  readsFromMs,
  type Spending,
  stretchedAgeMs,
  tightness,
  usableOf,
} from '../domain/allowance';
import { asDrawbridgeError, DrawbridgeError } from '../domain/errors';
import { settle } from '../domain/outcome';
import type { Clock } from '../domain/time';
import type { QuotaKey, QuotaStore } from '../stores/ports';
import { QuotaOutage } from './quota-outage';
import { QuotaRate } from './quota-rate';

/** What an account's calls are counted with. */
export interface QuotaOptions {
  readonly account: string;
  /** Calls that the vendor allows in a window. */
  readonly limit: number;
  readonly store: QuotaStore;
  readonly clock: Clock;
  /** The oldest answer that is ever given, in milliseconds. */
  readonly oldestMs: number;
  /** Told whenever the count was read: how it stands, and when it would be used up at the present rate, or null. */
  readonly report: (report: QuotaReport, exhaustedAt: Date | null) => void;
  /** Told once in a window, whichever replica finds out, that this percentage of the allowance is used. */
  readonly warn: (percent: number, report: QuotaReport) => void;
  /** Told when counting goes on without the store, and why. */
  readonly lost: (error: DrawbridgeError) => void;
}

/** Calls taken ahead of being made: what a crash counts too many, at most, beside those that waited for them. */
const MOST_AHEAD = 50;
const AHEAD_SHARE = 0.001;
/** No more than this part of what is left is taken ahead, so that replicas do not keep the last calls from each other. */
const LEFT_SHARE = 0.05;

/** A call that has to wait for the store goes on after this time, counted in memory. */
const PATIENCE_MS = 1000;
/** How often the count is read, and written where it could not be. */
const SYNC_MS = 60_000;
/** So long after the store said that nothing is left, or did not answer, it is not asked again for a call. */
const PAUSE_MS = 5000;

const USED_UP =
  "The account's allowance of vendor calls for this month is used up; only links can still be ended.";
const AHEAD_OF_MONTH =
  "The account's allowance of vendor calls is being used up too early in the month; for now links can be opened and ended and devices be listed, and no more be read.";

/** A call that answers for so many things is worth it as long as anything is left: a page of devices is. */
const WORTH_IT_KEYS = 10;

const WARN_AT = [50, 80, 95] as const;

/**
 * Counts the calls of one account against its allowance. Calls are taken from the store a few at a time, ahead of
 * being made: so a crash counts a few too many and never one too few, and replicas together never pass what is
 * allowed. Without the store calls are counted in memory and written later: see {@link QuotaOutage}.
 */
export class Quota implements Allowance {
  readonly #rate: QuotaRate;
  #window: QuotaWindow;
  /** The store's count when it was last read: everything that any replica made or took ahead. */
  #counted = 0;
  /** Taken ahead, and not made yet. */
  #ahead = 0;
  /** Made, and not written yet. */
  #owed = 0;
  /** Calls that wait for more to be taken. */
  #waiting = 0;
  #taking: Promise<void> | undefined;
  /** Nothing was left, or the store was away: not asked again before this. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  readonly #outage = new QuotaOutage();
  /** True while the store is away and the operator was told. */
  #isLost = false;
  /** The highest percentage that this process knows an operator to be warned of. */
  #warned = 0;
  #cancelSync = (): void => {};

  constructor(private readonly options: QuotaOptions) {
    const { clock } = options;
    this.#window = monthOf(clock.now());
    this.#rate = new QuotaRate(clock);
  }

  /** Reads the count, and goes on doing so. */
  async open(): Promise<void> {
    await this.#sync();
    this.#rate.begin(this.report().used, this.#window.startMs);
    this.#scheduleSync();
  }

  /** Gives back what was taken ahead and not made, and writes what was made and not written. */
  async close(): Promise<void> {
    this.#cancelSync();
    await this.#taking;
    const rest = this.#owed - this.#ahead;
    this.#ahead = 0;
    this.#owed = 0;
    if (rest === 0) return;
    const written = await settle(this.options.store.add(this.#key, rest));
    if (!written.ok) this.options.lost(written.error);
  }

  /**
   * Counts one call that is about to be made and answers for so many things; one that ends a link or finds out what
   * became of one never waits. Throws VENDOR_QUOTA_EXHAUSTED where nothing is left for it, STORE_UNAVAILABLE where that
   * cannot be known.
   */
  async take(purpose: CallPurpose, keys = 1): Promise<void> {
    this.#roll();
    if ((purpose === 'read' || purpose === 'poll') && keys < WORTH_IT_KEYS) this.#checkPace();
    if (this.#ahead === 0 && purpose !== 'finish') await this.#wait();
    if (this.#ahead > 0) this.#ahead -= 1;
    else this.#owed += 1;
    this.#rate.made(purpose);
    if (this.#ahead + this.#waiting < this.#step() / 2) void this.#takeAhead();
  }

  report(): QuotaReport {
    this.#roll();
    const { limit } = this.options;
    const used = Math.max(0, this.#counted - this.#ahead + this.#owed);
    return { limit, used, remaining: Math.max(0, limit - used), resetsAt: new Date(this.#window.endMs) };
  }

  leastAgeMs(usualMs: number): number {
    return stretchedAgeMs(tightness(this.#spending()), usualMs, this.options.oldestMs);
  }

  easesAt(): Date {
    return new Date(easesAtMs(this.#spending()));
  }

  pollCallsPerHour(): number {
    return pollPace(this.#spending(), this.#rate.othersPerHour(this.report().used));
  }

  #spending(): Spending {
    const { limit, used } = this.report();
    return { limit, used, window: this.#window, nowMs: this.options.clock.now() };
  }

  get #key(): QuotaKey {
    return { account: this.options.account, windowStartMs: this.#window.startMs };
  }

  /** Small reads that are far ahead of the month are refused, while there is still something left for others. */
  #checkPace(): void {
    const fromMs = readsFromMs(this.#spending());
    if (fromMs > this.options.clock.now()) throw this.#exhausted(fromMs, AHEAD_OF_MONTH);
  }

  /** Waits until there is a call to make, but not long. */
  async #wait(): Promise<void> {
    const { clock, limit } = this.options;
    const until = clock.monotonic() + PATIENCE_MS;
    this.#waiting += 1;
    try {
      // Others may be before this one in line for what was taken.
      while (this.#ahead === 0 && clock.monotonic() >= this.#pausedUntil && clock.monotonic() < until) {
        await this.#inTime(this.#takeAhead(), until);
      }
    } finally {
      this.#waiting -= 1;
    }
    if (this.#ahead > 0) return;
    const { used } = this.report();
    if (used >= usableOf(limit)) throw this.#exhausted(this.#window.endMs, USED_UP);
    this.#outage.spend(this.#spending());
  }

  /** Waits no longer than until an instant; what is waited for goes on nevertheless. */
  async #inTime(taking: Promise<void>, until: number): Promise<void> {
    const { clock } = this.options;
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.schedule(until - clock.monotonic(), resolve);
    });
    try {
      await Promise.race([taking, late]);
    } finally {
      cancel();
    }
  }

  #exhausted(untilMs: number, message: string): DrawbridgeError {
    const seconds = Math.ceil((untilMs - this.options.clock.now()) / 1000);
    return new DrawbridgeError('VENDOR_QUOTA_EXHAUSTED', message, {
      retryAfterSeconds: Math.max(1, seconds),
      unsent: true,
    });
  }

  /** Calls to take ahead at once. */
  #step(): number {
    const { limit } = this.options;
    const left = usableOf(limit) - this.#counted;
    return Math.max(1, Math.floor(Math.min(MOST_AHEAD, limit * AHEAD_SHARE, left * LEFT_SHARE)));
  }

  /** Writes what is owed and takes more; for all callers at once. Never rejects. */
  #takeAhead(): Promise<void> {
    if (this.options.clock.monotonic() < this.#pausedUntil) return Promise.resolve();
    this.#taking ??= this.#exchange(true).finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  #sync(): Promise<void> {
    this.#taking ??= this.#exchange(false).finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  async #exchange(more: boolean): Promise<void> {
    const { store, limit, clock } = this.options;
    this.#roll();
    const key = this.#key;
    const isCurrent = (): boolean => key.windowStartMs === this.#window.startMs;
    const owed = this.#owed;
    try {
      let counted = owed === 0 && more ? this.#counted : await written(store, key, owed);
      if (isCurrent()) this.#owed -= owed;
      if (more && isCurrent()) {
        const grant = await store.take(key, this.#step() + this.#waiting, usableOf(limit));
        counted = grant.used;
        // Taken for a month that is over in the meantime: nobody can use them.
        if (isCurrent()) this.#ahead += grant.granted;
        if (grant.granted === 0) this.#pausedUntil = clock.monotonic() + PAUSE_MS;
      }
      if (!isCurrent()) return;
      this.#counted = counted;
      this.#outage.end();
      this.#isLost = false;
      this.#tell();
      await this.#warnOnce(key);
    } catch (thrown) {
      this.#pausedUntil = clock.monotonic() + PAUSE_MS;
      if (!this.#isLost) this.options.lost(asDrawbridgeError(thrown));
      this.#isLost = true;
    }
  }

  #tell(): void {
    const report = this.report();
    this.options.report(report, this.#rate.exhaustedAt(report));
  }

  async #warnOnce(key: QuotaKey): Promise<void> {
    const report = this.report();
    for (const percent of WARN_AT) {
      if (report.used * 100 < report.limit * percent || this.#warned >= percent) continue;
      if (await this.options.store.claimWarning(key, percent)) this.options.warn(percent, report);
      this.#warned = percent;
    }
  }

  #scheduleSync(): void {
    this.#cancelSync = this.options.clock.schedule(SYNC_MS, () => {
      void this.#sync().then(() => this.#scheduleSync());
    });
  }

  /** A new month begins with nothing counted; what was not written of the old one has no consequence any more. */
  #roll(): void {
    const now = this.options.clock.now();
    if (now < this.#window.endMs) return;
    this.#window = monthOf(now);
    this.#counted = 0;
    this.#ahead = 0;
    this.#owed = 0;
    this.#warned = 0;
    this.#outage.end();
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    this.#rate.rolled();
  }
}

function written(store: QuotaStore, key: QuotaKey, owed: number): Promise<number> {
  return owed === 0 ? store.used(key) : store.add(key, owed);
}
