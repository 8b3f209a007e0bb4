import { type DocumentNode, Kind, type SelectionNode, visit } from 'graphql';
import { isPlainLeaf } from './document-shape';

/**
 * The document without plain leaf fields that stand in their selection before: `{ name name }` means `{ name }`.
 * Validation compares all of them with each other, so that a small document of one word could keep it busy for long.
 */
export function withoutPlainRepeats(document: DocumentNode): DocumentNode {
  return visit(document, {
    [Kind.SELECTION_SET]: (node) => {
      const seen = new Set<string>();
      const isNew = (selection: SelectionNode): boolean => {
        if (selection.kind !== Kind.FIELD || !isPlainLeaf(selection)) return true;
        const known = seen.has(selection.name.value);
        seen.add(selection.name.value);
        return !known;
      };
      const selections = node.selections.filter(isNew);
      return selections.length === node.selections.length ? undefined : { ...node, selections };
    },
  });
}
