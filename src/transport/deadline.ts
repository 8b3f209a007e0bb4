import type { Clock } from '../domain/time';
import { startDeadline } from './abortable';
import type { OutgoingCall, PipelineStep } from './pipeline-step';

/** How long calls may take. */
export interface Deadlines {
  /** On which time limits run. */
  readonly limitClock: Clock;
  /** One try, in milliseconds, where the endpoint does not say otherwise. */
  readonly timeoutMs: number;
}

/** How long one try of a call may take, in milliseconds: an endpoint's own limit makes only writes longer. */
export function attemptMs({ timeoutMs }: Deadlines, { request: { endpoint } }: OutgoingCall): number {
  const own = endpoint.timeoutMs ?? timeoutMs;
  return endpoint.method === 'GET' ? Math.min(own, timeoutMs) : own;
}

/** Ends one try of a call that takes too long, or that has to end for another reason. */
export function limitAttempt(deadlines: Deadlines): PipelineStep {
  return (next) => async (call) => {
    const deadline = startDeadline(deadlines.limitClock, attemptMs(deadlines, call), [call.signal]);
    try {
      return await next({ ...call, signal: deadline.signal });
    } finally {
      deadline.clear();
    }
  };
}
