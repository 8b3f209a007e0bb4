import { badInput } from '../domain/errors';

/** The largest page of any list. */
export const LARGEST_PAGE = 500;

/** Checks how many are wanted. Throws BAD_USER_INPUT outside 1..500. */
export function checkFirst(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= LARGEST_PAGE) return first;
  throw badInput(`first is ${first}: a page holds 1 to ${LARGEST_PAGE}.`);
}
