import type { CallPurpose } from '../domain/allowance';
import type { CircuitState } from '../domain/circuit';
import { DrawbridgeError } from '../domain/errors';
import type { Clock } from '../domain/time';
import { startDeadline } from './abortable';
import { Circuit } from './circuit';
import { breakCircuit, type Circuits, refuseEarly } from './circuit-step';
import { addCredentials } from './credentials';
import { limitAttempt } from './deadline';
import type { Fetch } from './fetch';
import { standInLine } from './line';
import { type ObserveOptions, observe } from './observe';
import type { Answer, OutgoingCall, PipelineStep, Send } from './pipeline-step';
import { retryReads } from './retry';
import type { Authenticator, Transport, VendorResponse } from './transport';
import { VendorPause } from './vendor-pause';

/** Why a call was refused without asking the vendor. */
export type RefusalReason = 'circuit' | 'pause' | 'credentials';

/** What a pipeline is made from. */
export interface PipelineOptions extends ObserveOptions {
  readonly fetch: Fetch;
  /**
   * On which the time limits of calls run: the machine's, also where another clock is moved by hand, for sockets know
   * no other.
   */
  readonly limitClock: Clock;
  /** From 0 to below 1, for the pauses between tries. */
  readonly random: () => number;
  /** Calls in flight at most; the others wait in line. */
  readonly concurrency: number;
  /** One try, in milliseconds, where the endpoint does not say otherwise. */
  readonly timeoutMs: number;
  /** How long a read may take with everything it needs: waiting in line, logging in, being sent again. In milliseconds. */
  readonly deadlineMs: number;
  /** Counts every request against the account's allowance, and refuses it where that is used up; left out: none is known. */
  readonly quota?: { take(purpose: CallPurpose, keys: number): Promise<void> };
  /** Told whenever the account's circuit changes its state. */
  readonly circuitChanged: (state: CircuitState) => void;
  /** Told of each call that was refused without asking the vendor. */
  readonly refused: (reason: RefusalReason) => void;
  /** Told whenever a login is refused, or calls with new credentials again and again, with what is wrong in words. */
  readonly credentialsRejected: (why: string) => void;
}

/** The way to one vendor account. */
export interface Pipeline {
  /** Sends requests as they are, without credentials: for logging in. */
  readonly anonymous: Transport;
  /** Sends requests with the account's credentials. */
  authenticated(
    authenticator: Authenticator,
    isUnauthorized: (response: VendorResponse) => boolean,
  ): Transport;
  /** Whether calls to the vendor are let through. */
  circuit(): CircuitState;
}

/**
 * Opens the way to one account. The order of the steps is this function's text; docs/decisions tell why it is so. A
 * login goes through the same circuit and the same pause, and does not wait in line: the call that needs it has a place.
 */
export function openPipeline(options: PipelineOptions): Pipeline {
  const { clock, limitClock, refused } = options;
  const pause = new VendorPause({ clock, limitClock, refused: () => refused('pause') });
  const circuits: Circuits = {
    vendor: new Circuit({
      clock,
      of: 'one',
      changed: options.circuitChanged,
      refused: () => refused('circuit'),
    }),
    devices: new Circuit({
      clock,
      of: 'many',
      changed: () => undefined,
      refused: () => refused('circuit'),
    }),
  };
  const oneTry: readonly PipelineStep[] = [
    pause.step,
    breakCircuit(circuits, options),
    payQuota(options),
    limitAttempt(options),
    observe(options),
  ];
  const fetch: Send = ({ request, credentials, signal }) => options.fetch.send(request, credentials, signal);
  return {
    anonymous: transportOf(options, chain(oneTry, fetch)),
    authenticated: (authenticator, isUnauthorized) => {
      const steps: readonly PipelineStep[] = [
        retryReads(options),
        pause.holdUp,
        refuseEarly(circuits),
        standInLine(options.concurrency),
        addCredentials({
          clock,
          authenticator,
          isUnauthorized,
          refused: () => refused('credentials'),
          rejected: options.credentialsRejected,
        }),
        ...oneTry,
      ];
      return transportOf(options, chain(steps, fetch));
    },
    circuit: () => circuits.vendor.state,
  };
}

/** Every request counts: a second try, and a login as well. */
function payQuota({ quota }: PipelineOptions): PipelineStep {
  return (next) => async (call) => {
    await quota?.take(call.context.purpose ?? 'read', call.request.keys ?? 1);
    return next(call);
  };
}

function chain(steps: readonly PipelineStep[], last: Send): Send {
  return steps.reduceRight((next, step) => step(next), last);
}

/** The whole call: begins its deadline, and throws what cannot be read. */
function transportOf(options: PipelineOptions, send: Send): Transport {
  return {
    send: async (request, context) => {
      const { clock, limitClock, deadlineMs } = options;
      const leftMs = context.until === undefined ? deadlineMs : context.until - clock.monotonic();
      const deadline = startDeadline(limitClock, leftMs, [context.signal]);
      const call: OutgoingCall = {
        request,
        context,
        credentials: {},
        attempt: 1,
        signal: deadline.signal,
        until: limitClock.monotonic() + leftMs,
      };
      try {
        deadline.signal.throwIfAborted();
        return readable(await send(call));
      } finally {
        deadline.clear();
      }
    },
  };
}

function readable({ unreadable, ...answer }: Answer): VendorResponse {
  if (unreadable !== undefined) throw new DrawbridgeError('VENDOR_UNAVAILABLE', unreadable);
  return answer;
}
