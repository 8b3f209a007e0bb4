import { asDrawbridgeError, type DrawbridgeError } from './errors';

/** What came of asking for one thing among many: the failure of one is no failure of its neighbours. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: DrawbridgeError };

/** The outcome of something that was found. */
export function success<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

/** The outcome of something that could not be had. */
export function failure<T>(thrown: unknown): Outcome<T> {
  return { ok: false, error: asDrawbridgeError(thrown) };
}

/** The value, or the error thrown. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw outcome.error;
}

/** The outcome of a promise, which then never rejects. */
export async function settle<T>(promise: Promise<T>): Promise<Outcome<T>> {
  try {
    return success(await promise);
  } catch (thrown) {
    return failure(thrown);
  }
}
