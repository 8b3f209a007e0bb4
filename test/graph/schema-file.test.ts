import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  buildASTSchema,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  lexicographicSortSchema,
  type NameNode,
  parse,
  print,
  printSchema,
} from 'graphql';
import { buildGraph } from '../../src/graph/schema';
import { startTestService, type TestService } from '../support/service';

const FILE = path.resolve(__dirname, '../../schema.graphql');

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 3 } });
});

afterAll(async () => {
  await service?.close();
});

/** A schema's own definitions, without the machinery that Federation adds to every subgraph. */
function own(sdl: string): DocumentNode {
  const isOwn = ({ name }: { readonly name: NameNode }) => !isOfFederation(name.value);
  const definitions = parse(sdl).definitions.flatMap((node): DefinitionNode[] => {
    if (node.kind === Kind.DIRECTIVE_DEFINITION || !('name' in node) || node.name === undefined) return [];
    if (isOfFederation(node.name.value)) return [];
    return [
      node.kind === Kind.OBJECT_TYPE_DEFINITION
        ? { ...node, fields: node.fields?.filter(isOwn) ?? [] }
        : node,
    ];
  });
  return { kind: Kind.DOCUMENT, definitions };
}

/** What a schema's text means, whatever its order: types, fields and descriptions. */
function meaning(sdl: string): string {
  return printSchema(lexicographicSortSchema(buildASTSchema(own(sdl), { assumeValidSDL: true })));
}

/** Where directives stand in a schema's text: `Device @key(fields: "id")`. */
function directives(sdl: string): readonly string[] {
  const found: string[] = [];
  const note = (place: string, on: readonly DirectiveNode[] = []) => {
    for (const directive of on) found.push(`${place} ${print(directive)}`);
  };
  for (const type of own(sdl).definitions) {
    if (!('name' in type) || type.name === undefined) continue;
    note(type.name.value, type.directives);
    const parts = 'fields' in type ? type.fields : 'values' in type ? type.values : undefined;
    for (const part of parts ?? []) {
      note(`${type.name.value}.${part.name.value}`, part.directives);
      if (!('arguments' in part)) continue;
      for (const arg of part.arguments ?? []) note(`${part.name.value}(${arg.name.value})`, arg.directives);
    }
  }
  return found.sort();
}

/** Everything of a schema that a client can name and that nobody has described. */
function undescribed(schema: GraphQLSchema): readonly string[] {
  const missing: string[] = [];
  const check = (name: string, { description }: { readonly description?: string | null | undefined }) => {
    if (description === undefined || description === null || description.trim() === '') missing.push(name);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type) || isOfFederation(type.name)) continue;
    check(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (isOfFederation(field.name)) continue;
      check(`${type.name}.${field.name}`, field);
      for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg);
    }
  }
  return missing;
}

function isOfFederation(name: string): boolean {
  return name.startsWith('_') || name.startsWith('federation__') || name.startsWith('link__');
}

describe('schema.graphql', () => {
  test('is what the code prints (else: npm run schema)', async () => {
    const file = await readFile(FILE, 'utf8');
    expect(file.trimEnd()).toBe(buildGraph().sdl.trimEnd());
  });

  test('is what the service shows at /schema.graphql', async () => {
    const file = await readFile(FILE, 'utf8');
    const shown = await (await fetch(`${service.url}/schema.graphql`)).text();
    expect(shown.trimEnd()).toBe(file.trimEnd());
  });

  test('means what a router is told by _service', async () => {
    const file = await readFile(FILE, 'utf8');
    const { data } = await service.query<{ _service: { sdl: string } }>('{ _service { sdl } }');
    expect(meaning(data._service.sdl)).toBe(meaning(file));
    expect(directives(data._service.sdl)).toEqual(directives(file));
  });

  test('links Federation 2 and names every directive that it uses', async () => {
    const file = await readFile(FILE, 'utf8');
    const used = new Set(directives(file).map((line) => /@\w+/.exec(line)?.[0]));
    expect(file).toMatch(/@link\(url: "https:\/\/specs\.apollo\.dev\/federation\/v2\./);
    for (const name of used)
      if (name !== '@deprecated' && name !== '@specifiedBy') expect(file).toContain(`"${name}"`);
  });

  test('links the newest specification that there is: the next one is not known', async () => {
    const file = await readFile(FILE, 'utf8');
    const next = file.replace(
      /(federation\/v2\.)(\d+)/,
      (_, name: string, minor: string) => name + (Number(minor) + 1),
    );
    expect(() => buildSubgraphSchema({ typeDefs: parse(file) })).not.toThrow();
    expect(() => buildSubgraphSchema({ typeDefs: parse(next) })).toThrow(/unsupported|version|link/i);
  });

  test('hides Node in a supergraph, and nothing else; SUPERGRAPH_NODE=1 shows it', async () => {
    const hidden = ['Node @inaccessible', 'Query.node @inaccessible', 'Query.nodes @inaccessible'];
    const usual = directives(await readFile(FILE, 'utf8'));
    expect(usual.filter((line) => line.includes('@inaccessible'))).toEqual(hidden);
    const open = await startTestService({ simulators: { devices: 3 }, env: { SUPERGRAPH_NODE: '1' } });
    const { data } = await open.query<{ _service: { sdl: string } }>('{ _service { sdl } }');
    await open.close();
    expect(directives(data._service.sdl)).toEqual(usual.filter((line) => !hidden.includes(line)));
    expect(meaning(data._service.sdl)).toBe(meaning(await readFile(FILE, 'utf8')));
  });

  test('describes every type, field, argument and enum value', () => {
    expect(undescribed(buildGraph().schema)).toEqual([]);
  });

  test('has no type that nothing leads to', () => {
    const { schema } = buildGraph();
    const [query, mutation, subscription] = [
      schema.getQueryType(),
      schema.getMutationType(),
      schema.getSubscriptionType(),
    ];
    const reached = new GraphQLSchema({ query, mutation, subscription }).getTypeMap();
    const own = Object.keys(schema.getTypeMap()).filter((name) => !isOfFederation(name));
    expect(own.filter((name) => reached[name] === undefined)).toEqual([]);
  });
});
