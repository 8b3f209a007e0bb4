import { setMaxListeners } from 'node:events';
import { abandoned } from '../domain/errors';

/** A call that is under way, and may be waited for by many. It is broken off once the last of them has left. */
export class Flight<T> {
  readonly #controller = new AbortController();
  readonly #running: Promise<T>;
  #waiting = 0;

  constructor(
    call: (signal: AbortSignal) => Promise<T>,
    private readonly over: (flight: Flight<T>) => void,
    /** The operation that began it, told by something that only it has. */
    readonly owner: unknown,
  ) {
    // Each call that the flight makes listens to it.
    setMaxListeners(0, this.#controller.signal);
    this.#running = call(this.#controller.signal).finally(() => over(this));
  }

  /** Waits for the answer, until the signal aborts; without one, to the end. */
  wait(signal: AbortSignal | undefined): Promise<T> {
    this.#waiting += 1;
    if (signal === undefined) return this.#running;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        this.#left();
        reject(signal.reason);
      };
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
      this.#running.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  #left(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    // Whoever comes now starts anew, and does not join what is being broken off.
    this.over(this);
    this.#controller.abort(abandoned());
  }
}

/** Calls in flight by key: whoever asks for the same while one runs waits for that one. */
export class SingleFlight<T> {
  readonly #running = new Map<string, Flight<T>>();

  /** `mayJoin`: false while what is under way may hang, so that only who began it waits; left out: all may wait. */
  constructor(private readonly mayJoin: () => boolean = () => true) {}

  /** The call in flight for a key, where it may be joined. */
  find(key: string, owner?: unknown): Flight<T> | undefined {
    const flight = this.#running.get(key);
    const isOwn = owner !== undefined && flight?.owner === owner;
    return isOwn || this.mayJoin() ? flight : undefined;
  }

  /** Lets nobody join the call in flight for a key any more. */
  leave(key: string): void {
    this.#running.delete(key);
  }

  /** Starts a call that others can join under every one of the keys until it is over. */
  start(keys: readonly string[], call: (signal: AbortSignal) => Promise<T>, owner?: unknown): Flight<T> {
    const over = (flight: Flight<T>): void => {
      for (const key of keys) if (this.#running.get(key) === flight) this.#running.delete(key);
    };
    const flight = new Flight(call, over, owner);
    for (const key of keys) this.#running.set(key, flight);
    return flight;
  }
}
