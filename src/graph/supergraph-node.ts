import { type ASTNode, type DocumentNode, Kind, visit } from 'graphql';

const HIDDEN = 'inaccessible';

/**
 * Shows the interface Node and the fields of Query that answer it to the clients of a supergraph. They are hidden there
 * by default, because most supergraphs have a Node that all their parts share.
 */
export function showNode(typeDefs: DocumentNode): DocumentNode {
  return visit(typeDefs, {
    [Kind.DIRECTIVE]: ({ name }, _key, _parent, _path, ancestors) =>
      name.value === HIDDEN && ancestors.some(isOfNode) ? null : undefined,
  });
}

function isOfNode(ancestor: ASTNode | readonly ASTNode[]): boolean {
  if (!('kind' in ancestor)) return false;
  if (ancestor.kind === Kind.INTERFACE_TYPE_DEFINITION) return ancestor.name.value === 'Node';
  return ancestor.kind === Kind.FIELD_DEFINITION && ['node', 'nodes'].includes(ancestor.name.value);
}
