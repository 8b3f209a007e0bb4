import { asDrawbridgeError } from '../domain/errors';
import { type Outcome, settle } from '../domain/outcome';
import type { Clock } from '../domain/time';
import { wait } from './abortable';
import { type Answer, isAbandoned, type OutgoingCall, type PipelineStep } from './pipeline-step';
import { pauseAskedFor } from './retry-after';

/** What a retry is made with. */
export interface RetryOptions {
  readonly clock: Clock;
  /** On which time limits run. */
  readonly limitClock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** A read is sent again this often at most. */
const MOST_RETRIES = 2;

/** The longest pause before the first retry; twice as long before the second. The real one is drawn from 0 to that. */
const FIRST_PAUSE_MS = 200;

/** A vendor that asks for a longer pause than this is not waited for: the caller is told instead. */
const LONGEST_WAIT_SECONDS = 2;

/** Statuses that may be gone at the next try. */
const PASSING: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** One retry is allowed for so many calls; so many may be saved up, and so many are there at the start. */
const CALLS_FOR_A_RETRY = 10;
const MOST_SAVED = 10;
const SAVED_AT_START = 3;

/**
 * Sends a read again that failed for a passing trouble: with full jitter, within the call's deadline, and within a
 * tenth of the account's calls, so that a vendor in trouble does not get three times the load. Never a write, never
 * what the device itself answers, never what belongs to an action: that is looked at again anyway.
 */
export function retryReads({ clock, limitClock, random }: RetryOptions): PipelineStep {
  let saved = SAVED_AT_START;
  const pauseBefore = (tried: Outcome<Answer>, retries: number): number => {
    const askedSeconds = tried.ok ? (pauseAskedFor(tried.value) ?? 0) : 0;
    // A timer may fire a little before its time.
    const askedMs = askedSeconds === 0 ? 0 : askedSeconds * 1000 + 10;
    return Math.max(askedMs, random() * FIRST_PAUSE_MS * 2 ** retries);
  };
  return (next) => async (call) => {
    saved = Math.min(MOST_SAVED, saved + 1 / CALLS_FOR_A_RETRY);
    if (!isRepeatable(call)) return next(call);
    for (let retries = 0; ; retries += 1) {
      const tried = await settle(next({ ...call, attempt: retries + 1 }));
      const pauseMs = pauseBefore(tried, retries);
      const may = retries < MOST_RETRIES && saved >= 1 && mayPass(tried) && !isAbandoned(call);
      if (!may || limitClock.monotonic() + pauseMs >= call.until) {
        if (tried.ok) return tried.value;
        throw tried.error;
      }
      saved -= 1;
      await wait(clock, pauseMs, call.signal);
    }
  };
}

function isRepeatable({ request: { endpoint }, context }: OutgoingCall): boolean {
  return endpoint.method === 'GET' && endpoint.answeredBy === undefined && context.until === undefined;
}

/** A refusal of the pipeline itself says when to come back, and is not tried at once. */
function mayPass(tried: Outcome<Answer>): boolean {
  if (tried.ok) {
    const { status } = tried.value;
    return PASSING.has(status) && (pauseAskedFor(tried.value) ?? 0) <= LONGEST_WAIT_SECONDS;
  }
  const { code, retryAfterSeconds } = asDrawbridgeError(tried.error);
  return (code === 'VENDOR_TIMEOUT' || code === 'VENDOR_UNAVAILABLE') && retryAfterSeconds === undefined;
}
