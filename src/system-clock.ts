import type { Clock } from './domain/time';

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (afterMs, callback) => {
    const timer = setTimeout(callback, afterMs);
    return () => clearTimeout(timer);
  },
};
