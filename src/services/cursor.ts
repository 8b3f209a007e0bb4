import { createHash } from 'node:crypto';
import { badInput } from '../domain/errors';

/** What a cursor holds: values that JSON keeps. */
export type CursorContent = Readonly<Record<string, unknown>>;

const LONGEST_CURSOR = 4096;

/**
 * Writes a cursor of one list. `list` names the list, its filter and its order: a cursor of another list is refused
 * rather than read as something that it is not.
 */
export function encodeCursor(list: string, content: CursorContent): string {
  return Buffer.from(JSON.stringify({ ...content, l: list })).toString('base64url');
}

/** Reads a cursor back. Throws BAD_USER_INPUT where it is none, or one of another list. */
export function decodeCursor(list: string, cursor: string): CursorContent {
  const content = cursor.length > LONGEST_CURSOR ? undefined : parse(cursor);
  if (content === undefined) {
    throw badInput(
      'Not a cursor: `after` takes the endCursor, or the cursor of an edge, of an earlier page.',
    );
  }
  if (content['l'] !== list) {
    throw badInput(
      'The cursor is of another list: page on with the same filter and orderBy that it came from.',
    );
  }
  return content;
}

/** The name of a list: its kind, and a short digest of what restricts and orders it. */
export function listName(kind: string, ...restrictions: readonly unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(restrictions)).digest('base64url');
  return `${kind}.${digest.slice(0, 8)}`;
}

/** Throws BAD_USER_INPUT: what a cursor holds is not what its list needs. */
export function brokenCursor(): never {
  throw badInput('The cursor is broken: `after` takes a cursor as it was received, unchanged.');
}

function parse(cursor: string): CursorContent | undefined {
  try {
    const content: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return typeof content === 'object' && content !== null && !Array.isArray(content)
      ? Object.fromEntries(Object.entries(content))
      : undefined;
  } catch {
    // Whatever is wrong with it, the answer to the caller is the same.
    return undefined;
  }
}
