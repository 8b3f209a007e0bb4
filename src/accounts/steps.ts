import { asDrawbridgeError, DrawbridgeError } from '../domain/errors';
import type { Clock } from '../domain/time';
import type { CallContext } from '../transport/transport';
import type { Step } from '../vendors/driver';

/** How long an action at a vendor may take from its first call to its end, in milliseconds. */
export const ACTION_DEADLINE_MS = 45_000;

/** With what a step is looked at again. */
export interface StepTools {
  readonly clock: Clock;
  readonly context: CallContext;
  /** When it has to be done, on the monotonic clock. */
  readonly until: number;
}

/**
 * Looks at an action again until it is done. A look that fails is repeated: what was asked is under way, whatever one
 * answer says, unless nothing more can be heard of it that way. Throws VENDOR_TIMEOUT where it is not done in time:
 * what became of the action is then not known.
 */
export async function finish<T>(first: Promise<Step<T>>, tools: StepTools): Promise<T> {
  const { clock, until } = tools;
  let step = await first;
  while (!('done' in step)) {
    if (clock.monotonic() + step.afterMs > until) {
      throw new DrawbridgeError('VENDOR_TIMEOUT', 'The vendor did not finish the action in time.');
    }
    await pause(clock, step.afterMs);
    step = await lookAgain(step, tools);
  }
  return step.done;
}

/** Codes with which the vendor says that the action itself has failed. */
const FAILED_ACTION: ReadonlySet<string> = new Set(['VENDOR_REJECTED', 'DEVICE_OFFLINE']);

async function lookAgain<T>(
  step: Extract<Step<T>, { again: unknown }>,
  { context }: StepTools,
): Promise<Step<T>> {
  try {
    return await step.again(context);
  } catch (thrown) {
    const { code, tookOn } = asDrawbridgeError(thrown);
    if (FAILED_ACTION.has(code) || tookOn !== undefined) throw thrown;
    return { afterMs: LOOK_AGAIN_MS, again: step.again };
  }
}

/** How long to wait behind a look that failed. */
const LOOK_AGAIN_MS = 2000;

/** Resolves after a time of the clock. */
export function pause(clock: Clock, afterMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(afterMs, resolve);
  });
}
