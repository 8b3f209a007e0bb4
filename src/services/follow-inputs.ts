import { badInput } from '../domain/errors';
import { type NodeKind, parseId } from '../domain/ids';

/** Which sessions are to be followed, as a caller asks for them. */
export interface SessionFollowRequest {
  readonly sessionIds?: readonly string[] | null;
  readonly deviceIds?: readonly string[] | null;
  /** Whole seconds before an end; null: none. */
  readonly warnAtSeconds?: readonly number[] | null;
}

const MOST_IDS = 1_000;
const MOST_MARKS = 10;
const LONGEST_MARK = 30 * 86_400;

/** The ids, each once. Throws BAD_USER_INPUT where one cannot be of that kind, or where they are too many. */
export function readIds(name: string, ids: readonly string[], kind: NodeKind): readonly string[] {
  const unique = [...new Set(ids)];
  if (unique.length > MOST_IDS) throw badInput(`${name} has at most ${MOST_IDS} ids.`);
  for (const id of unique) parseId(id, kind);
  return unique;
}

/** The marks, each once. Throws BAD_USER_INPUT. */
export function readMarks(seconds: readonly number[] | null | undefined): readonly number[] {
  const marks = [...new Set(seconds ?? [])];
  if (marks.length > MOST_MARKS) throw badInput(`warnAtSeconds has at most ${MOST_MARKS} values.`);
  if (marks.some((mark) => !Number.isInteger(mark) || mark < 1 || mark > LONGEST_MARK)) {
    throw badInput(`warnAtSeconds has whole seconds from 1 to ${LONGEST_MARK}.`);
  }
  return marks;
}
