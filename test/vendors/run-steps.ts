import type { CallContext } from '../../src/transport/transport';
import type { Step } from '../../src/vendors/driver';

/** More looks than any action needs. */
const MOST_LOOKS = 50;

/** Follows an action to its end without waiting; `pass` is told of each pause, for clocks that have to move on. */
export async function finish<T>(
  started: Promise<Step<T>> | undefined,
  pass: (afterMs: number) => void = () => undefined,
): Promise<T> {
  if (started === undefined) throw new Error('the driver has no such action');
  let step = await started;
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    if ('done' in step) return step.done;
    pass(step.afterMs);
    step = await step.again(LATER);
  }
  throw new Error(`it was not done after ${MOST_LOOKS} looks`);
}

/** The context that `finish` looks with. */
export const LATER: CallContext = {};

/** As {@link finish}, with the pauses that were asked for. */
export async function pausesOf<T>(started: Promise<Step<T>> | undefined): Promise<readonly number[]> {
  const pauses: number[] = [];
  await finish(started, (afterMs) => pauses.push(afterMs)).catch(() => undefined);
  return pauses;
}
