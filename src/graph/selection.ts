import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode, visit } from 'graphql';

/** The names of the fields that an operation selects below a field, through fragments; aliases do not matter. */
export function selectedFields(info: GraphQLResolveInfo): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of info.fieldNodes) collect(node.selectionSet, info, names);
  return names;
}

function collect(set: SelectionSetNode | undefined, info: GraphQLResolveInfo, names: Set<string>): void {
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.FIELD) names.add(selection.name.value);
    else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet, info, names);
    else collect(info.fragments[selection.name.value]?.selectionSet, info, names);
  }
}

/** True where the operation asks anywhere for sessions that are over: `sessions(active: false)` or with null. */
export function wantsOverSessions({ operation, fragments, variableValues }: GraphQLResolveInfo): boolean {
  let wants = false;
  const look = {
    [Kind.FIELD]: ({ name, arguments: args }: FieldNode): void => {
      if (name.value !== 'sessions') return;
      const active = args?.find((arg) => arg.name.value === 'active')?.value;
      if (active?.kind === Kind.VARIABLE) wants ||= isOver(variableValues, active.name.value);
      else if (active !== undefined) wants ||= active.kind !== Kind.BOOLEAN || !active.value;
    },
  };
  for (const node of [operation, ...Object.values(fragments)]) visit(node, look);
  return wants;
}

/** A variable that is not given leaves the argument's default, which is true. */
function isOver(variables: GraphQLResolveInfo['variableValues'], name: string): boolean {
  return name in variables && variables[name] !== true;
}
