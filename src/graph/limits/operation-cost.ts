import {
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getOperationAST,
  valueFromASTUntyped,
} from 'graphql';
import { type ComplexityEstimatorArgs, getComplexity } from 'graphql-query-complexity';
import { COUNTED_BY } from './field-costs';
import { type OperationLimits, tooExpensive } from './operation-limits';

/** One operation of a document that is valid, as it is about to run. */
export interface WeighedOperation {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Selections that are looked at, each fragment as often as it is spread: a bound on the weighing itself. */
const MOST_SELECTIONS = 10_000;

/**
 * What an operation costs: its vendor calls at worst, as `@cost` and `@listSize` of the schema say. Throws
 * OPERATION_TOO_EXPENSIVE. Variables that cannot be read weigh nothing: such an operation does not run.
 */
export function weighOperation(
  schema: GraphQLSchema,
  limits: Pick<OperationLimits, 'cost' | 'representations'>,
  { document, operationName, variables }: WeighedOperation,
): number {
  // Where it is not among those of the document, none runs; what follows says so.
  if (getOperationAST(document, operationName) === null) return 0;
  let representations = 0;
  const estimate = (args: ComplexityEstimatorArgs): number => {
    if (args.field.name === '_entities') representations += countedBy(args) ?? 0;
    return estimateField(args);
  };
  const cost = readable(() =>
    getComplexity({
      schema,
      query: document,
      estimators: [estimate],
      maxQueryNodes: MOST_SELECTIONS,
      ...(variables === null || variables === undefined ? {} : { variables: { ...variables } }),
      ...(operationName === null || operationName === undefined ? {} : { operationName }),
    }),
  );
  if (representations > limits.representations) {
    throw tooExpensive('representations', representations, limits.representations);
  }
  if (cost > limits.cost) throw tooExpensive('cost', cost, limits.cost);
  return cost;
}

function readable(weigh: () => number): number {
  try {
    return weigh();
  } catch (thrown) {
    if (!(thrown instanceof GraphQLError)) throw thrown;
    return /maximum allowed number of nodes/.test(thrown.message) ? Number.POSITIVE_INFINITY : 0;
  }
}

function estimateField(estimated: ComplexityEstimatorArgs): number {
  const { field, args, childComplexity } = estimated;
  const counted = countedBy(estimated);
  if (counted !== undefined) return counted * (1 + childComplexity);
  const weight = weightOf(field.astNode?.directives) + argumentWeights(field, args);
  return weight + sizeOf(field, args) * childComplexity;
}

function countedBy({ field, args }: ComplexityEstimatorArgs): number | undefined {
  const list: unknown = args[COUNTED_BY[field.name] ?? ''];
  return Array.isArray(list) ? list.length : undefined;
}

/** Of what is sized in more than one way, the largest size counts. */
function sizeOf(field: GraphQLField<unknown, unknown>, args: Readonly<Record<string, unknown>>): number {
  const listSize = argumentsOf(field.astNode?.directives, 'listSize');
  if (listSize === undefined) return 1;
  const slicing: unknown = listSize['slicingArguments'];
  const asked = (Array.isArray(slicing) ? slicing : [])
    .map((name) => args[name])
    .filter((size) => typeof size === 'number');
  if (asked.length > 0) return Math.max(0, ...asked);
  return typeof listSize['assumedSize'] === 'number' ? listSize['assumedSize'] : 1;
}

function argumentWeights(
  field: GraphQLField<unknown, unknown>,
  args: Readonly<Record<string, unknown>>,
): number {
  const given = field.args.filter(({ name }) => args[name] !== undefined && args[name] !== null);
  return given.reduce((sum, { astNode }) => sum + weightOf(astNode?.directives), 0);
}

function weightOf(directives: readonly DirectiveNode[] | undefined): number {
  const weight = argumentsOf(directives, 'cost')?.['weight'];
  return typeof weight === 'number' ? weight : 0;
}

function argumentsOf(
  directives: readonly DirectiveNode[] | undefined,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const directive = directives?.find((node) => node.name.value === name);
  if (directive === undefined) return undefined;
  return Object.fromEntries(
    (directive.arguments ?? []).map((arg) => [arg.name.value, valueFromASTUntyped(arg.value)]),
  );
}
