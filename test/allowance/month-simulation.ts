import type { Account } from '../../src/accounts/account';
import { LIST_START } from '../../src/accounts/device-pager';
import type { ListedSessions } from '../../src/accounts/session-reads';
import { HOUR_MS } from '../../src/domain/allowance';
import { settle, unwrap } from '../../src/domain/outcome';
import type { Reading } from '../../src/domain/reading';
import { createPrng, type Prng } from '../../src/simulators/prng';
import type { QuotaStore } from '../../src/stores/ports';
import { Quota } from '../../src/transport/quota';
import { ManualClock } from '../support/manual-clock';
import { accessOf, MonthVendor } from './month-vendor';

/** Looks at followed links as the allowance lets it; answers how to stop. */
export type StartPoller = (polled: {
  readonly account: Account;
  readonly clock: ManualClock;
  readonly followed: readonly string[];
  /** Told how old what was known of a link had become when it was looked at again. */
  readonly looked: (ageMs: number) => void;
}) => () => void;

/** What is simulated. */
export interface MonthOptions {
  readonly store: QuotaStore;
  readonly devices: number;
  readonly followed: number;
  readonly users: number;
  readonly limit: number;
  readonly poller?: StartPoller;
}

/** What it cost. Ages are in seconds, sorted. */
export interface MonthReport {
  readonly calls: number;
  readonly byPurpose: Readonly<Record<string, number>>;
  readonly counted: number;
  /** Lists that were refused, and looks at single devices. */
  readonly refusedLists: number;
  readonly refusedLooks: number;
  readonly operations: number;
  readonly listAges: readonly number[];
  readonly sessionAges: readonly number[];
  readonly pollGaps: readonly number[];
}

const START = Date.UTC(2026, 5, 1);
const END = Date.UTC(2026, 6, 1);
const MINUTE_MS = 60_000;

/** Looks at one followed link after the other, evenly over the hour, no link more often than every 5 s. */
export const evenPoller: StartPoller = ({ account, clock, followed, looked }) => {
  let stopped = false;
  let nth = 0;
  const lastAt = new Map<string, number>();
  const look = (): void => {
    if (stopped) return;
    const id = followed[nth % followed.length] ?? '';
    nth += 1;
    const known = lastAt.get(id);
    if (known !== undefined) looked(clock.now() - known);
    lastAt.set(id, clock.now());
    const reading: Reading = {
      startedAt: clock.monotonic(),
      maxAgeMs: 0,
      mayBeFresher: true,
      purpose: 'poll',
    };
    void settle(account.sessions(new Map([[id, true]]), reading));
    later();
  };
  const later = (): void => {
    const perHour = account.pollCallsPerHour() ?? Number.POSITIVE_INFINITY;
    const paceMs = perHour <= 0 ? HOUR_MS : HOUR_MS / perHour;
    clock.schedule(Math.min(HOUR_MS, Math.max(paceMs, 5000 / followed.length)), look);
  };
  later();
  return () => {
    stopped = true;
  };
};

/** Plays a month of 30 days: users at work, links that are followed day and night, and links that are made and ended. */
export async function simulateMonth(options: MonthOptions): Promise<MonthReport> {
  const clock = new ManualClock(START);
  const quota = new Quota({
    account: 'rms',
    limit: options.limit,
    store: options.store,
    clock,
    oldestMs: HOUR_MS,
    report: () => {},
    warn: () => {},
    lost: (error) => {
      throw error;
    },
  });
  await quota.open();
  const vendor = new MonthVendor(quota);
  const month = new Month(vendor.open(options.devices, clock), vendor, clock, options);
  await month.play();
  const used = quota.report().used;
  await quota.close();
  return month.reportOf(used);
}

class Month {
  readonly #prng: Prng = createPrng(1);
  readonly #listAges: number[] = [];
  readonly #sessionAges: number[] = [];
  readonly #pollGaps: number[] = [];
  #refusedLists = 0;
  #refusedLooks = 0;
  #operations = 0;

  constructor(
    private readonly account: Account,
    private readonly vendor: MonthVendor,
    private readonly clock: ManualClock,
    private readonly options: MonthOptions,
  ) {}

