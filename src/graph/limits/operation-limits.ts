import { GraphQLError } from 'graphql';

/** How large an operation may be. Fragments count as often as they are spread. */
export interface OperationLimits {
  /** Lexical tokens of the document. */
  readonly tokens: number;
  /** Fields below each other, the innermost included. */
  readonly depth: number;
  /** The same below `__schema` and `__type`, which tools ask more deeply. */
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
  /** One response name in one selection, without plain leaf fields, whose repetition costs nothing. */
  readonly repeats: number;
  /** Representations that a router asks for in one operation. */
  readonly representations: number;
  /** Vendor calls that an operation may cost at worst, as `@cost` and `@listSize` of the schema add up. */
  readonly cost: number;
}

/** One limit by its name. */
export type LimitName = keyof OperationLimits;

/** What holds, but for the cost where an operator sets another one. */
export const OPERATION_LIMITS: OperationLimits = {
  tokens: 2000,
  depth: 10,
  introspectionDepth: 15,
  aliases: 15,
  rootFields: 10,
  directives: 50,
  repeats: 50,
  representations: 1000,
  cost: 5000,
};

const WHAT: Readonly<Record<LimitName, string>> = {
  tokens: 'tokens',
  depth: 'fields below each other',
  introspectionDepth: 'fields of the schema below each other',
  aliases: 'aliases',
  rootFields: 'fields at its root',
  directives: 'directives',
  repeats: 'times the same field in one selection',
  representations: 'representations',
  cost: 'vendor calls at worst',
};

/** An operation that is larger than it may be: OPERATION_TOO_EXPENSIVE with what was asked and what is allowed. */
export function tooExpensive(limit: LimitName, asked: number, allowed: number): GraphQLError {
  return new GraphQLError(
    `The operation asks for ${figure(asked)} ${WHAT[limit]}, and ${allowed} are allowed. Ask for less at once.`,
    { extensions: { code: 'OPERATION_TOO_EXPENSIVE', limit, asked: bounded(asked), allowed } },
  );
}

/** Fragments that spread fragments multiply, beyond any number that helps a reader. */
const LARGEST_FIGURE = 1_000_000;

function bounded(asked: number): number {
  return Math.min(asked, LARGEST_FIGURE);
}

function figure(asked: number): string {
  return asked > LARGEST_FIGURE ? `more than ${LARGEST_FIGURE}` : String(asked);
}
