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

/** How old an answer may be where the operation names no age, and whatever it names, in milliseconds. */
export interface AgeRule {
  readonly maxAgeMs: number;
  /** Nothing younger than this is asked for again, whoever asks; for an allowance that runs low. Default 0. */
  readonly leastAgeMs?: () => number;
}

/** The age that an operation asks for, in milliseconds. */
export function wishedAgeMs(reading: Reading, defaultMaxAgeMs: number): number {
  const wished = reading.maxAgeMs ?? defaultMaxAgeMs;
  return reading.mayBeFresher === true ? wished : Math.max(wished, defaultMaxAgeMs);
}

/**
 * True where what was learned is fresh enough for an operation. Age is counted to the operation's begin, so that
 * what it starts from does not grow stale under its own later steps, and what it learned itself always serves it.
 */
export function isFresh(learnedAt: number, reading: Reading, rule: AgeRule): boolean {
  const age = reading.startedAt - learnedAt;
  if (age <= wishedAgeMs(reading, rule.maxAgeMs)) return true;
  // What is done for a caller, or settled, goes by what the vendor says now, whatever it costs.
  const mayBeOlder = reading.purpose === undefined || reading.purpose === 'read';
  return mayBeOlder && age <= (rule.leastAgeMs?.() ?? 0);
}

/** What one cache is made with. */
export interface ReadCacheOptions extends AgeRule {
  readonly clock: Clock;
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
    return isFresh(entry.learnedAt, reading, this.options) ? entry : undefined;
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
