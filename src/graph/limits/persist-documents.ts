import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  validate,
  visit,
} from 'graphql';

/** One document of the list. */
interface PersistedOperation {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

/** Every operation of some texts as the list has it. Throws an Error with a sentence for whoever calls. */
export function persistDocuments(
  schema: GraphQLSchema,
  texts: readonly string[],
): readonly PersistedOperation[] {
  const documents = texts.map((text) => parse(text, { noLocation: true }));
  const definitions = documents.flatMap((document) => document.definitions);
  const fragments = new Map(
    definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return operations.map((operation) => {
    const document = withFragments(operation, fragments);
    const name = operation.name?.value;
    if (name === undefined) throw new Error('An operation has no name: trusted operations have one.');
    const [error] = validate(schema, document);
    if (error !== undefined) throw new Error(`${name} does not fit the schema: ${error.message}`);
    const body = print(document);
    const id = createHash('sha256').update(body).digest('hex');
    return { id, name, type: operation.operation, body };
  });
}

/** An operation with the fragments that it needs, in the order of their names: the same text however files are read. */
function withFragments(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): DocumentNode {
  const needed = new Map<string, FragmentDefinitionNode>();
  const follow = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      [Kind.FRAGMENT_SPREAD]: (spread) => {
        const fragment = fragments.get(spread.name.value);
        if (fragment === undefined || needed.has(spread.name.value)) return;
        needed.set(spread.name.value, fragment);
        follow(fragment);
      },
    });
  };
  follow(operation);
  const sorted = [...needed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fragment]) => fragment);
  return { kind: Kind.DOCUMENT, definitions: [operation, ...sorted] };
}
