/** Calls in flight by key: whoever asks for the same while one runs waits for that one. */
export class SingleFlight<T> {
  readonly #running = new Map<string, Promise<T>>();

  /** The call in flight for a key. */
  join(key: string): Promise<T> | undefined {
    return this.#running.get(key);
  }

  /** Lets nobody join the call in flight for a key any more. */
  leave(key: string): void {
    this.#running.delete(key);
  }

  /** Starts a call that others can join under every one of the keys until it is over. */
  start(keys: readonly string[], call: () => Promise<T>): Promise<T> {
    const running = call().finally(() => {
      for (const key of keys) if (this.#running.get(key) === running) this.#running.delete(key);
    });
    for (const key of keys) this.#running.set(key, running);
    return running;
  }
}
