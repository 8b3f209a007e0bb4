import type { Session } from './session';

/** What can happen to a session that is followed. The last three are final: nothing follows them. */
export const SESSION_EVENT_TYPES = [
  'CURRENT',
  'OPENED',
  'EXPIRING',
  'CHANGED',
  'EXPIRED',
  'CLOSED',
  'FAILED',
] as const;

/** One kind of event of the list. */
export type SessionEventType = (typeof SESSION_EVENT_TYPES)[number];

/** Something that happened to a session. It carries the whole state, so that one that is missed costs nothing. */
export interface SessionEvent {
  readonly type: SessionEventType;
  readonly session: Session;
  /** Whole seconds left at `at`; for EXPIRING the seconds that were asked for. Null where the session has no end. */
  readonly secondsRemaining: number | null;
  readonly at: Date;
}
