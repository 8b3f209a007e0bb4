import { asDrawbridgeError, DrawbridgeError } from '../../domain/errors';
import type { CallContext } from '../../transport/transport';
import type { Step } from '../driver';

/** How often a list is looked at for what the vendor says that it has done. */
export const LOOKS = 4;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 2_000;

/** The pause before the nth look, counted from zero: half a second at first, two seconds at most. */
export function pauseBefore(nth: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * (nth + 1));
}

/** What is looked for. */
export interface Look<T> {
  /** Undefined where it does not show. */
  find(context: CallContext): Promise<{ readonly done: T } | undefined>;
  /** What is wrong where it does not show in the end. */
  missed(): DrawbridgeError;
}

/** Looks at once and, where it does not show or the look fails for a passing trouble, up to `left` times in all. */
export async function lookFor<T>(look: Look<T>, context: CallContext, left = LOOKS): Promise<Step<T>> {
  let found: { readonly done: T } | undefined;
  try {
    found = await look.find(context);
  } catch (thrown) {
    const error = asUnknown(asDrawbridgeError(thrown));
    if (left <= 1 || !error.retryable) throw error;
  }
  if (found !== undefined) return found;
  if (left <= 1) throw look.missed();
  return {
    afterMs: pauseBefore(LOOKS - left),
    again: (next) => lookFor(look, next, left - 1),
  };
}

/**
 * RMS has taken the action on: that it refuses to tell of it says nothing of what became of it. Any other error stays
 * as it is.
 */
export function asUnknown(error: DrawbridgeError): DrawbridgeError {
  if (error.code !== 'VENDOR_REJECTED') return error;
  const message = 'The vendor took the action on, and refuses to tell what became of it.';
  return new DrawbridgeError('VENDOR_UNAVAILABLE', message, { cause: error });
}
