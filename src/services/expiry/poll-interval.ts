/*
 * How long to wait before a vendor is looked at again. Pure; all times in milliseconds.
 */

/** What every interval stays within. */
export interface PollBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/** A link is looked at again once a third of what is left of it has passed. */
const PART_OF_REST = 3;

/** What has no end in sight begins with such a part of the longest interval. */
const FIRST_PART = { vpn: 20, devices: 5 } as const;

/** The interval for a link with so much left; null: it has no end. Slow far from the end, fast near it. */
export function restInterval(leftMs: number | null, bounds: PollBounds): number {
  return within(leftMs === null ? bounds.maxMs : leftMs / PART_OF_REST, bounds);
}

/** The interval for what may change at any time: it doubles with each look in a row that found no change. */
export function calmInterval(kind: keyof typeof FIRST_PART, calmLooks: number, bounds: PollBounds): number {
  return within((bounds.maxMs / FIRST_PART[kind]) * 2 ** Math.min(calmLooks, 30), bounds);
}

/** A little less at random, so that what began together does not stay together. `chance`: from 0 to 1. */
export function jittered(intervalMs: number, chance: number, bounds: PollBounds): number {
  return Math.round(Math.max(Math.min(bounds.minMs, intervalMs), intervalMs * (1 - 0.05 * chance)));
}

/** How much longer every interval has to be so that they all fit into what is allowed; 1 where they do. */
export function stretch(callsPerHour: number, allowedPerHour: number | null): number {
  if (allowedPerHour === null || callsPerHour <= allowedPerHour) return 1;
  return callsPerHour / allowedPerHour;
}

function within(ms: number, { minMs, maxMs }: PollBounds): number {
  return Math.min(maxMs, Math.max(minMs, ms));
}
