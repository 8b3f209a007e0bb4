import { DrawbridgeError } from '../domain/errors';
import type { Clock } from '../domain/time';

/** The promise, or a rejection with the signal's reason as soon as it aborts. What the promise does then is not heard. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** Resolves after a time of the clock; rejects with the signal's reason where that aborts before. */
export function wait(clock: Clock, afterMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (afterMs <= 0) return Promise.resolve();
  let cancel = (): void => {};
  const waiting = new Promise<void>((resolve) => {
    cancel = clock.schedule(afterMs, resolve);
  });
  return abortable(waiting, signal).finally(() => cancel());
}

/** A time limit that is running. */
export interface Deadline {
  /** Aborts with VENDOR_TIMEOUT once the time is over, or with the reason of the signal it was made from. */
  readonly signal: AbortSignal;
  /** Stops it: what it was for is over. */
  clear(): void;
}

/** Starts a time limit. `parents` end it early. */
export function startDeadline(
  clock: Clock,
  afterMs: number,
  parents: readonly (AbortSignal | undefined)[],
): Deadline {
  const controller = new AbortController();
  const cancel = clock.schedule(Math.max(0, afterMs), () =>
    controller.abort(new DrawbridgeError('VENDOR_TIMEOUT', 'The vendor did not answer in time.')),
  );
  const followed = parents.flatMap((parent) => {
    if (parent === undefined) return [];
    const follow = (): void => controller.abort(parent.reason);
    if (parent.aborted) follow();
    else parent.addEventListener('abort', follow, { once: true });
    return [() => parent.removeEventListener('abort', follow)];
  });
  return {
    signal: controller.signal,
    clear: () => {
      cancel();
      for (const unfollow of followed) unfollow();
    },
  };
}
