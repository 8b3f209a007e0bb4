import type { VendorResponse } from './transport';

/** A vendor that asks for a longer pause than this is asked again after this. */
const LONGEST_PAUSE_SECONDS = 300;

/** Statuses whose pause is the whole account's. Others (a 201, a redirect) use the header for something else. */
function asksForPause(status: number): boolean {
  return status === 429 || status >= 500;
}

/**
 * The answer with its Retry-After in whole seconds, at most five minutes, whichever form it came in; without the
 * header where it says nothing that can be understood. A date is held against the vendor's own clock, which the
 * answer's Date header tells, because the two clocks may be hours apart.
 */
export function normalizeRetryAfter<T extends VendorResponse>(answer: T, nowMs: number): T {
  const { 'retry-after': header, ...rest } = answer.headers;
  if (header === undefined) return answer;
  const seconds = asksForPause(answer.status) ? secondsIn(header.trim(), rest['date'], nowMs) : undefined;
  return { ...answer, headers: seconds === undefined ? rest : { ...rest, 'retry-after': String(seconds) } };
}

/** The pause that an answer asks for, in seconds; its header has been normalized. Undefined: none. */
export function pauseAskedFor({ headers }: VendorResponse): number | undefined {
  const header = headers['retry-after'];
  return header === undefined ? undefined : Number(header);
}

function secondsIn(header: string, date: string | undefined, nowMs: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(header)) return Math.min(Math.ceil(Number(header)), LONGEST_PAUSE_SECONDS);
  // Every form of an HTTP date names its month; what else Date.parse would take is no date here.
  const at = /[A-Za-z]{3}/.test(header) ? Date.parse(header) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const told = date === undefined ? Number.NaN : Date.parse(date);
  const seconds = Math.ceil((at - (Number.isNaN(told) ? nowMs : told)) / 1000);
  return Math.min(Math.max(0, seconds), LONGEST_PAUSE_SECONDS);
}
