import type { Vendor } from './vendor';

/** Every code that an error of the graph can carry. The list is closed: clients switch on it. */
export const ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'UNSUPPORTED_BY_VENDOR',
  'POLICY_VIOLATION',
  'DEVICE_OFFLINE',
  'IDEMPOTENCY_CONFLICT',
  'VENDOR_UNAVAILABLE',
  'VENDOR_TIMEOUT',
  'VENDOR_RATE_LIMITED',
  'VENDOR_QUOTA_EXHAUSTED',
  'VENDOR_REJECTED',
  'VENDOR_UNAUTHORIZED',
  'STORE_UNAVAILABLE',
  'OPERATION_TOO_EXPENSIVE',
  'INTERNAL_SERVER_ERROR',
] as const;

/** One code of the closed list. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Who is at fault, where it is a vendor. */
export interface ErrorSource {
  readonly vendor: Vendor;
  readonly account: string;
}

/** What an error says beside its code and message. */
export interface ErrorDetails {
  readonly source?: ErrorSource;
  /** True where the same call may succeed later without a change. */
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number;
  /** True where it is certain that nothing reached the vendor: what was to be done there was not begun. */
  readonly unsent?: boolean;
  /**
   * Only of an action that its vendor took on: asking how it goes tells no more, and what became of it has to be looked
   * for. `connectionRef` is the connection that may come up, where the vendor told which.
   */
  readonly tookOn?: { readonly connectionRef: string | null };
  /** Kept for the log's stack only; never shown to a caller. */
  readonly cause?: unknown;
}

/**
 * The one error class. The message says what was tried, what happened and what to do, in words that a caller may
 * read: no stack, no credential, no vendor body.
 */
export class DrawbridgeError extends Error {
  override readonly name = 'DrawbridgeError';
  readonly source: ErrorSource | undefined;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly unsent: boolean;
  readonly tookOn: ErrorDetails['tookOn'];

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.source = details.source;
    this.retryable = details.retryable ?? RETRYABLE.has(code);
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.unsent = details.unsent ?? false;
    this.tookOn = details.tookOn;
  }

  /** The same error, naming the account at fault. An error that names one already keeps it. */
  from(source: ErrorSource): DrawbridgeError {
    if (this.source !== undefined) return this;
    const { retryable, retryAfterSeconds, unsent, tookOn } = this;
    return new DrawbridgeError(this.code, this.message, {
      source,
      retryable,
      unsent,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(tookOn === undefined ? {} : { tookOn }),
      cause: this.cause,
    });
  }
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'DEVICE_OFFLINE',
  'VENDOR_UNAVAILABLE',
  'VENDOR_TIMEOUT',
  'VENDOR_RATE_LIMITED',
  'STORE_UNAVAILABLE',
]);

/** What was thrown, as the one error class; a stranger becomes INTERNAL_SERVER_ERROR with a message that says nothing. */
export function asDrawbridgeError(thrown: unknown): DrawbridgeError {
  if (thrown instanceof DrawbridgeError) return thrown;
  return new DrawbridgeError('INTERNAL_SERVER_ERROR', 'Something went wrong inside Drawbridge.', {
    cause: thrown,
  });
}

/** An input of the caller's that cannot be right, with a message that says what would be. */
export function badInput(message: string): DrawbridgeError {
  return new DrawbridgeError('BAD_USER_INPUT', message);
}

/** What a read ends with that nobody waits for any more: nobody sees it, and no vendor is to blame. */
export function abandoned(): DrawbridgeError {
  return new DrawbridgeError('VENDOR_TIMEOUT', 'Nobody waited for the answer any more.');
}
