/**
 * What a vendor call is for. `read`, the default, and `poll` give way first when an allowance runs low; `action` is
 * something that a caller asked to have done; `finish` ends a link, or finds out what became of what was begun, and is
 * never refused.
 */
export type CallPurpose = 'read' | 'poll' | 'action' | 'finish';

/** The time over which an account's calls are counted: a calendar month in UTC. Milliseconds since 1970. */
export interface QuotaWindow {
  readonly startMs: number;
  /** The first instant of the next window. */
  readonly endMs: number;
}

/** Calls of one account in the window that runs. */
export interface QuotaReport {
  /** Calls that the vendor allows in a window. */
  readonly limit: number;
  /** Calls made, by all replicas together. */
  readonly used: number;
  readonly remaining: number;
  readonly resetsAt: Date;
}

/** The allowance of one account, as the rest of the house looks at it. */
export interface Allowance {
  report(): QuotaReport;
  /** How old what was learned may be at least, in milliseconds, where `usualMs` is what else would hold; 0: no older. */
  leastAgeMs(usualMs: number): number;
  /** When reads are as fresh again as they are asked for, as far as nothing more is spent. */
  easesAt(): Date;
  /** Calls that polling may spend in the next hour. */
  pollCallsPerHour(): number;
}

/** Never spent on anything but the ends of links: 2 % of the allowance, and at least this many calls. */
const LEAST_RESERVE = 5;
const RESERVED_SHARE = 0.02;

/** So much of what is still to come may be spent ahead of an even spread: working days are not alike. */
const AHEAD_SHARE = 0.1;

/** From this part of what may be spent ahead on, reads are answered older; polls have given way by then. */
const READS_STRETCH_FROM = 0.5;

/**
 * Twice as far ahead as may be, and this many calls more, reads are refused until the month has caught up: so the rest
 * of it is not dark. Of a small allowance the calls themselves are the whole.
 */
const READS_REFUSED_FROM = 2;
const READS_REFUSED_CALLS = 100;

/** Polls keep this part of an even spread, however much else is asked; a tenth of it once reads are refused. */
const POLLS_KEEP = 0.15;
const POLLS_KEEP_LEAST = 0.015;

/** Of what is left over, polls take this much: what else is asked varies from day to day. */
const POLLS_TAKE = 0.9;

/** The calendar month in UTC that an instant is in. */
export function monthOf(nowMs: number): QuotaWindow {
  const now = new Date(nowMs);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return { startMs: Date.UTC(year, month), endMs: Date.UTC(year, month + 1) };
}

/** The calls of a window that everything but the ends of links may use. */
export function usableOf(limit: number): number {
  return Math.max(0, limit - Math.max(LEAST_RESERVE, Math.ceil(limit * RESERVED_SHARE)));
}

/** How a window has been used up to an instant. */
export interface Spending {
  readonly limit: number;
  readonly used: number;
  readonly window: QuotaWindow;
  readonly nowMs: number;
}

/**
 * How far spending is ahead of an even spread over the window, in parts of how far it may be: 0 or less is all well,
 * 1 is as far ahead as may be. What may be spent ahead shrinks with the time that is left, so that the last day has
 * its share too.
 */
export function tightness({ limit, used, window, nowMs }: Spending): number {
  const usable = usableOf(limit);
  if (used >= usable) return Number.POSITIVE_INFINITY;
  const ahead = used - usable * elapsedOf(window, nowMs);
  return ahead / Math.max(1, AHEAD_SHARE * usable * (1 - elapsedOf(window, nowMs)));
}

/**
 * How old what was learned may be at least. From `usualMs` it grows to `oldestMs` while {@link tightness} grows to 1;
 * 0 where nothing has to be older.
 */
export function stretchedAgeMs(tight: number, usualMs: number, oldestMs: number): number {
  if (tight <= READS_STRETCH_FROM) return 0;
  const usual = Math.max(1000, usualMs);
  if (oldestMs <= usual) return oldestMs;
  const share = Math.min(1, (tight - READS_STRETCH_FROM) / (1 - READS_STRETCH_FROM));
  return usual * (oldestMs / usual) ** share;
}

/** The instant at which an even spread has caught up so far that reads are as fresh as they are asked for. */
export function easesAtMs(spending: Omit<Spending, 'nowMs'>): number {
  return caughtUpAtMs(spending, READS_STRETCH_FROM, spending.used);
}

/** The instant from which reads are let out; one that has passed: they are now. */
export function readsFromMs(spending: Omit<Spending, 'nowMs'>): number {
  return caughtUpAtMs(spending, READS_REFUSED_FROM, spending.used - READS_REFUSED_CALLS);
}

/** When spending is no longer further ahead than a part of how far it may be. */
function caughtUpAtMs(
  { limit, used, window }: Omit<Spending, 'nowMs'>,
  part: number,
  counted: number,
): number {
  const usable = usableOf(limit);
  if (used >= usable) return window.endMs;
  const slack = part * AHEAD_SHARE;
  const elapsed = Math.max(0, counted / usable - slack) / (1 - slack);
  return Math.ceil(window.startMs + elapsed * (window.endMs - window.startMs));
}

/**
 * Calls that polling may spend in an hour: what an even spread of the rest leaves beside `othersPerHour`, less where
 * spending is ahead, and never nothing while there is anything left.
 */
export function pollPace(spending: Spending, othersPerHour: number): number {
  const { limit, used, window, nowMs } = spending;
  const hoursLeft = Math.max(1 / 60, (window.endMs - nowMs) / HOUR_MS);
  const even = Math.max(0, usableOf(limit) - used) / hoursLeft;
  const tight = Math.max(0, tightness(spending));
  const kept = Math.max(POLLS_KEEP_LEAST, POLLS_KEEP * (1 - tight / READS_REFUSED_FROM));
  const eased = 1 - Math.min(1, tight / READS_STRETCH_FROM);
  return Math.max(kept * even, POLLS_TAKE * eased * (even - othersPerHour));
}

/** An hour in milliseconds. */
export const HOUR_MS = 3_600_000;

function elapsedOf({ startMs, endMs }: QuotaWindow, nowMs: number): number {
  return Math.min(1, Math.max(0, (nowMs - startMs) / (endMs - startMs)));
}
