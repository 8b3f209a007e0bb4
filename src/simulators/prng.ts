/** A seeded source of pseudo-random values: the same seed gives the same values in the same order. */
export interface Prng {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T;
  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean;
  /** As many characters of the alphabet as asked for. */
  text(alphabet: string, length: number): string;
  /** Lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A UUID in lower case, version 4 in form. */
  uuid(): string;
}

/** Makes a mulberry32 generator: small, fast and good enough to name a fleet, not to keep a secret. */
export function createPrng(seed: number): Prng {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const text = (alphabet: string, length: number): string => {
    let result = '';
    for (let index = 0; index < length; index += 1) result += alphabet.charAt(int(0, alphabet.length - 1));
    return result;
  };
  const hex = (length: number): string => text('0123456789abcdef', length);
  return {
    next,
    int,
    text,
    hex,
    chance: (probability) => next() < probability,
    pick: (list) => {
      const picked = list[int(0, list.length - 1)];
      if (picked === undefined) throw new Error('pick needs a list that is not empty');
      return picked;
    },
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${text('89ab', 1)}${hex(3)}-${hex(12)}`,
  };
}
