import type { Clock } from '../domain/time';

/** Whoever asks for readiness waits no longer for the store, in milliseconds. */
const STORE_ANSWERS_WITHIN_MS = 1000;

/**
 * Asks whether the store is well, within a bound: a store that somebody keeps locked is tried for longer than a check
 * can wait. Checks that come meanwhile join the one under way, so that they do not pile up. Rejects where the store
 * fails, or does not answer in time.
 */
export function createStoreProbe(ping: () => Promise<void>, clock: Clock): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () =>
    new Promise((resolve, reject) => {
      running ??= ping().finally(() => {
        running = undefined;
      });
      const cancel = clock.schedule(STORE_ANSWERS_WITHIN_MS, () =>
        reject(new Error('The store does not answer in time.')),
      );
      running.then(resolve, reject).finally(cancel);
    });
}
