/** Waits that end with their owner: once cleared, what still waits never goes on. */
export interface Timers {
  /** Settles after that many milliseconds, at once where there are none. */
  wait(ms: number): Promise<void>;
  clear(): void;
}

/** Makes a set of waits for one server. */
export function createTimers(): Timers {
  const pending = new Set<NodeJS.Timeout>();
  return {
    wait: (ms) =>
      ms <= 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            const timer = setTimeout(() => {
              pending.delete(timer);
              resolve();
            }, ms);
            pending.add(timer);
          }),
    clear: () => {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}
