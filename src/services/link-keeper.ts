import type { Account } from '../accounts/account';
import { settle } from '../domain/outcome';
import type { LinkRecord } from '../domain/session';
import { ITSELF } from './link-book';
import type { LinkCloser } from './link-closer';
import { type LinkTools, ownReading } from './link-tools';
import type { MadeAccesses } from './made-accesses';

/** A vendor that is told to be away for longer than this is looked for before. */
const LONGEST_TOLD_MS = 300_000;
/** How long to wait before an end that failed is tried again: doubled each time, up to the longest. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** A way in that could not be taken away is only in the way: it opens nothing. */
const LONGEST_REMOVAL_RETRY_MS = 900_000;
/** Links that another replica opened are noticed at least this often. */
const LOOK_AT_LEAST_EVERY_MS = 30_000;
/** A store that was out of reach for a moment costs no more than this. */
const LOOK_AFTER_FAILURE_MS = 2000;
/** While an end is overdue the others are looked at this often: the store tells the earliest end alone. */
const LOOK_WHILE_OVERDUE_MS = 1000;

/** Something that a link owes. */
interface Duty {
  /** Of all duties, at every look. */
  readonly key: string;
  readonly link: LinkRecord;
  readonly longestRetryMs: number;
  /** What could not be done, in words for an operator. */
  readonly failure: string;
  /** False where it has to wait, which is no failure. */
  readonly fulfil: (account: Account) => Promise<boolean>;
}

/**
 * Keeps the ends of links whose vendor does not, and takes away the ways in that were made for links which did not come
 * to be: at their time, again until it is confirmed, and after downtime.
 */
export class LinkKeeper {
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  /** What is being done: one that hangs keeps no other waiting. */
  readonly #atWork = new Set<string>();
  readonly #failures = new Map<string, { readonly count: number; readonly notBefore: number }>();

  constructor(
    private readonly tools: LinkTools,
    private readonly closer: LinkCloser,
    private readonly made: MadeAccesses,
  ) {}

  /** Looks now, and from then on whenever an end is due. */
  start(): void {
    this.wake();
  }

  /** Looks anew: a link was opened, or its end moved. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#cancel?.();
    this.#running = this.#look()
      .catch((thrown: unknown) => {
        this.tools.warn('the ends of links could not be looked at, and will be again', thrown);
        return LOOK_AFTER_FAILURE_MS;
      })
      .then((waitMs) => {
        this.#running = undefined;
        if (this.#stopped) return;
        if (this.#again) {
          this.#again = false;
          this.wake();
        } else this.#cancel = this.tools.clock.schedule(waitMs, () => this.wake());
      });
  }

  /** Begins nothing more. What is on its way stays owed until it is written down: the next start sees to it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  /** Begins what is due; answers how long to wait before looking again. */
  async #look(): Promise<number> {
    const { clock, store } = this.tools;
    const [owed, accesses] = await Promise.all([store.links.owed(clock.now()), store.links.accessesOwed()]);
    const duties = [...owed.map((link) => this.#end(link)), ...accesses.map((link) => this.#removal(link))];
    this.#forgetAllBut(duties);
    for (const duty of duties) this.#begin(duty);
    const next = await store.links.nextOwedMs();
    const untilNext = next === null ? LOOK_AT_LEAST_EVERY_MS : next - clock.now();
    const wait = untilNext > 0 ? untilNext : LOOK_WHILE_OVERDUE_MS;
    const untilRetry = duties.map(({ key }) => this.#notBefore(key) - clock.monotonic());
    return Math.max(50, Math.min(LOOK_AT_LEAST_EVERY_MS, wait, ...untilRetry.filter((ms) => ms > 0)));
  }

  #end(link: LinkRecord): Duty {
    const ending = { actor: ITSELF, action: 'expireLink', status: 'EXPIRED' } as const;
    return {
      key: `end of ${link.id}`,
      link,
      longestRetryMs: LONGEST_RETRY_MS,
      failure: `a link of ${link.account} could not be ended at its time, and will be tried again`,
      fulfil: async (account) => {
        const reading = ownReading(this.tools.clock);
        return !(await this.closer.close(account, link, { ...ending, reading })).endOwed;
      },
    };
  }

  #removal(link: LinkRecord): Duty {
    return {
      key: `removal for ${link.id}`,
      link,
      longestRetryMs: LONGEST_REMOVAL_RETRY_MS,
      failure: `a way in that was made for a link of ${link.account} could not be removed, and will be tried again`,
      fulfil: (account) => this.made.takeAway(account, link),
    };
  }

  /** Somebody else may have done, in the meantime, what could not be done here. */
  #forgetAllBut(duties: readonly Duty[]): void {
    const keys = new Set(duties.map(({ key }) => key));
    for (const key of this.#failures.keys()) if (!keys.has(key)) this.#failures.delete(key);
  }

  #begin(duty: Duty): void {
    const { key } = duty;
    if (this.#atWork.has(key) || this.#notBefore(key) > this.tools.clock.monotonic()) return;
    this.#atWork.add(key);
    this.#fulfil(duty)
      .catch((thrown: unknown) => this.tools.warn(duty.failure, thrown))
      .finally(() => this.#atWork.delete(key));
  }

  async #fulfil(duty: Duty): Promise<void> {
    const { fleet, warn } = this.tools;
    const account = fleet.all().find(({ key }) => key === duty.link.account);
    // Its account is not configured any more: there is nobody to ask.
    if (account === undefined) return this.#failed(duty);
    const done = await settle(duty.fulfil(account));
    if (done.ok && done.value) this.#failures.delete(duty.key);
    else this.#failed(duty, done.ok ? undefined : done.error.retryAfterSeconds);
    if (!done.ok && !this.#stopped) warn(duty.failure, done.error);
  }

  #notBefore(key: string): number {
    return this.#failures.get(key)?.notBefore ?? 0;
  }

  /** Where the vendor, or the way to it, told when to come back, that is the time: neither earlier nor much later. */
  #failed({ key, longestRetryMs }: Duty, retryAfterSeconds?: number): void {
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const backoffMs = Math.min(longestRetryMs, FIRST_RETRY_MS * 2 ** (count - 1));
    const toldMs = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000;
    const waitMs = toldMs === undefined || toldMs > LONGEST_TOLD_MS ? backoffMs : toldMs;
    this.#failures.set(key, { count, notBefore: this.tools.clock.monotonic() + waitMs });
    // The next look was planned before this was known.
    this.wake();
  }
}
