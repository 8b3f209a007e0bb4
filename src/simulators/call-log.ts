import type { IncomingHttpHeaders } from 'node:http';

/** One request that reached a simulator. */
export interface CallEntry {
  /** Stable template with the method, such as "GET /devices/{id}"; "GET unmatched" where no route fits. */
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** The parsed JSON body, else its text; undefined where there was none. */
  readonly body: unknown;
  /** The status answered; 0 while there is none and for ever where the answer was withheld. */
  readonly status: number;
  /** Milliseconds since the epoch, by the simulator's clock. */
  readonly at: number;
}

/** Keeps the count of every call since the last reset, and the last 10,000 calls themselves. */
export interface CallLog {
  readonly total: number;
  /** Requests that have arrived and are neither answered nor given up. */
  readonly inFlight: number;
  /** The highest `inFlight` since the last reset. */
  readonly peakInFlight: number;
  readonly entries: readonly CallEntry[];
  /** Counts by route. */
  readonly counts: Readonly<Record<string, number>>;
  /** The calls of one route, or of all. */
  count(route?: string): number;
  /** Settles once the route (or, with null, all routes together) has been called that often since the last reset. */
  reached(route: string | null, count: number): Promise<void>;
  reset(): void;
}

/** The log as the server sees it: it also writes. */
export interface WritableCallLog extends CallLog {
  begin(entry: CallEntry): OpenCall;
}

/** A call whose answer is still to come. */
interface OpenCall {
  /** The answer is on its way, with that status. */
  answered(status: number): void;
  /** The client or the simulator has given up. */
  closed(): void;
}

const KEPT_ENTRIES = 10_000;

/** Makes an empty call log. */
export function createCallLog(): WritableCallLog {
  return new MemoryCallLog();
}

interface Waiter {
  readonly route: string | null;
  readonly count: number;
  readonly resolve: () => void;
}

class MemoryCallLog implements WritableCallLog {
  total = 0;
  inFlight = 0;
  peakInFlight = 0;
  #entries: { -readonly [Field in keyof CallEntry]: CallEntry[Field] }[] = [];
  #counts = new Map<string, number>();
  #waiters: Waiter[] = [];

  get entries(): readonly CallEntry[] {
    return this.#entries.slice(-KEPT_ENTRIES);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  count(route?: string): number {
    return route === undefined ? this.total : (this.#counts.get(route) ?? 0);
  }

  reached(route: string | null, count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ route, count, resolve });
      this.#wake();
    });
  }

  reset(): void {
    this.total = 0;
    this.peakInFlight = this.inFlight;
    this.#entries = [];
    this.#counts = new Map();
  }

  begin(entry: CallEntry): OpenCall {
    const kept = { ...entry };
    this.#entries.push(kept);
    // Trimmed in halves, so that a long run pays for it once in 10,000 calls.
    if (this.#entries.length >= 2 * KEPT_ENTRIES) this.#entries = this.#entries.slice(-KEPT_ENTRIES);
    this.total += 1;
    this.#counts.set(entry.route, (this.#counts.get(entry.route) ?? 0) + 1);
    this.inFlight += 1;
    this.peakInFlight = Math.max(this.peakInFlight, this.inFlight);
    this.#wake();
    let open = true;
    const close = (): void => {
      if (open) this.inFlight -= 1;
      open = false;
    };
    return {
      answered: (status) => {
        kept.status = status;
        close();
      },
      closed: close,
    };
  }

  #wake(): void {
    const isDue = (waiter: Waiter): boolean => this.count(waiter.route ?? undefined) >= waiter.count;
    const due = this.#waiters.filter(isDue);
    this.#waiters = this.#waiters.filter((waiter) => !isDue(waiter));
    for (const waiter of due) waiter.resolve();
  }
}
