import { asDrawbridgeError, DrawbridgeError } from '../domain/errors';
import type { Clock } from '../domain/time';
import { abortable } from './abortable';
import type { Answer, PipelineStep } from './pipeline-step';
import type { Authenticator, VendorResponse } from './transport';

/** With what calls are authenticated. */
export interface CredentialsOptions {
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly isUnauthorized: (response: VendorResponse) => boolean;
  /** Told of every call that was refused because the vendor refuses the credentials. */
  readonly refused: () => void;
  /** Told whenever a login is refused, or calls with new credentials again and again, with what is wrong in words. */
  readonly rejected: (why: string) => void;
}

/**
 * Adds the account's credentials, and sends a call once more with new ones where the answer says that they ran out.
 * Credentials that are refused again and again are not shown for a while: vendors lock accounts for less.
 */
export function addCredentials(options: CredentialsOptions): PipelineStep {
  const { authenticator, isUnauthorized } = options;
  const refusals = new Refusals(options);
  return (next) => async (call) => {
    refusals.check();
    const { signal } = call;
    // Whoever leaves does not take a login along that others wait for.
    const { signal: _, until: __, ...context } = call.context;
    const login = <T>(promise: Promise<T>): Promise<T> => abortable(tellingRefusal(promise, options), signal);
    const credentials = await login(authenticator.headers(context));
    const answer = await next({ ...call, credentials });
    if (!isUnauthorized(answer)) return refusals.accepted(answer);
    // What the ids of one call are to blame for must not keep the whole account's calls back.
    const refused = (last: Answer): Answer =>
      call.request.endpoint.refusesIdsBy401 === true ? last : refusals.refused(last);
    if (!(await login(authenticator.renew(credentials, context)))) return refused(answer);
    const renewed = await login(authenticator.headers(context));
    const again = await next({ ...call, credentials: renewed, attempt: call.attempt + 1 });
    return isUnauthorized(again) ? refused(again) : refusals.accepted(again);
  };
}

/** A login that is refused is told to the operator too; one that was not made, because the last was, is not. */
async function tellingRefusal<T>(login: Promise<T>, { rejected }: CredentialsOptions): Promise<T> {
  try {
    return await login;
  } catch (thrown) {
    const { code, message, unsent } = asDrawbridgeError(thrown);
    if (code === 'VENDOR_UNAUTHORIZED' && !unsent) rejected(message);
    throw thrown;
  }
}

/** So many refusals in a row, with no other answer in between, say that the credentials are no good. */
const MOST_REFUSALS = 3;

/** How long they are then not shown: doubled with each further refusal. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 300_000;

class Refusals {
  #inARow = 0;
  #pauseMs = 0;
  #until = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: Pick<CredentialsOptions, 'clock' | 'refused' | 'rejected'>) {}

  check(): void {
    if (this.options.clock.monotonic() >= this.#until) return;
    this.options.refused();
    throw new DrawbridgeError(
      'VENDOR_UNAUTHORIZED',
      "The vendor does not accept the account's credentials, and is not shown them for a while.",
      { unsent: true },
    );
  }

  accepted(answer: Answer): Answer {
    // A vendor that is in trouble, or busy, may not even have looked at them.
    if (answer.status < 500 && answer.status !== 429 && answer.unreadable === undefined) {
      this.#inARow = 0;
      this.#pauseMs = 0;
    }
    return answer;
  }

  refused(answer: Answer): Answer {
    this.#inARow += 1;
    const now = this.options.clock.monotonic();
    // Calls that were under way at the same time are one refusal more, not a longer pause.
    if (this.#inARow >= MOST_REFUSALS && now >= this.#until) {
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
      this.#until = now + this.#pauseMs;
      this.options.rejected("The vendor does not accept the account's credentials.");
    }
    return answer;
  }
}
