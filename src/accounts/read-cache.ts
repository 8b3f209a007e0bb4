import { LRUCache } from 'lru-cache';
import type { Reading } from '../domain/reading';
import type { Clock } from '../domain/time';

/** Something that a vendor told, and when. */
export interface Learned<V> {
  readonly value: V;
  /** Milliseconds since 1970, to be shown. */
  readonly at: number;
  /** On the monotonic clock, to be compared. */
  readonly learnedAt: number;
}

/**
 * True where what was learned is fresh enough for an operation. Age is counted to the operation's begin, so that
 * what it starts from does not grow stale under its own later steps, and what it learned itself always serves it.
 */
export function isFresh(learnedAt: number, reading: Reading, defaultMaxAgeMs: number): boolean {
  const wished = reading.maxAgeMs ?? defaultMaxAgeMs;
  const maxAgeMs = reading.mayBeFresher === true ? wished : Math.max(wished, defaultMaxAgeMs);
  return reading.startedAt - learnedAt <= maxAgeMs;
}

/** What one cache is made with. */
export interface ReadCacheOptions {
  readonly clock: Clock;
  /** How old an entry may be where the operation names no age, in milliseconds. */
  readonly maxAgeMs: number;
  /** Entries kept at most; the least recently used go first. */
  readonly most: number;
}

/** Answers of one kind from one account, by key. Failures are not kept. */
export class ReadCache<V> {
  readonly #entries: LRUCache<string, Learned<V>>;

  constructor(private readonly options: ReadCacheOptions) {
    this.#entries = new LRUCache({ max: options.most });
  }

  /** The entry where it is fresh enough for the operation. */
  fresh(key: string, reading: Reading): Learned<V> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    return isFresh(entry.learnedAt, reading, this.options.maxAgeMs) ? entry : undefined;
  }

  /** Keeps what a vendor just told. */
  learn(key: string, value: V): Learned<V> {
    const entry = { value, at: this.options.clock.now(), learnedAt: this.options.clock.monotonic() };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Keeps what was learned together with other things, at their time. */
  keep(key: string, entry: Learned<V>): void {
    this.#entries.set(key, entry);
  }

  /** Changes what is known, where anything is: it stays as old as it was. */
  patch(key: string, patch: (value: V) => V): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#entries.set(key, { ...entry, value: patch(entry.value) });
  }
}
