import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** How large a document is, each fragment counted as often as it is spread. Of several operations the largest counts. */
export interface DocumentShape {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
  readonly repeats: number;
  /** True where a fragment spreads itself; it was followed once. */
  readonly isCyclic: boolean;
}

/** What a selection adds to what it stands in. */
interface Part {
  /** Of its fields, the one that goes deepest. */
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields at its top. */
  readonly fields: number;
}

const NOTHING: Part = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, fields: 0 };

/**
 * Measures a document by its text alone: no schema is needed, and what it says need not be valid. Takes time that
 * grows with the document, not with what its fragments multiply to: each is measured once.
 */
export function measureDocument(document: DocumentNode): DocumentShape {
  return new Measure(document).shape();
}

class Measure {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #measured = new Map<string, Part>();
  readonly #open = new Set<string>();
  #isCyclic = false;
  #repeats = 0;

  constructor(private readonly document: DocumentNode) {
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
    }
  }

  shape(): DocumentShape {
    let largest = NOTHING;
    for (const node of this.document.definitions) {
      if (node.kind !== Kind.OPERATION_DEFINITION) continue;
      const onVariables = (node.variableDefinitions ?? []).reduce(
        (sum, variable) => sum + (variable.directives?.length ?? 0),
        node.directives?.length ?? 0,
      );
      const part = this.#selectionSet(node.selectionSet);
      largest = maximum(largest, { ...part, directives: part.directives + onVariables });
    }
    // Fragments that no operation spreads are refused later, but read until then; the larger depth holds for them.
    const unspread = [...this.#fragments.keys()].filter((name) => !this.#measured.has(name));
    for (const name of unspread) {
      const part = this.#fragment(name);
      largest = maximum(largest, { ...part, depth: 0, introspectionDepth: part.depth, fields: 0 });
    }
    const { fields, ...rest } = largest;
    return { ...rest, rootFields: fields, repeats: this.#repeats, isCyclic: this.#isCyclic };
  }

  #selectionSet(set: SelectionSetNode): Part {
    const names = new Map<string, number>();
    const part = this.#selections(set, names);
    for (const times of names.values()) this.#repeats = Math.max(this.#repeats, times);
    return part;
  }

  /** `names`: how often each response name stands in the whole selection, inline fragments included. */
  #selections(set: SelectionSetNode, names: Map<string, number>): Part {
    let sum = NOTHING;
    for (const node of set.selections) {
      const own = node.directives?.length ?? 0;
      const part = this.#selection(node, names);
      sum = add(sum, own === 0 ? part : { ...part, directives: part.directives + own });
    }
    return sum;
  }

  #selection(node: SelectionNode, names: Map<string, number>): Part {
    if (node.kind === Kind.FRAGMENT_SPREAD) return this.#fragment(node.name.value);
    if (node.kind === Kind.INLINE_FRAGMENT) return this.#selections(node.selectionSet, names);
    if (!isPlainLeaf(node)) {
      const name = (node.alias ?? node.name).value;
      names.set(name, (names.get(name) ?? 0) + 1);
    }
    const below = node.selectionSet === undefined ? NOTHING : this.#selectionSet(node.selectionSet);
    const aliases = below.aliases + (node.alias === undefined ? 0 : 1);
    const depth = Math.max(below.depth, below.introspectionDepth) + 1;
    const isOfSchema = node.name.value === '__schema' || node.name.value === '__type';
    return isOfSchema
      ? { ...below, aliases, depth: 0, introspectionDepth: depth, fields: 1 }
      : { ...below, aliases, depth, introspectionDepth: 0, fields: 1 };
  }

  #fragment(name: string): Part {
    const known = this.#measured.get(name);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return NOTHING;
    if (this.#open.has(name)) {
      this.#isCyclic = true;
      return NOTHING;
    }
    this.#open.add(name);
    const part = this.#selectionSet(fragment.selectionSet);
    this.#open.delete(name);
    const measured = { ...part, directives: part.directives + (fragment.directives?.length ?? 0) };
    this.#measured.set(name, measured);
    return measured;
  }
}

/** A field that says nothing but its name: as often as it stands in a selection, it is one field. */
export function isPlainLeaf({ alias, arguments: args, directives, selectionSet }: FieldNode): boolean {
  return (
    alias === undefined && selectionSet === undefined && !(args?.length ?? 0) && !(directives?.length ?? 0)
  );
}

function add(a: Part, b: Part): Part {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
    fields: a.fields + b.fields,
  };
}

function maximum(a: Part, b: Part): Part {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    aliases: Math.max(a.aliases, b.aliases),
    directives: Math.max(a.directives, b.directives),
    fields: Math.max(a.fields, b.fields),
  };
}
