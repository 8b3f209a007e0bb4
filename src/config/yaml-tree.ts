import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument, visit } from 'yaml';

/** What an accounts file holds: every scalar as the text that stands there; null for one that says nothing. */
export type Tree = string | null | readonly Tree[] | TreeMap;

/** A map of the file, in its order. */
export type TreeMap = ReadonlyMap<string, Tree>;

/** The file's content, or what is wrong with its form as the rest of a sentence that begins with its name. */
export type TreeOrWrong = { readonly tree: Tree } | { readonly wrong: readonly string[] };

/**
 * Reads YAML, and JSON with it. Numbers and flags stay text, so that a password of digits is no number that lost
 * its zeros. The parser's own messages quote the file, secrets too, so they are never passed on.
 */
export function readTree(text: string): TreeOrWrong {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, lineCounter: lines });
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  const malformed = (offset: number): string => `is not valid YAML or JSON at ${where(offset)}${HINT}`;
  const doubles = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  const wrong = doubles.map(
    ({ pos: [offset] }) => `has a key for the second time at ${where(offset)}: ${keyAt(text, offset)}`,
  );
  // What is only a warning to the parser, such as an unknown tag, is a value that begins with ! and has no quotes.
  // One place of wrong form makes more of them behind it.
  const first = [...document.errors, ...document.warnings].find(({ code }) => code !== 'DUPLICATE_KEY');
  if (first !== undefined) wrong.push(malformed(first.pos[0]));
  visit(document, {
    Alias: (_, alias) => {
      wrong.push(malformed(alias.range?.[0] ?? 0));
    },
  });
  return wrong.length > 0 ? { wrong } : { tree: toTree(document.contents) };
}

const HINT = ' (a value that begins with one of * & ! % @ ` { [ or holds ": " needs quotes around it)';

/** A key is the name of an account or setting, so it may be told, unlike the values. */
function keyAt(text: string, offset: number): string {
  return /^["']?([\w.-]{1,64})/.exec(text.slice(offset))?.[1] ?? 'see there';
}

function toTree(node: ParsedNode | null): Tree {
  if (node === null || isAlias(node)) return null;
  if (isSeq<ParsedNode>(node)) return node.items.map((item) => toTree(item));
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    return new Map(node.items.map(({ key, value }) => [textOfKey(key), toTree(value)]));
  }
  if (!isScalar(node)) return null;
  const text = String(node.value ?? '');
  return node.type === 'PLAIN' && /^(null|~|)$/i.test(text) ? null : text;
}

function textOfKey(key: ParsedNode): string {
  return isScalar(key) ? String(key.value ?? '') : '';
}
