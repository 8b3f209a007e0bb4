import type { Device } from '../domain/device';
import type { Reading } from '../domain/reading';
import type { AccountOptions } from './account-tools';
import { wishedAgeMs } from './read-cache';

/** Part of an answer that is older than was asked for, because the account's allowance runs low. */
export interface ServedOlder {
  /** When the oldest of it was true. */
  readonly servedFrom: Date;
  /** Until reads are as fresh again as they are asked for, where nothing more is spent. */
  readonly easesInSeconds: number;
}

/** The clock that shows instants ticks in milliseconds, the one that measures does not. */
const CLOCK_STEP_MS = 2;

/** Whether devices were answered older than asked because the allowance runs low; undefined: they were not. */
export function servedOlder(
  { allowance, freshness, clock }: Pick<AccountOptions, 'allowance' | 'freshness' | 'clock'>,
  devices: readonly Device[],
  reading: Reading,
): ServedOlder | undefined {
  const wishedMs = wishedAgeMs(reading, freshness.devices);
  if (allowance === undefined || devices.length === 0) return undefined;
  if (allowance.leastAgeMs(freshness.devices) <= wishedMs) return undefined;
  const beganAt = clock.now() - (clock.monotonic() - reading.startedAt);
  const oldest = Math.min(...devices.map(({ observedAt }) => observedAt.getTime()));
  if (beganAt - oldest <= wishedMs + CLOCK_STEP_MS) return undefined;
  return {
    servedFrom: new Date(oldest),
    easesInSeconds: Math.max(1, Math.ceil((allowance.easesAt().getTime() - clock.now()) / 1000)),
  };
}
