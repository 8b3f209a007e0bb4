import {
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type SelectionNode,
  validate,
  visit,
} from 'graphql';
import { badInput } from '../domain/errors';
import type { Principal } from '../domain/principal';
import type { OperationPlan } from '../services/plan/operation-plan';
import type { PlanService } from '../services/plan/plan-service';
import { createContext, type GraphContext } from './context';

/** The operation that is to be planned: valid, and not executed. */
export interface OperationToPlan {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What comes with the text of an operation. */
export interface TextToPlan {
  /** Which operation, where the text has several. */
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
}

/** What came of planning. */
export interface PlanAnswer {
  readonly plan: OperationPlan;
  /** Left out where the variables fit the operation. */
  readonly errors: readonly GraphQLFormattedError[] | undefined;
}

/** Plans operations of the graph: which vendor calls they would make. */
export class Planner {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly plans: PlanService,
  ) {}

  /** The same from the operation's text, for a caller who may do everything. Throws BAD_USER_INPUT for what is wrong with it. */
  async planText(text: string, { operationName, variables, principal }: TextToPlan): Promise<OperationPlan> {
    const document = parsed(text);
    const [problem] = validate(this.schema, document);
    if (problem !== undefined) throw badInput(problem.message);
    const operation = getOperationAST(document, operationName);
    if (operation === null || operation === undefined) {
      throw badInput('The text has several operations, or not the one that is named: name one of them.');
    }
    const reading = { startedAt: 0 };
    const { plan, errors } = await this.plan(
      { document, operation, variables },
      { principal, requestId: '', reading },
    );
    const [wrong] = errors ?? [];
    if (wrong !== undefined) throw badInput(wrong.message);
    return plan;
  }

  /** The plan of one operation as its caller would send it, or why its variables do not fit. Nothing is carried out. */
  async plan(
    { document, operation, variables }: OperationToPlan,
    { principal, requestId, reading }: Pick<GraphContext, 'principal' | 'requestId' | 'reading'>,
  ): Promise<PlanAnswer> {
    const wishes = {
      explain: true,
      ...(reading.maxAgeMs === undefined ? {} : { maxAgeMs: reading.maxAgeMs }),
    };
    let errors: PlanAnswer['errors'];
    const plan = await this.plans.plan({
      type: operation.operation,
      principal,
      texts: [...textsIn(document), ...textsOf(variables)],
      parts: partsOf(document, operation),
      run: async (services, part) => {
        const context = createContext(services, { principal, requestId }, wishes);
        // What is refused, or does not exist, is asked of no vendor: its errors are those of the operation itself.
        const result = await execute({
          schema: this.schema,
          document: part,
          operationName: operation.name?.value,
          variableValues: variables,
          contextValue: context,
        });
        if (!('data' in result)) errors = result.errors?.map(badVariables);
        return context.calls.records ?? [];
      },
    });
    return { plan, errors };
  }
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text);
  } catch (thrown) {
    throw badInput(thrown instanceof Error ? thrown.message : 'The operation cannot be read.');
  }
}

function badVariables({ message }: GraphQLError): GraphQLFormattedError {
  return { message, extensions: { code: 'BAD_USER_INPUT' } };
}

/** Every text and name of an enum that stands in a document. */
function textsIn(document: DocumentNode): readonly string[] {
  const texts: string[] = [];
  visit(document, {
    enter: (node) => {
      if (node.kind === Kind.STRING || node.kind === Kind.ENUM) texts.push(node.value);
    },
  });
  return texts;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

/**
 * The operation by its root fields, each alone with what it needs: together they run at once, and how much of a call
 * they then share is a matter of moments. Shape: the whole first, and then, where there are several, each of them.
 */
function partsOf(document: DocumentNode, operation: OperationDefinitionNode): readonly DocumentNode[] {
  const { selections } = operation.selectionSet;
  if (selections.length < 2 || operation.operation !== OperationTypeNode.QUERY) return [document];
  const only = (selection: SelectionNode): DocumentNode => ({
    ...document,
    definitions: document.definitions.map((definition) =>
      definition === operation
        ? { ...operation, selectionSet: { ...operation.selectionSet, selections: [selection] } }
        : definition,
    ),
  });
  return [document, ...selections.map(only)];
}
