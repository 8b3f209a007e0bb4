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
export interface ReadCacheOptions<V> extends AgeRule {
  readonly clock: Clock;
  /** Entries kept at most; the least recently used go first. */
  readonly most: number;
  /** Another memory, which answers where this one does not, and is never written. Default: none. */
  readonly behind?: ReadCache<V> | undefined;
}

/** What is known of a key, if anything, and the turn in which it came to be so. */
interface Entry<V> {
  readonly learned: Learned<V> | undefined;
  readonly turn: number;
}

/**
 * Answers of one kind from one account, by key. Failures are not kept. An answer is as new as the moment in which its
 * call began: one that arrives behind a change, or behind the answer to a later call, does not replace what is known.
 */
export class ReadCache<V> {
  readonly #entries: LRUCache<string, Entry<V>>;
  /** Counts what happens here: instants may be equal, turns are not. */
  #turn = 0;
  /** The newest turn that was given up for want of room: of keys without an entry nothing later is known. */
  #forgotten = 0;

  constructor(private readonly options: ReadCacheOptions<V>) {
    // Bounded by size, each entry being one: bounded by number the room for all would be taken at once.
    this.#entries = new LRUCache({
      maxSize: options.most,
      sizeCalculation: () => 1,
      dispose: ({ turn }, _, reason) => {
        if (reason === 'evict') this.#forgotten = Math.max(this.#forgotten, turn);
      },
    });
  }

  /** The entry where it is fresh enough for the operation. */
  fresh(key: string, reading: Reading): Learned<V> | undefined {
    const learned = this.#entries.get(key)?.learned;
    if (learned === undefined) return this.options.behind?.fresh(key, reading);
    return isFresh(learned.learnedAt, reading, this.options) ? learned : undefined;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** What was last told, however long ago. */
  last(key: string): V | undefined {
    return this.#entries.peek(key)?.learned?.value;
  }

  /** Told that a call begins: the turn that its answer is to be learned with. */
  begin(): number {
    this.#turn += 1;
    return this.#turn;
  }

  /** True where something came to be known of the key, or was changed there, in a call that began after a turn. */
  knows(key: string, began: number): boolean {
    return (this.#entries.peek(key)?.turn ?? 0) > began;
  }

  /** Keeps what a vendor told, unless something newer is known; left out, the turn is now. */
  learn(key: string, value: V, turn: number = this.begin()): Learned<V> {
    const learned = { value, at: this.options.clock.now(), learnedAt: this.options.clock.monotonic() };
    if (turn > (this.#entries.get(key)?.turn ?? this.#forgotten)) this.#entries.set(key, { learned, turn });
    return learned;
  }

  /** Keeps what was learned together with other things, at their time. */
  keep(key: string, learned: Learned<V>): void {
    this.#entries.set(key, { learned, turn: this.begin() });
  }

  /** Changes what is known, where anything is: it stays as old as it was. Calls under way know nothing of it. */
  patch(key: string, patch: (value: V) => V): void {
    const learned = this.#entries.get(key)?.learned;
    this.#entries.set(key, {
      learned: learned === undefined ? undefined : { ...learned, value: patch(learned.value) },
      turn: this.begin(),
    });
  }
}
