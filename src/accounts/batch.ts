import { failure, type Outcome, settle } from '../domain/outcome';

/** The values in order, each once. */
export function unique<T>(values: Iterable<T>): T[] {
  return [...new Set(values)];
}

/** The values by a key of theirs, in order. */
export function groupBy<K, T>(values: Iterable<T>, keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** The values in parts of at most `size`; no part is empty. */
export function chunks<T>(values: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < values.length; start += size) parts.push(values.slice(start, start + size));
  return parts;
}

/** The outcome under a key; a key that nothing was said of is a failure, never silently absent. */
export function pick<T>(outcomes: ReadonlyMap<string, Outcome<T>>, key: string): Outcome<T> {
  return outcomes.get(key) ?? failure(new Error('a batch left a key without an outcome'));
}

/** The outcome with its value translated. */
export function mapOutcome<T, U>(outcome: Outcome<T>, translate: (value: T) => U): Outcome<U> {
  return outcome.ok ? { ok: true, value: translate(outcome.value) } : outcome;
}

/** Asks in parts of at most `size`; a part whose call fails fails its own keys, not those of the others. */
export async function inChunks<T>(
  keys: readonly string[],
  size: number,
  call: (chunk: readonly string[]) => Promise<ReadonlyMap<string, Outcome<T>>>,
): Promise<ReadonlyMap<string, Outcome<T>>> {
  const answers = await Promise.all(
    chunks(keys, size).map(async (chunk) => {
      const outcome = await settle(call(chunk));
      return outcome.ok ? [...outcome.value] : chunk.map((key): [string, Outcome<T>] => [key, outcome]);
    }),
  );
  return new Map(answers.flat());
}

/** Asks for each key by itself, all at once. */
export async function eachKey<T>(
  keys: readonly string[],
  call: (key: string) => Promise<Outcome<T>>,
): Promise<ReadonlyMap<string, Outcome<T>>> {
  return new Map(
    await Promise.all(keys.map(async (key): Promise<[string, Outcome<T>]> => [key, await call(key)])),
  );
}
