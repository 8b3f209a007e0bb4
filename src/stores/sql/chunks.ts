/** Rows and ids in one statement: SQLite takes 32,766 variables, the widest row has 20. */
const CHUNK = 500;

/** The items in the parts in which statements take them. */
export function inChunks<T>(items: readonly T[]): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let start = 0; start < items.length; start += CHUNK) chunks.push(items.slice(start, start + CHUNK));
  return chunks;
}
