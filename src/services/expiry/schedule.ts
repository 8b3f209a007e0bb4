import type { Session } from '../../domain/session';

/*
 * When something is to be told of a session, worked out from its end alone. Pure: the time, and what was told
 * already, come as arguments.
 */

/** A session's plan: its end, the marks that somebody asked for, and those that are done with. */
export interface Plan {
  readonly session: Pick<Session, 'status' | 'expiresAt'>;
  /** Seconds before the end. */
  readonly marks: Iterable<number>;
  /** Marks of this end that were told, or that had passed before anybody asked for them. */
  readonly told: ReadonlySet<number>;
}

/** Something that is due. */
export type DueEvent =
  | { readonly type: 'EXPIRING'; readonly mark: number; readonly atMs: number }
  | { readonly type: 'EXPIRED'; readonly atMs: number };

/** The next instant at which something is due, in milliseconds since 1970; undefined: nothing ever is. */
export function nextInstant({ session, marks, told }: Plan): number | undefined {
  const end = endOf(session);
  if (end === undefined) return undefined;
  let earliest = 0;
  for (const mark of marks) if (mark > earliest && !told.has(mark)) earliest = mark;
  return end - earliest * 1000;
}

/** Everything that is due by an instant, in the order of its time; the end comes last. */
export function dueBy(plan: Plan, nowMs: number): readonly DueEvent[] {
  const end = endOf(plan.session);
  if (end === undefined) return [];
  const due: DueEvent[] = [...new Set(plan.marks)]
    .filter((mark) => !plan.told.has(mark) && end - mark * 1000 <= nowMs)
    .sort((a, b) => b - a)
    .map((mark) => ({ type: 'EXPIRING', mark, atMs: end - mark * 1000 }));
  if (end <= nowMs) due.push({ type: 'EXPIRED', atMs: end });
  return due;
}

/** The marks that have passed by an instant: whoever comes now is not told of them. */
export function passedMarks(
  session: Plan['session'],
  marks: Iterable<number>,
  nowMs: number,
): readonly number[] {
  const end = endOf(session);
  if (end === undefined) return [];
  return [...marks].filter((mark) => end - mark * 1000 <= nowMs);
}

/** Only what runs can come to its end by the clock. */
function endOf({ status, expiresAt }: Plan['session']): number | undefined {
  return status === 'ACTIVE' ? expiresAt?.getTime() : undefined;
}
