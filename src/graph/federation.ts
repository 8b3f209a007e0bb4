import { buildSubgraphSchema } from '@apollo/subgraph';
import { getDocumentNodeFromSchema } from '@graphql-tools/utils';
import { concatAST, type DocumentNode, type GraphQLSchema, isObjectType, parse, print } from 'graphql';
import { createResolversMap } from 'type-graphql';
import { badInput } from '../domain/errors';

/*
 * The bridge between type-graphql, which knows no Federation 2, and @apollo/subgraph: nothing in it is about devices.
 */

/** The newest Federation specification that the installed @apollo/subgraph knows. */
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@key", "@shareable", "@inaccessible", "@authenticated", "@requiresScopes", "@cost", "@listSize"])`;

/** How an entity is found again from what a router knows of it. */
export type ReferenceResolver = (reference: Record<string, unknown>, context: never) => unknown;

/** What a subgraph is built from. */
export interface SubgraphOptions {
  /** The schema as type-graphql builds it, directives included. */
  readonly schema: GraphQLSchema;
  readonly references: Readonly<Record<string, ReferenceResolver>>;
  /** The name of the object type that a value of an interface is of. */
  readonly typeOf: (value: never) => string;
  /** Adds to the schema's text what stands in tables of its own. */
  readonly annotate: (typeDefs: DocumentNode) => DocumentNode;
}

/** A schema that a router can read and ask, and its text. */
export interface Subgraph {
  readonly schema: GraphQLSchema;
  readonly sdl: string;
}

/** Turns a schema into a Federation 2 subgraph. */
export function buildSubgraph({ schema, references, typeOf, annotate }: SubgraphOptions): Subgraph {
  const typeDefs = concatAST([parse(LINK), annotate(getDocumentNodeFromSchema(schema))]);
  const resolvers = createResolversMap(schema) as Record<string, Record<string, unknown>>;
  for (const type of Object.values(schema.getTypeMap())) {
    const own = resolvers[type.name];
    if (own === undefined) continue;
    // Values are plain objects, not instances of the decorated classes.
    if (isObjectType(type)) delete own['__isTypeOf'];
    if ('__resolveType' in own) own['__resolveType'] = typeOf;
    const reference = references[type.name];
    if (reference !== undefined) own['__resolveReference'] = reference;
  }
  const subgraph = buildSubgraphSchema({ typeDefs, resolvers: resolvers as never });
  checkRepresentations(subgraph, new Set(Object.keys(references)));
  return { schema: subgraph, sdl: print(typeDefs) };
}

/** What a router sends is checked as what any caller sends: the library takes anything for a representation. */
function checkRepresentations(schema: GraphQLSchema, entities: ReadonlySet<string>): void {
  const field = schema.getQueryType()?.getFields()['_entities'];
  const resolve = field?.resolve;
  if (field === undefined || resolve === undefined) return;
  field.resolve = (source, args: { readonly representations: readonly unknown[] }, context, info) => {
    for (const representation of args.representations) {
      if (typeof representation === 'object' && representation !== null && '__typename' in representation) {
        if (entities.has(String(representation.__typename))) continue;
      }
      throw badInput(`A representation names an entity by __typename: ${[...entities].join(', ')}.`);
    }
    return resolve(source, args, context, info);
  };
}
