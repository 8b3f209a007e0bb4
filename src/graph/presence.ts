import { setMaxListeners } from 'node:events';
import { abandoned } from '../domain/errors';

/**
 * Whether the caller of an operation is still there. A read stops once its caller has left, together with the vendor
 * calls that nobody else waits for; whatever changes something goes on.
 */
export class Presence {
  readonly #controller = new AbortController();
  #isRead = false;
  #hasLeft = false;

  constructor() {
    // Each read of the operation listens to it.
    setMaxListeners(0, this.#controller.signal);
  }

  /** Aborts once a read is not waited for any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The operation turned out to be a read. */
  markAsRead(): void {
    this.#isRead = true;
    this.#decide();
  }

  /** The caller went away. */
  leave(): void {
    this.#hasLeft = true;
    this.#decide();
  }

  #decide(): void {
    if (this.#isRead && this.#hasLeft) this.#controller.abort(abandoned());
  }
}
