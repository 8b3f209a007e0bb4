import { bulkhead } from 'cockatiel';
import { abortable } from './abortable';
import type { PipelineStep } from './pipeline-step';

/** Calls that wait in line at most, for one account; more than a page of the graph can ask for. */
const LONGEST_LINE = 100_000;

/** Of the places of an account, the share that calls which devices answer themselves can never take. */
const KEPT_FREE = 4;

/**
 * Calls in flight at most, for one account; the others wait in line, and leave it as soon as nobody waits for them.
 * Devices that hang never take every place.
 */
export function standInLine(places: number): PipelineStep {
  const line = bulkhead(places, LONGEST_LINE);
  const deviceLine = bulkhead(Math.max(1, places - Math.ceil(places / KEPT_FREE)), LONGEST_LINE);
  return (next) => (call) => {
    // Asked again on its turn: the line itself never learns that one of it has left.
    const onTurn = async (): ReturnType<typeof next> => {
      call.signal.throwIfAborted();
      return next(call);
    };
    const inLine = (): ReturnType<typeof next> => line.execute(onTurn);
    const { answeredBy } = call.request.endpoint;
    return abortable(answeredBy === 'device' ? deviceLine.execute(inLine) : inLine(), call.signal);
  };
}
