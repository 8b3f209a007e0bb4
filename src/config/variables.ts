import { nearest } from './nearest';
import type { Parse, Read } from './values';

/** The environment: names to texts. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value stands, for sentences: its name, and how an example of it is written there. */
export interface Place {
  readonly name: string;
  readonly example: string;
}

/** A variable of the service: how it is read, and what holds where it is not set. */
export interface Variable<T> {
  readonly name: string;
  readonly example: string;
  readonly parse: Parse<T>;
  readonly default: T;
}

/** Collects what is wrong, so that all of it is said at once. */
export class Problems {
  readonly sentences: string[] = [];

  add(sentence: string): void {
    this.sentences.push(sentence);
  }

  /** Says what is wrong with a value, with an example of a right one. */
  wrongValue(place: Place, what: string): void {
    this.add(`${place.name} ${what}; for example ${place.example}.`);
  }

  /** Says that a name is not known, and which one it is nearest to. */
  unknownName(name: string, known: readonly string[], what: string): void {
    const near = nearest(name.slice(name.lastIndexOf('.') + 1), known);
    this.add(`${name} is not a known ${what}; the nearest one is ${near}, and all are ${known.join(', ')}.`);
  }

  /** The value, or undefined after saying what was wrong. */
  take<T>(place: Place, read: Read<T>): T | undefined {
    if (read.ok) return read.value;
    this.wrongValue(place, read.wrong);
    return undefined;
  }
}

/** The text of a variable, without blanks around it; undefined where it is not set, or empty. */
export function textOf(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
}

/** The place of a variable. */
export function placeOf(variable: { readonly name: string; readonly example: string }): Place {
  return { name: variable.name, example: `${variable.name}=${variable.example}` };
}

/** Reads variables of the service; one that cannot be read is a problem, and its default stands in meanwhile. */
export function readVariable<T>(env: Environment, problems: Problems, variable: Variable<T>): T {
  const text = textOf(env, variable.name);
  if (text === undefined) return variable.default;
  const read = variable.parse(text);
  if (read.ok) return read.value;
  problems.wrongValue(placeOf(variable), read.wrong);
  return variable.default;
}
