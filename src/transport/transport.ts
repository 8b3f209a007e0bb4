import type { CallPurpose } from '../domain/allowance';
import type { CallRecord } from '../domain/reading';

/** What a caller of the transport knows of the endpoint: a row of a vendor's catalogue. */
export interface EndpointCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly origin?: 'status';
  readonly timeoutMs?: number;
  readonly anonymous?: boolean;
  readonly answeredBy?: 'device';
  readonly refusesIdsBy401?: boolean;
  readonly permission: string;
}

/** One request to a vendor. */
export interface VendorRequest {
  readonly endpoint: EndpointCall;
  /** Values for the `{name}` parts of the path; each is percent-encoded as one segment. */
  readonly params?: Readonly<Record<string, string>>;
  /** Query parameters in order; a name may stand more than once. */
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; left out: no body. */
  readonly json?: unknown;
  /** How many things are asked for, for explain. Default 1. */
  readonly keys?: number;
}

/** What a vendor answered. Whatever the status, the body is not yet trusted. */
export interface VendorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON value; undefined where the body was empty. */
  readonly body: unknown;
}

/** On whose behalf a call is made. */
export interface CallContext {
  /** What the call is for, to the account's allowance; left out: `read`. */
  readonly purpose?: CallPurpose;
  /** Told once the call is over, for explain. */
  readonly note?: (call: CallRecord) => void;
  /** Aborts once nobody waits for the answer any more: a call that waits is not made, one under way is broken off. */
  readonly signal?: AbortSignal;
  /**
   * When all of an action has to be done that the call is part of, on the monotonic clock; left out: it is part of a
   * read.
   */
  readonly until?: number;
}

/**
 * The one way to a vendor. Resolves for every answer that is JSON or empty, whatever its status. Throws
 * VENDOR_TIMEOUT where no answer came in time, VENDOR_UNAVAILABLE where none came at all, where it is no JSON, where
 * it redirects (redirects are never followed), or where the account's circuit is open; VENDOR_RATE_LIMITED where the
 * vendor asked for a pause that is not over; VENDOR_UNAUTHORIZED where it keeps refusing the account's credentials.
 */
export interface Transport {
  send(request: VendorRequest, context: CallContext): Promise<VendorResponse>;
}

/** How the credentials of an account become headers. Made by a vendor's folder, used by the pipeline. */
export interface Authenticator {
  /** Headers for a call; may log in first, once for all callers that wait. */
  headers(context: CallContext): Promise<Readonly<Record<string, string>>>;
  /**
   * Called on an answer that may mean that `rejected`, the headers it was sent with, are no good. True: try once
   * more, with new headers. False: they cannot be renewed.
   */
  renew(rejected: Readonly<Record<string, string>>, context: CallContext): Promise<boolean>;
}
