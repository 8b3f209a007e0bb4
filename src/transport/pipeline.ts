import { bulkhead } from 'cockatiel';
import type { CallPurpose } from '../domain/allowance';
import { asDrawbridgeError } from '../domain/errors';
import type { Clock } from '../domain/time';
import type { Fetch } from './fetch';
import type { Authenticator, CallContext, Transport, VendorRequest, VendorResponse } from './transport';

/** How one try of a vendor call ended, for metrics and logs. */
export interface AttemptReport {
  readonly account: string;
  /** Method and path template. */
  readonly route: string;
  /** `ok`, or the code of the error, or the class of the vendor's error status (`http_4xx`, `http_5xx`). */
  readonly outcome: string;
  readonly durationMs: number;
  /** Which try of the call it was, from 1. */
  readonly attempt: number;
  /** What is wrong with the account or its vendor, in words for an operator; left out where nothing is. */
  readonly fault?: string;
}

/** What a pipeline is made from. */
export interface PipelineOptions {
  readonly account: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Calls in flight at most; the others wait in line. */
  readonly concurrency: number;
  /** How long one call may take with everything it needs: logging in, and being sent once more. In milliseconds. */
  readonly deadlineMs: number;
  readonly report: (attempt: AttemptReport) => void;
  /** Counts every request against the account's allowance, and refuses it where that is used up; left out: none is known. */
  readonly quota?: { take(purpose: CallPurpose, keys: number): Promise<void> };
}

/** Statuses below 500 that speak of the account and not of one request: credentials, permissions, allowance. */
const ACCOUNT_FAULTS: ReadonlySet<number> = new Set([401, 403, 429]);

/** Calls that wait in line at most, for one account; more than a page of the graph can ask for. */
const LONGEST_LINE = 100_000;

/** Sends requests as they are, without credentials. Order: quota, bulkhead, observe, fetch (with deadline and decode). */
export function openAnonymousTransport(options: PipelineOptions): Transport {
  const line = bulkhead(options.concurrency, LONGEST_LINE);
  return {
    send: async (request, context) => {
      await pay(options, request, context);
      return line.execute(() =>
        observe(options, { request, context, credentials: {}, deadline: deadlineOf(options, request) }),
      );
    },
  };
}

/**
 * Sends requests with the account's credentials, and once more with new ones where the answer says that they ran
 * out. Order: quota, bulkhead, authenticate, observe, fetch (with deadline and decode).
 */
export function openTransport(
  options: PipelineOptions,
  authenticator: Authenticator,
  isUnauthorized: (response: VendorResponse) => boolean,
): Transport {
  const line = bulkhead(options.concurrency, LONGEST_LINE);
  return {
    send: async (request, context) => {
      await pay(options, request, context);
      return line.execute(async () => {
        const deadline = deadlineOf(options, request);
        const credentials = await authenticator.headers(context);
        const answer = await observe(options, { request, context, credentials, deadline });
        if (!isUnauthorized(answer) || !(await authenticator.renew(credentials, context))) return answer;
        const renewed = await authenticator.headers(context);
        await pay(options, request, context);
        return observe(options, { request, context, credentials: renewed, deadline, attempt: 2 });
      });
    },
  };
}

/** Every request counts, a second try and a login as well. */
async function pay({ quota }: PipelineOptions, { keys }: VendorRequest, context: CallContext): Promise<void> {
  await quota?.take(context.purpose ?? 'read', keys ?? 1);
}

/** One try of a call. */
interface Attempt {
  readonly request: VendorRequest;
  readonly context: CallContext;
  readonly credentials: Readonly<Record<string, string>>;
  /** Aborts once the whole call has taken too long. */
  readonly deadline: AbortSignal;
  /** From 1, the default. */
  readonly attempt?: number;
}

/** An endpoint that takes longer than others has its own time on top. */
function deadlineOf({ deadlineMs }: PipelineOptions, { endpoint }: VendorRequest): AbortSignal {
  return AbortSignal.timeout(deadlineMs + (endpoint.timeoutMs ?? 0));
}

async function observe(
  options: PipelineOptions,
  { request, context, credentials, deadline, attempt = 1 }: Attempt,
): Promise<VendorResponse> {
  const { account, clock } = options;
  const { method, path } = request.endpoint;
  const startedAt = clock.monotonic();
  const done = (status: number | null, outcome: string, fault: string | undefined): void => {
    const durationMs = clock.monotonic() - startedAt;
    const route = `${method} ${path}`;
    options.report({
      account,
      route,
      outcome,
      durationMs,
      attempt,
      ...(fault === undefined ? {} : { fault }),
    });
    context.note?.({
      account,
      method,
      route: path,
      keys: request.keys ?? 1,
      status,
      ms: Math.round(durationMs),
      from: 'VENDOR',
    });
  };
  try {
    const answer = await options.fetch.send(request, credentials, deadline);
    const { status } = answer;
    done(
      status,
      status < 400 ? 'ok' : `http_${Math.floor(status / 100)}xx`,
      status >= 500 || ACCOUNT_FAULTS.has(status)
        ? `${method} ${path} was answered with status ${status}`
        : undefined,
    );
    return answer;
  } catch (thrown) {
    const { code, message } = asDrawbridgeError(thrown);
    done(null, code.toLowerCase(), `${method} ${path}: ${message}`);
    throw thrown;
  }
}
