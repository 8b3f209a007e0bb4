import { asDrawbridgeError } from '../domain/errors';
import { settle } from '../domain/outcome';
import type { Circuit, Pass, Verdict } from './circuit';
import { attemptMs, type Deadlines } from './deadline';
import { type Answer, isAbandoned, type OutgoingCall, type PipelineStep } from './pipeline-step';

/** The circuits of one account. */
export interface Circuits {
  readonly vendor: Circuit;
  /** Of what devices answer themselves, through the vendor: their silence is not the vendor's. */
  readonly devices: Circuit;
}

/** A try that was cut off before so much of its own time says nothing of the vendor: the rest had been spent in line. */
const FAIR_SHARE = 0.5;

/** Refuses a call at once where its circuit is open, before it stands in line. */
export function refuseEarly({ vendor, devices }: Circuits): PipelineStep {
  return (next) => async (call) => {
    if (!isUrgent(call)) {
      vendor.check();
      if (isDeviceRead(call)) devices.check();
    }
    return next(call);
  };
}

/** Counts how calls end, and lets through an open circuit only one on trial, what ends a link, and logins. */
export function breakCircuit(circuits: Circuits, deadlines: Deadlines): PipelineStep {
  return (next) => async (call) => {
    const passes = enter(circuits, call);
    const startedAt = deadlines.limitClock.monotonic();
    const tried = await settle(next(call));
    const lastedMs = deadlines.limitClock.monotonic() - startedAt;
    const verdict = tried.ok
      ? verdictOnAnswer(tried.value)
      : verdictOnError(tried.error, call, lastedMs >= attemptMs(deadlines, call) * FAIR_SHARE);
    for (const pass of passes) pass.done(verdict);
    if (tried.ok) return tried.value;
    throw tried.error;
  };
}

function enter({ vendor, devices }: Circuits, call: OutgoingCall): readonly Pass[] {
  const pass = vendor.enter(isUrgent(call));
  if (call.request.endpoint.answeredBy === undefined) return [pass];
  // The vendor's answer shows that it is there; a failure may be the device's.
  const ofVendor: Pass = { done: (verdict) => pass.done(verdict === 'fault' ? 'neither' : verdict) };
  if (!isDeviceRead(call)) return [ofVendor];
  try {
    return [ofVendor, devices.enter(false)];
  } catch (refused) {
    ofVendor.done('neither');
    throw refused;
  }
}

/** A login is part of a call that was let through already. */
function isUrgent({ request, context }: OutgoingCall): boolean {
  return context.purpose === 'finish' || request.endpoint.anonymous === true;
}

function isDeviceRead({ request, context }: OutgoingCall): boolean {
  return request.endpoint.answeredBy === 'device' && context.until === undefined;
}

/** A vendor that refuses, or asks for a pause, is there. */
function verdictOnAnswer({ status, unreadable }: Answer): Verdict {
  return status >= 500 || unreadable !== undefined ? 'fault' : 'ok';
}

function verdictOnError(thrown: unknown, call: OutgoingCall, hadItsTime: boolean): Verdict {
  if (isAbandoned(call)) return 'neither';
  const { code } = asDrawbridgeError(thrown);
  if (code === 'VENDOR_UNAVAILABLE') return 'fault';
  return code === 'VENDOR_TIMEOUT' && hadItsTime ? 'fault' : 'neither';
}
