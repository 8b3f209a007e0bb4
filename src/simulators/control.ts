import type { CallLog } from './call-log';
import { FAULT_KINDS, type FaultRule, type Faults } from './faults';
import type { Answer, Call } from './route';
import { asObject } from './wire';

const SHOWN_ENTRIES = 100;

/** Whether a path belongs to the simulator itself and not to the vendor. */
export function isControl(path: string): boolean {
  return path.startsWith('/_simulator/');
}

/**
 * Answers GET /_simulator/calls, POST /_simulator/calls/reset, POST /_simulator/faults (a rule as JSON) and
 * DELETE /_simulator/faults. These are not counted as calls.
 */
export function answerControl(call: Call, calls: CallLog, faults: Faults): Answer {
  switch (`${call.method} ${call.path.slice('/_simulator/'.length)}`) {
    case 'GET calls':
      return { status: 200, json: describeCalls(calls) };
    case 'POST calls/reset':
      calls.reset();
      return { status: 204 };
    case 'POST faults':
      if (!isRule(call.body)) {
        return { status: 400, json: { message: `A fault has a kind out of: ${FAULT_KINDS.join(', ')}.` } };
      }
      faults.add(call.body);
      return { status: 201, json: call.body };
    case 'DELETE faults':
      faults.clear();
      return { status: 204 };
    default:
      return {
        status: 404,
        json: { message: 'The simulator knows /_simulator/calls, calls/reset and faults.' },
      };
  }
}

function describeCalls(calls: CallLog): unknown {
  const entries = calls.entries.slice(-SHOWN_ENTRIES).map(({ headers: _left, ...shown }) => shown);
  return { total: calls.total, inFlight: calls.inFlight, counts: calls.counts, entries };
}

function isRule(body: unknown): body is FaultRule {
  const { kind, status, ms, location } = asObject(body);
  if (kind === 'status') return typeof status === 'number' && status >= 200 && status <= 599;
  if (kind === 'delay') return typeof ms === 'number';
  if (kind === 'redirect') return typeof location === 'string';
  return FAULT_KINDS.some((known) => known === kind);
}
