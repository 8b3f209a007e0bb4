import type { Reading } from '../domain/reading';
import type { CallContext } from '../transport/transport';

/** What a driver is told of a read. */
export function contextOf({ note, purpose, signal }: Reading): CallContext {
  return {
    ...(note === undefined ? {} : { note }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** What a driver is told of an action: it goes on when its caller leaves, until an instant of the monotonic clock. */
export function actionContextOf({ signal: _, ...reading }: Reading, until: number): CallContext {
  return { ...contextOf(reading), until };
}
