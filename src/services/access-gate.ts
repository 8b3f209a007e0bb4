import { Mutex } from 'async-mutex';

/** Who is at one way in just now. */
interface Gate {
  readonly alone: Mutex;
  readonly opening: Set<Promise<unknown>>;
  /** Callers that hold it: the last one takes it away. */
  users: number;
}

/**
 * Keeps apart, for one way in, opening links (many at once, each with its own answer) and looking for a link that got
 * lost (alone: while it looks, no other link may come to be that it could take for the lost one).
 */
export class AccessGate {
  readonly #gates = new Map<string, Gate>();

  /** Runs together with others that open, once nobody is alone. */
  open<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.#enter(key, async ({ alone, opening }) => {
      while (alone.isLocked()) await alone.waitForUnlock();
      const running = work();
      opening.add(running);
      try {
        return await running;
      } finally {
        opening.delete(running);
      }
    });
  }

  /** Runs with nobody else there: after those that open, and before those that come later. */
  alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.#enter(key, ({ alone, opening }) =>
      alone.runExclusive(async () => {
        await Promise.allSettled([...opening]);
        return work();
      }),
    );
  }

  async #enter<T>(key: string, work: (gate: Gate) => Promise<T>): Promise<T> {
    const gate = this.#gates.get(key) ?? { alone: new Mutex(), opening: new Set(), users: 0 };
    this.#gates.set(key, gate);
    gate.users += 1;
    try {
      return await work(gate);
    } finally {
      gate.users -= 1;
      if (gate.users === 0) this.#gates.delete(key);
    }
  }
}
