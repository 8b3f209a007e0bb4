import type { Client } from 'graphql-ws';

/** One event of the only field that a test subscribes to. */
export type Event = Readonly<Record<string, unknown>>;

/** A subscription of a client as applications have it. */
export class Following {
  /** Events that were not taken yet. */
  readonly waiting: Event[] = [];
  /** Undefined where it completed; what it failed with where it did not. */
  readonly end: Promise<unknown>;
  leave: () => void = () => {};
  #isOver = false;
  #wake: () => void = () => {};
  #over: (failure: unknown) => void = () => {};

  constructor() {
    this.end = new Promise((resolve) => {
      this.#over = resolve;
    });
  }

  /** Subscribes by WebSocket. */
  static by(client: Client, query: string, variables: Readonly<Record<string, unknown>> = {}): Following {
    const following = new Following();
    following.leave = client.subscribe({ query, variables: { ...variables } }, following.sink);
    return following;
  }

  /** What a client tells. */
  readonly sink = {
    next: ({ data, errors }: { data?: unknown; errors?: unknown }): void => {
      this.waiting.push((Object.values(data ?? {})[0] as Event | undefined) ?? { errors });
      this.#wake();
    },
    error: (failure: unknown): void => this.#finish(failure),
    complete: (): void => this.#finish(undefined),
  };

  /** The next event; fails where there is none any more. */
  async next(): Promise<Event> {
    for (;;) {
      const event = this.waiting.shift();
      if (event !== undefined) return event;
      if (this.#isOver) throw new Error(`over: ${JSON.stringify(await this.end)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #finish(failure: unknown): void {
    this.#isOver = true;
    this.#over(failure);
    this.#wake();
  }
}
