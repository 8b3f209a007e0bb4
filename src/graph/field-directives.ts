import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  visit,
} from 'graphql';
import { FIELD_SCOPES, isAuthenticatedOnly } from './field-scopes';
import { FIELD_COSTS, type FieldCost } from './limits/field-costs';

/**
 * The schema's text with what each field needs and costs: `@requiresScopes` and `@authenticated` from the table of
 * scopes, `@cost` and `@listSize` from the table of costs. A router reads them, and so does the weighing of operations.
 */
export function withFieldDirectives(typeDefs: DocumentNode): DocumentNode {
  return visit(typeDefs, {
    [Kind.OBJECT_TYPE_DEFINITION]: (type: ObjectTypeDefinitionNode) => ({
      ...type,
      fields: type.fields?.map((field) => withDirectives(type.name.value, field)) ?? [],
    }),
  });
}

function withDirectives(type: string, field: FieldDefinitionNode): FieldDefinitionNode {
  const name = `${type}.${field.name.value}`;
  const cost = FIELD_COSTS[name];
  const added = [...scopeTexts(name), ...costTexts(cost)].flatMap(directives);
  return {
    ...field,
    directives: [...(field.directives ?? []), ...added],
    arguments: (field.arguments ?? []).map((arg) => {
      const weight = cost?.arguments?.[arg.name.value];
      if (weight === undefined) return arg;
      return { ...arg, directives: [...(arg.directives ?? []), ...directives(`@cost(weight: ${weight})`)] };
    }),
  };
}

function scopeTexts(name: string): string[] {
  const scope = FIELD_SCOPES[name];
  if (scope !== undefined) return [`@requiresScopes(scopes: [["${scope}"]])`];
  return isAuthenticatedOnly(name) ? ['@authenticated'] : [];
}

function costTexts(cost: FieldCost | undefined): string[] {
  if (cost === undefined) return [];
  const { weight, assumedSize, sizedBy, sizedFields } = cost;
  const listSize = [
    ...(assumedSize === undefined ? [] : [`assumedSize: ${assumedSize}`]),
    ...(sizedBy === undefined ? [] : [`slicingArguments: ${JSON.stringify(sizedBy)}`]),
    ...(sizedFields === undefined ? [] : [`sizedFields: ${JSON.stringify(sizedFields)}`]),
    // Arguments that size a list may be left out here: then the assumed size stands.
    ...(sizedBy === undefined ? [] : ['requireOneSlicingArgument: false']),
  ];
  return [
    ...(weight === undefined ? [] : [`@cost(weight: ${weight})`]),
    ...(listSize.length === 0 ? [] : [`@listSize(${listSize.join(', ')})`]),
  ];
}

/** Directives out of their text. */
function directives(text: string): readonly ConstDirectiveNode[] {
  const [type] = parse(`type T ${text} { f: Int }`, { noLocation: true }).definitions;
  return type?.kind === Kind.OBJECT_TYPE_DEFINITION ? (type.directives ?? []) : [];
}
