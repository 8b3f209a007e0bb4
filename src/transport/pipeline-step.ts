import type { CallContext, VendorRequest, VendorResponse } from './transport';

/** A call on its way out, as the steps of the pipeline hand it on. */
export interface OutgoingCall {
  readonly request: VendorRequest;
  readonly context: CallContext;
  /** Headers that show the account's credentials; none until the step that adds them. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Which try of the call it is, from 1. */
  readonly attempt: number;
  /** Aborts with the error that is to be told once the call has to end. */
  readonly signal: AbortSignal;
  /** When the call has to be over, with all its tries, on the clock of time limits. */
  readonly until: number;
}

/** An answer inside the pipeline: one that cannot be read is told from a failed call, and thrown at the very end. */
export interface Answer extends VendorResponse {
  /** Why the body is no answer, for people; left out where it is one. */
  readonly unreadable?: string;
}

/** Sends a call, or hands it on. */
export type Send = (call: OutgoingCall) => Promise<Answer>;

/** One step of the pipeline, around those behind it. */
export type PipelineStep = (next: Send) => Send;

/** True where nobody waits for the call any more. */
export function isAbandoned({ context }: Pick<OutgoingCall, 'context'>): boolean {
  return context.signal?.aborted === true;
}
