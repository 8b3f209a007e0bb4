import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';

const CONDITIONS: ReadonlySet<string> = new Set(['skip', 'include']);

/**
 * Why the subscriptions of a document are not valid: `@skip` and `@include` may not stand where their one field is
 * chosen (https://spec.graphql.org/September2025/#sec-Single-Root-Field). graphql 16 does not know that yet: it throws
 * where a condition is a variable, and fails later where no field is left. Fragments must not go in a circle.
 */
export function conditionsAtRoot({ definitions }: DocumentNode): readonly GraphQLError[] {
  const fragments = new Map(
    definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  return definitions.flatMap((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION || node.operation !== OperationTypeNode.SUBSCRIPTION)
      return [];
    const nodes = [...conditionsIn(node.selectionSet, fragments)];
    if (nodes.length === 0) return [];
    return [
      new GraphQLError('The field of a subscription cannot be left out by @skip or @include.', { nodes }),
    ];
  });
}

function* conditionsIn(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Iterable<DirectiveNode> {
  for (const selection of selections) {
    yield* (selection.directives ?? []).filter(({ name }) => CONDITIONS.has(name.value));
    if (selection.kind === Kind.INLINE_FRAGMENT) yield* conditionsIn(selection.selectionSet, fragments);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(selection.name.value);
      if (fragment !== undefined) yield* conditionsIn(fragment.selectionSet, fragments);
    }
  }
}
