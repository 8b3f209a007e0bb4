import { closest } from 'fastest-levenshtein';

/** The known name that a wrong one is nearest to; undefined where nothing is known. Letter case does not count. */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const found = closest(
    wrong.toLowerCase(),
    known.map((name) => name.toLowerCase()),
  );
  return known.find((name) => name.toLowerCase() === found);
}

const LONGEST_QUOTE = 40;

/** Text of the operator's as it may stand in a sentence: in quotes, on one line, not longer than helps. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}
