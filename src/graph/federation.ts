import { buildSubgraphSchema } from '@apollo/subgraph';
import { getDocumentNodeFromSchema } from '@graphql-tools/utils';
import {
  concatAST,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
  print,
  specifiedDirectives,
  visit,
} from 'graphql';
import { createResolversMap } from 'type-graphql';

/*
 * The bridge between type-graphql, which knows no Federation 2, and @apollo/subgraph: nothing in it is about devices.
 */

/** The newest Federation specification that the installed @apollo/subgraph knows. */
const FEDERATION = 'https://specs.apollo.dev/federation/v2.14';

/** How an entity is found again from what a router knows of it. Null: unknown. A throw costs this representation only. */
export type ReferenceResolver = (reference: Readonly<Record<string, unknown>>, context: never) => unknown;

/** Whom the readers of a supergraph ask about this part of it. */
export interface Contact {
  readonly name: string;
  readonly description: string;
}

/** What a subgraph is built from. */
export interface SubgraphOptions {
  /** The schema as type-graphql builds it, directives included. */
  readonly schema: GraphQLSchema;
  /** By the name of the entity. */
  readonly references: Readonly<Record<string, ReferenceResolver>>;
  /** The name of the object type that a value of an interface, or an entity, is of. */
  readonly typeOf: (value: never) => string;
  readonly contact: Contact;
  /** Of the root types, by name: type-graphql makes them by itself. */
  readonly rootDescriptions: Readonly<Record<string, string>>;
  /** Changes the schema's text before it becomes one. Default: it stays. */
  readonly edit?: (typeDefs: DocumentNode) => DocumentNode;
}

/** A schema that a router can read and ask, and its text. */
export interface Subgraph {
  readonly schema: GraphQLSchema;
  readonly sdl: string;
}

/** Turns a schema into a Federation 2 subgraph. */
export function buildSubgraph(options: SubgraphOptions): Subgraph {
  const { schema, contact, typeOf, edit = (typeDefs) => typeDefs } = options;
  const own = edit(completed(getDocumentNodeFromSchema(schema), options));
  const typeDefs = concatAST([parse(header(own, contact)), own]);
  const resolvers = createResolversMap(schema) as Record<string, Record<string, unknown>>;
  for (const type of Object.values(schema.getTypeMap())) {
    const fields = resolvers[type.name];
    // Values are plain objects, not instances of the decorated classes.
    if (fields !== undefined && isObjectType(type)) delete fields['__isTypeOf'];
    if (fields !== undefined && '__resolveType' in fields) fields['__resolveType'] = typeOf;
  }
  resolvers['_Entity'] = { __resolveType: typeOf };
  resolvers['Query'] = { ...resolvers['Query'], _entities: entitiesResolver(options) };
  return { schema: buildSubgraphSchema({ typeDefs, resolvers: resolvers as never }), sdl: print(typeDefs) };
}

/** Links the directives of Federation that are used, and no others. */
function header(typeDefs: DocumentNode, { name, description }: Contact): string {
  const known = new Set(specifiedDirectives.map((directive) => directive.name));
  const used = new Set<string>();
  visit(typeDefs, {
    [Kind.DIRECTIVE]: (directive) => {
      if (!known.has(directive.name.value)) used.add(`@${directive.name.value}`);
    },
  });
  return `
    extend schema
      @link(url: "${FEDERATION}", import: ${JSON.stringify([...used].sort())})
      @contact(name: ${JSON.stringify(name)}, description: ${JSON.stringify(description)})

    """Whom to ask about this part of a supergraph."""
    directive @contact(
      """Who it is."""
      name: String!
      """Where they are found."""
      url: String
      """What to tell them."""
      description: String
    ) on SCHEMA`;
}

/** With descriptions of the roots, and arguments as the code has them: decorators of parameters run from last to first. */
function completed(typeDefs: DocumentNode, { rootDescriptions }: SubgraphOptions): DocumentNode {
  return visit(typeDefs, {
    [Kind.OBJECT_TYPE_DEFINITION]: (type) => {
      const value = rootDescriptions[type.name.value];
      return value === undefined
        ? undefined
        : { ...type, description: { kind: Kind.STRING, value, block: true } };
    },
    [Kind.FIELD_DEFINITION]: (field) => ({ ...field, arguments: [...(field.arguments ?? [])].reverse() }),
  });
}

/**
 * Finds what a router knows by its keys, each by itself: what is malformed, or fails, is an error at its own index and
 * leaves the others alone. (@apollo/subgraph refuses all of them, and writes into what was found.)
 */
function entitiesResolver({ references }: SubgraphOptions) {
  const resolvers = new Map<unknown, ReferenceResolver>(Object.entries(references));
  const names = [...resolvers.keys()].join(', ');
  const resolve = async (representation: unknown, context: unknown): Promise<unknown> => {
    const reference = isObject(representation) ? representation : {};
    const resolver = resolvers.get(reference['__typename']);
    if (resolver !== undefined) return resolver(reference, context as never);
    throw new GraphQLError(`A representation is an object whose __typename is one of ${names}.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  };
  return (
    _: unknown,
    { representations }: { readonly representations: readonly unknown[] },
    context: unknown,
  ) => representations.map((representation) => resolve(representation, context));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
