import { DrawbridgeError } from '../../domain/errors';

/** What a queue is made with. */
export interface EventQueueOptions<E> {
  /** What becomes of an event that waits when a newer one of the same slot comes; undefined: neither is told. */
  readonly merge: (waiting: E, newer: E) => E | undefined;
  /** Called once, when nobody reads any more: the reader left, or the queue failed or ended. */
  readonly closed: () => void;
}

/** Events that wait for one reader at most; a reader that is so far behind begins anew. */
const MOST_WAITING = 200_000;

/**
 * The events that wait for one reader, oldest first. Each has a slot, and a slot holds one event: a newer one takes
 * the place of the one that waits, at the end of the line. So what a reader that stands still costs is bounded by
 * what it follows, not by how much happens.
 */
export class EventQueue<E> implements AsyncIterableIterator<E> {
  readonly #waiting = new Map<string, E>();
  #oldest: Iterator<[string, E]> | undefined;
  #readers: ((result: Promise<IteratorResult<E>>) => void)[] | undefined;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #failure: DrawbridgeError | undefined;

  constructor(private readonly options: EventQueueOptions<E>) {}

  /** How many events wait. */
  get length(): number {
    return this.#waiting.size;
  }

  /** Tells the reader something, now or when it asks. */
  push(slot: string, event: E): void {
    if (this.#state !== 'open') return;
    const reader = this.#readers?.shift();
    if (reader !== undefined) {
      reader(Promise.resolve({ done: false, value: event }));
      return;
    }
    const before = this.#waiting.get(slot);
    const merged = before === undefined ? event : this.options.merge(before, event);
    this.#waiting.delete(slot);
    if (merged !== undefined) this.#waiting.set(slot, merged);
    if (this.#waiting.size > MOST_WAITING) this.fail(TOO_SLOW);
  }

  /** Ends once what waits has been read. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    if (this.#waiting.size === 0) this.#close();
  }

  /** Ends with an error, at once: what waits is not told any more. */
  fail(error: DrawbridgeError): void {
    if (this.#state === 'closed') return;
    this.#waiting.clear();
    const reader = this.#readers?.shift();
    if (reader === undefined) this.#failure = error;
    else reader(Promise.reject(error));
    this.#close();
  }

  async next(): Promise<IteratorResult<E>> {
    const event = this.#shift();
    if (event !== undefined) return { done: false, value: event };
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (this.#state !== 'open') {
      this.#close();
      return OVER;
    }
    return new Promise((resolve) => {
      this.#readers ??= [];
      this.#readers.push(resolve);
    });
  }

  /** The reader leaves. */
  async return(): Promise<IteratorResult<E>> {
    this.#waiting.clear();
    this.#failure = undefined;
    this.#close();
    return OVER;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #shift(): E | undefined {
    // One iterator goes through all: from the start anew it would pass by every place that was emptied.
    let next = this.#oldest?.next();
    if (next === undefined || next.done === true) {
      if (this.#waiting.size === 0) {
        this.#oldest = undefined;
        return undefined;
      }
      this.#oldest = this.#waiting.entries();
      next = this.#oldest.next();
    }
    if (next.done === true) return undefined;
    const [slot, event] = next.value;
    this.#waiting.delete(slot);
    return event;
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const reader of this.#readers ?? []) reader(Promise.resolve(OVER));
    this.#readers = undefined;
    this.options.closed();
  }
}

const OVER = { done: true, value: undefined } as const;

const TOO_SLOW = new DrawbridgeError(
  'OPERATION_TOO_EXPENSIVE',
  'More events wait than are kept for one subscriber: read faster, or follow less. Subscribe again to learn how all stands.',
);