  async play(): Promise<void> {
    const { account, clock, options } = this;
    const followed = Array.from({ length: options.followed }, (_, nth) => accessOf(String(nth + 1)).localId);
    const looked = (ageMs: number): void => void this.#pollGaps.push(ageMs / 1000);
    const stop = (options.poller ?? evenPoller)({ account, clock, followed, looked });
    // One step before the end: then the next month begins, with a count of its own.
    for (let minute = 0; clock.now() < END - MINUTE_MS; minute += 1) {
      clock.advance(MINUTE_MS);
      if (isWorkingTime(clock.now())) await this.#work(minute);
      await new Promise(setImmediate);
    }
    stop();
  }

  reportOf(counted: number): MonthReport {
    const sorted = (ages: readonly number[]): number[] => [...ages].sort((a, b) => a - b);
    return {
      calls: this.vendor.total,
      byPurpose: this.vendor.calls,
      counted,
      refusedLists: this.#refusedLists,
      refusedLooks: this.#refusedLooks,
      operations: this.#operations,
      listAges: sorted(this.#listAges),
      sessionAges: sorted(this.#sessionAges),
      pollGaps: sorted(this.#pollGaps),
    };
  }

  /** A minute: every second list refreshes, every tenth opens a device, and one in five minutes a link is used. */
  async #work(minute: number): Promise<void> {
    for (let user = 0; user < this.options.users; user += 1) {
      if ((minute + user) % 2 === 0) await this.#list(user);
      if ((minute + user) % 10 === 0) await this.#openDevice();
    }
    if (minute % 5 === 0) await this.#openAndEndLink();
  }

  get #reading(): Reading {
    return { startedAt: this.clock.monotonic(), mayBeFresher: true };
  }

  async #list(user: number): Promise<void> {
    const count = user % 10 === 0 ? 500 : 50;
    const request = { from: LIST_START, count, accept: () => true };
    const slice = await this.#tried(this.account.slice(request, undefined, this.#reading));
    if (slice === undefined) this.#refusedLists += 1;
    const oldest = Math.min(...(slice?.devices.map(({ device }) => device.observedAt.getTime()) ?? []));
    if (slice !== undefined) this.#listAges.push((this.clock.now() - oldest) / 1000);
  }

  /** Some devices are looked at far more often than others. */
  async #openDevice(): Promise<void> {
    const id = String(1 + Math.floor(this.options.devices * this.#prng.next() ** 3));
    const reading = this.#reading;
    const { localId } = accessOf(id);
    const look = async (): Promise<ListedSessions | undefined> => {
      const accesses = (await this.account.remoteAccesses([id], reading)).get(id);
      if (accesses !== undefined) unwrap(accesses);
      const sessions = (await this.account.sessions(new Map([[localId, true]]), reading)).get(localId);
      return sessions === undefined ? undefined : unwrap(sessions);
    };
    const seen = await this.#tried(look());
    if (seen === undefined) this.#refusedLooks += 1;
    else this.#sessionAges.push((this.clock.now() - seen.observedAt.getTime()) / 1000);
  }

  /** Opens a link and ends it: so many calls as it takes with RMS. */
  async #openAndEndLink(): Promise<void> {
    const begun = await settle(this.vendor.call({ purpose: 'action' }));
    if (!begun.ok) return;
    for (let look = 0; look < 9; look += 1) await this.vendor.call({ purpose: 'finish' });
  }

  /** Undefined where the allowance refused it. */
  async #tried<T>(work: Promise<T>): Promise<T | undefined> {
    this.#operations += 1;
    const outcome = await settle(work);
    if (outcome.ok) return outcome.value;
    if (outcome.error.code !== 'VENDOR_QUOTA_EXHAUSTED') throw outcome.error;
    return undefined;
  }
}

/** From Monday to Friday, ten hours a day. */
function isWorkingTime(nowMs: number): boolean {
  const now = new Date(nowMs);
  const [day, hour] = [now.getUTCDay(), now.getUTCHours()];
  return day >= 1 && day <= 5 && hour >= 7 && hour < 17;
}
