import { asDrawbridgeError } from '../domain/errors';
import type { LinkRecord } from '../domain/session';
import { ITSELF } from './link-book';
import type { LinkCloser } from './link-closer';
import { type LinkTools, ownReading } from './link-tools';

/** How long to wait before an end that failed is tried again: doubled each time, up to the longest. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** Links that another replica opened are noticed at least this often. */
const LOOK_AT_LEAST_EVERY_MS = 30_000;
/** While an end is overdue the others are looked at this often: the store tells the earliest end alone. */
const LOOK_WHILE_OVERDUE_MS = 1000;

/** Keeps the ends of links whose vendor does not: at their time, again until it is confirmed, and after downtime. */
export class LinkKeeper {
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  readonly #failures = new Map<string, { readonly count: number; readonly notBefore: number }>();

  constructor(
    private readonly tools: LinkTools,
    private readonly closer: LinkCloser,
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
    this.#running = this.#endDue()
      .catch((thrown: unknown) => {
        this.tools.warn('the ends of links could not be looked at, and will be again', thrown);
        return LOOK_AT_LEAST_EVERY_MS;
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

  /** Ends nothing more; resolves once what is being ended is. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  /** Ends what is due; answers how long to wait before looking again. */
  async #endDue(): Promise<number> {
    const { clock, store } = this.tools;
    const owed = await store.links.owed(clock.now());
    this.#forgetAllBut(owed);
    const due = owed.filter(({ id }) => (this.#failures.get(id)?.notBefore ?? 0) <= clock.monotonic());
    await Promise.all(due.map((link) => this.#endOne(link)));
    const next = await store.links.nextOwedMs();
    if (next === null) return LOOK_AT_LEAST_EVERY_MS;
    const untilNext = next - clock.now();
    const wait = untilNext > 0 ? untilNext : LOOK_WHILE_OVERDUE_MS;
    return Math.max(50, Math.min(LOOK_AT_LEAST_EVERY_MS, wait));
  }

  /** Somebody else may have ended, in the meantime, what could not be ended here. */
  #forgetAllBut(owed: readonly LinkRecord[]): void {
    const ids = new Set(owed.map(({ id }) => id));
    for (const id of this.#failures.keys()) if (!ids.has(id)) this.#failures.delete(id);
  }

  async #endOne(link: LinkRecord): Promise<void> {
    const { clock, fleet, warn } = this.tools;
    const account = fleet.all().find(({ key }) => key === link.account);
    // Its account is not configured any more: there is nobody to ask.
    if (account === undefined) return this.#failed(link.id);
    const ending = {
      actor: ITSELF,
      action: 'expireLink',
      status: 'EXPIRED',
      reading: ownReading(clock),
    } as const;
    try {
      await this.closer.close(account, link, ending);
      this.#failures.delete(link.id);
    } catch (thrown) {
      this.#failed(link.id);
      warn(
        `a link of ${link.account} could not be ended at its time, and will be tried again`,
        asDrawbridgeError(thrown),
      );
    }
  }

  #failed(id: string): void {
    const count = (this.#failures.get(id)?.count ?? 0) + 1;
    const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (count - 1));
    this.#failures.set(id, { count, notBefore: this.tools.clock.monotonic() + waitMs });
  }
}
