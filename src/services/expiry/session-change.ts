import { isFinal, type Session, secondsRemainingAt, statusAt } from '../../domain/session';
import type { SessionEvent, SessionEventType } from '../../domain/session-event';

/**
 * What happened to a session between two states of the ledger; undefined: nothing that is told. Pure. `before` left
 * out: nobody knew of it, so it was made elsewhere, or by another process.
 */
export function changeBetween(
  before: Session | undefined,
  after: Session,
  nowMs: number,
): SessionEventType | undefined {
  const status = statusAt(after, nowMs);
  if (before === undefined) return status === 'ACTIVE' ? 'OPENED' : undefined;
  if (status === 'EXPIRED' || status === 'CLOSED' || status === 'FAILED') return status;
  if (status === 'PENDING') return undefined;
  if (before.status === 'PENDING') return 'OPENED';
  return before.expiresAt?.getTime() === after.expiresAt?.getTime() ? undefined : 'CHANGED';
}

/** An event as it is told: what is final stands in the session too. */
export function eventOf(type: SessionEventType, session: Session, nowMs: number): SessionEvent {
  const status = type === 'EXPIRED' || type === 'CLOSED' || type === 'FAILED' ? type : session.status;
  const shown = status === session.status ? session : { ...session, status };
  return { type, session: shown, secondsRemaining: secondsRemainingAt(shown, nowMs), at: new Date(nowMs) };
}

/**
 * The event of a mark. What was asked for is what is told, and not a second less for having been told a moment late.
 */
export function expiringEvent(session: Session, mark: number, nowMs: number): SessionEvent {
  const event = eventOf('EXPIRING', session, nowMs);
  const late = (event.secondsRemaining ?? mark) < mark - 1;
  return late ? event : { ...event, secondsRemaining: mark };
}

/** True where nothing follows an event. */
export function isLast({ type }: SessionEvent): boolean {
  return type === 'EXPIRED' || type === 'CLOSED' || type === 'FAILED';
}

/** True for a session that is over at an instant. */
export function isOver(session: Session, nowMs: number): boolean {
  return isFinal(statusAt(session, nowMs));
}
