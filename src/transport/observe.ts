import { asDrawbridgeError } from '../domain/errors';
import type { Clock } from '../domain/time';
import { type Answer, isAbandoned, type OutgoingCall, type PipelineStep } from './pipeline-step';

/** How one try of a vendor call ended, for metrics and logs. */
export interface AttemptReport {
  readonly account: string;
  /** Method and path template. */
  readonly route: string;
  /** Which try of the call it was, from 1. */
  readonly attempt: number;
  /**
   * `ok`, or the class of the vendor's error status (`http_4xx`, `http_5xx`), or the code of the error where there was
   * no answer or it asks for a pause, or `abandoned` where nobody waited for it any more.
   */
  readonly outcome: string;
  readonly durationMs: number;
  /** What is wrong with the account or its vendor, in words for an operator; left out where nothing is. */
  readonly fault?: string;
  /** What the credentials lack, as the vendor calls it, where it refused the call for that. */
  readonly missingPermission?: string;
}

/** Where the reports go. */
export interface ObserveOptions {
  readonly account: string;
  readonly clock: Clock;
  readonly report: (attempt: AttemptReport) => void;
}

/** Statuses below 500 that speak of the account and not of one request: credentials, permissions, allowance. */
const ACCOUNT_FAULTS: ReadonlySet<number> = new Set([401, 403, 429]);

type Ending = Pick<AttemptReport, 'outcome' | 'fault' | 'missingPermission'>;

/** Reports each request that leaves the process, with the status that it really got. */
export function observe(options: ObserveOptions): PipelineStep {
  const { account, clock } = options;
  return (next) => async (call) => {
    const { endpoint, keys } = call.request;
    const { method, path } = endpoint;
    const startedAt = clock.monotonic();
    const done = (status: number | null, ending: Ending): void => {
      const durationMs = clock.monotonic() - startedAt;
      options.report({ account, route: `${method} ${path}`, attempt: call.attempt, durationMs, ...ending });
      const ms = Math.round(durationMs);
      call.context.note?.({ account, method, route: path, keys: keys ?? 1, status, ms, from: 'VENDOR' });
    };
    try {
      const answer = await next(call);
      done(answer.status, endingOf(call, answer));
      return answer;
    } catch (thrown) {
      const { code, message } = asDrawbridgeError(thrown);
      if (isAbandoned(call)) done(null, { outcome: 'abandoned' });
      else done(null, { outcome: code.toLowerCase(), ...faultOf(call, `: ${message}`) });
      throw thrown;
    }
  };
}

function endingOf(call: OutgoingCall, { status, unreadable }: Answer): Ending {
  if (unreadable !== undefined) return { outcome: 'vendor_unavailable', ...faultOf(call, `: ${unreadable}`) };
  if (status < 400) return { outcome: 'ok' };
  const outcome = status === 429 ? 'vendor_rate_limited' : `http_${Math.floor(status / 100)}xx`;
  if (status < 500 && !ACCOUNT_FAULTS.has(status)) return { outcome };
  const { permission } = call.request.endpoint;
  return {
    outcome,
    ...faultOf(call, ` was answered with status ${status}`),
    ...(status === 403 ? { missingPermission: permission } : {}),
  };
}

/** What a device answers itself, or fails to, is no fault of the account. */
function faultOf({ request: { endpoint } }: OutgoingCall, what: string): Pick<AttemptReport, 'fault'> {
  return endpoint.answeredBy === 'device' ? {} : { fault: `${endpoint.method} ${endpoint.path}${what}` };
}
