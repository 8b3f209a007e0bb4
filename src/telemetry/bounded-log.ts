import type { Clock } from '../domain/time';
import { TokenBucket } from '../domain/token-bucket';
import type { LogFields, Logger } from './logger';

/** Writes lines that strangers can cause, and so no more of them than somebody reads. */
export type BoundedLog = (fields: LogFields, message: string) => void;

/** Lines at warn, up to so many a minute; the next one says how many were left out: `unlogged`. */
export function openBoundedLog(
  logger: Logger,
  clock: Pick<Clock, 'monotonic'>,
  linesPerMinute: number,
): BoundedLog {
  const bucket = new TokenBucket(linesPerMinute, clock.monotonic());
  let unlogged = 0;
  return (fields, message) => {
    if (bucket.take(1, clock.monotonic()) > 0) {
      unlogged += 1;
      return;
    }
    logger.warn(unlogged === 0 ? fields : { ...fields, unlogged }, message);
    unlogged = 0;
  };
}
