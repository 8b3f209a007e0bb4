import { failure, type Outcome, success } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import { type Learned, ReadCache, type ReadCacheOptions } from './read-cache';
import { type Flight, SingleFlight } from './single-flight';

type KeyedFlight<V> = Flight<ReadonlyMap<string, Outcome<Learned<V>>>>;

/** How one kind of thing is read by key. */
export interface KeyedReadsOptions<V> extends ReadCacheOptions<V> {
  /** Reads keys that are not known; called with at least one. A key that is missing in the answer is `absent`. */
  readonly load: (keys: readonly string[], reading: Reading) => Promise<ReadonlyMap<string, Outcome<V>>>;
  /** What stands for a key that the vendor does not have. */
  readonly absent: V;
  /** False while nobody may wait for a call that is under way; left out: it may always be waited for. */
  readonly mayJoin?: () => boolean;
  /** Told how many keys were answered from memory, or by a call that another operation had in flight. */
  readonly spared: (from: 'CACHE' | 'SHARED', keys: number, reading: Reading) => void;
}

/** A change at the vendor, with what its answer told. */
export interface FollowedChange<V> {
  /** The turn of the cache in which it began. */
  readonly began: number;
  /** All that stands under the key, as the answer told. */
  readonly value: V;
  /** What the change does to something newer. */
  readonly patch: (value: V) => V;
}

/** A read-through cache by key with single flight: what is known is not asked, what is being asked is not asked twice. */
export class KeyedReads<V> {
  readonly cache: ReadCache<V>;
  readonly #flights: SingleFlight<ReadonlyMap<string, Outcome<Learned<V>>>>;

  constructor(private readonly options: KeyedReadsOptions<V>) {
    this.cache = new ReadCache(options);
    this.#flights = new SingleFlight(options.mayJoin);
  }

  /** Shape: an outcome for every key, whatever happens. */
  async get(keys: readonly string[], reading: Reading): Promise<ReadonlyMap<string, Outcome<Learned<V>>>> {
    const found = new Map<string, Outcome<Learned<V>>>();
    const joined = new Map<KeyedFlight<V>, string[]>();
    const missing: string[] = [];
    for (const key of keys) {
      const known = this.cache.fresh(key, reading);
      const running = known === undefined ? this.#flights.find(key, reading.note) : undefined;
      if (known !== undefined) found.set(key, success(known));
      else if (running === undefined) missing.push(key);
      else joined.set(running, [...(joined.get(running) ?? []), key]);
    }
    if (found.size > 0) this.options.spared('CACHE', found.size, reading);
    for (const shared of joined.values()) this.options.spared('SHARED', shared.length, reading);
    if (missing.length > 0) {
      const load = (signal: AbortSignal) => this.#load(missing, { ...reading, signal });
      const flight = this.#flights.start(missing, load, reading.note);
      joined.set(flight, missing);
    }
    await Promise.all(
      [...joined].map(async ([flight, wanted]) => {
        const answer = await flight.wait(reading.signal);
        for (const key of wanted) found.set(key, answer.get(key) ?? failure(new Error('not answered')));
      }),
    );
    return found;
  }

  /** Notes a change that was made at the vendor: calls under way tell of the time before, and nobody joins them. */
  patch(key: string, patch: (value: V) => V): void {
    this.#flights.leave(key);
    this.cache.patch(key, patch);
  }

  /**
   * Notes a change whose answer also told all that stands under the key; `began` is the turn in which the change did.
   * What came to be known since may be newer than that answer, and is patched instead. The same holds for calls under
   * way.
   */
  follow(key: string, { began, value, patch }: FollowedChange<V>): void {
    if (this.cache.knows(key, began)) this.patch(key, patch);
    else this.tell(key, value);
  }

  /** Notes how something stands after a change; the same holds for calls under way. */
  tell(key: string, value: V): void {
    this.#flights.leave(key);
    this.cache.learn(key, value);
  }

  async #load(keys: readonly string[], reading: Reading): Promise<ReadonlyMap<string, Outcome<Learned<V>>>> {
    const turn = this.cache.begin();
    try {
      const loaded = await this.options.load(keys, reading);
      return new Map(keys.map((key) => [key, this.#learn(key, loaded.get(key), { reading, turn })]));
    } catch (thrown) {
      return new Map(keys.map((key) => [key, failure(thrown)]));
    }
  }

  #learn(
    key: string,
    outcome: Outcome<V> | undefined,
    { reading, turn }: { readonly reading: Reading; readonly turn: number },
  ): Outcome<Learned<V>> {
    if (outcome !== undefined && !outcome.ok) return outcome;
    // What the load kept itself is as old as it says, and not as young as this moment.
    const kept = this.cache.fresh(key, reading);
    if (kept !== undefined) return success(kept);
    return success(this.cache.learn(key, outcome === undefined ? this.options.absent : outcome.value, turn));
  }
}
