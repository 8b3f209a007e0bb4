import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

/** How much memory a process holds after a garbage collection, in bytes. */
export interface Memory {
  readonly heapUsed: number;
  readonly rss: number;
}

type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

/** Answers what the parent asks of this process, by name. */
export function serve(handlers: Handlers): void {
  process.on('message', ({ id, name, argument }: { id: number; name: string; argument: never }) => {
    Promise.resolve(handlers[name]?.(argument)).then(
      (value) => process.send?.({ id, value }),
      (thrown: unknown) => process.send?.({ id, error: String(thrown) }),
    );
  });
  process.send?.('ready');
}

/**
 * The memory of this process, which was started with --expose-gc. What was freed goes back to the system only after a
 * while: the lowest of some looks counts.
 */
export async function measureMemory(): Promise<Memory> {
  let lowest: Memory = { heapUsed: Number.POSITIVE_INFINITY, rss: Number.POSITIVE_INFINITY };
  for (let look = 0; look < 5; look++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { heapUsed, rss } = process.memoryUsage();
    lowest = { heapUsed: Math.min(lowest.heapUsed, heapUsed), rss: Math.min(lowest.rss, rss) };
  }
  return lowest;
}

/** A process of its own, so that its memory and its time are its own. */
export class Child {
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #asked = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message: 'ready' | { id: number; value?: never; error?: string }) => {
      if (message === 'ready') return;
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) waiting?.resolve(message.value as never);
      else waiting?.reject(new Error(message.error));
    });
    child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the process ended with ${code}`));
    });
  }

  /** Starts a file that stands beside this one, and waits until it serves. */
  static async start(name: string, env: Readonly<Record<string, string>> = {}): Promise<Child> {
    const forked = fork(path.join(__dirname, name), {
      execArgv: ['--expose-gc'],
      env: { PATH: process.env['PATH'], ...env },
    });
    await new Promise<void>((resolve, reject) => {
      forked.once('message', () => resolve());
      forked.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it served`)));
    });
    return new Child(forked);
  }

  ask<T>(name: string, argument?: unknown): Promise<T> {
    const id = this.#asked++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.child.send({ id, name, argument });
    });
  }

  stop(): void {
    this.child.kill();
  }
}
