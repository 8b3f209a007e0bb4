import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values';
import { describeExample, type Example, readExamples } from '../../../src/server/playground/example';

const PROJECT = path.resolve(__dirname, '../../..');

let examples: readonly Example[];

beforeAll(async () => {
  examples = await readExamples(path.join(PROJECT, 'src/server/playground/examples'));
});

test('there is an example for each thing that an analyst would start with', () => {
  expect(examples.length).toBeGreaterThanOrEqual(6);
  expect(examples[0]?.name).toBe('Fleet');
});

test('each has its own name, a title and an explanation', () => {
  expect(new Set(examples.map((example) => example.name)).size).toBe(examples.length);
  for (const { name, title, description } of examples) {
    expect(name.length).toBeLessThanOrEqual(16);
    expect(title.length).toBeGreaterThan(5);
    expect(description).toMatch(/\.$/);
  }
});

describe('against the schema of the service', () => {
  let schema: GraphQLSchema;

  beforeAll(() => {
    schema = buildSchema(readFileSync(path.join(PROJECT, 'schema.graphql'), 'utf8'), {
      // The directives of Apollo Federation are not declared in every form of the schema.
      assumeValidSDL: true,
    });
  });

  test('every example is valid', () => {
    for (const { name, query } of examples) {
      expect({ name, errors: validate(schema, parse(query)) }).toEqual({ name, errors: [] });
    }
  });

  test('the variables beside an example fit its operation', () => {
    for (const { name, query, variables } of examples) {
      const definitions = getOperationAST(parse(query))?.variableDefinitions ?? [];
      const given = variables === '' ? {} : JSON.parse(variables);
      expect({ name, errors: getVariableValues(schema, definitions, given).errors }).toEqual({ name });
      const declared = definitions.map((definition) => definition.variable.name.value);
      expect(declared).toEqual(expect.arrayContaining(Object.keys(given)));
    }
  });
});

describe('an example file', () => {
  test('its first comment line is the title, the others the description', () => {
    expect(
      describeExample('a.graphql', '# A title\n#\n# What it\n# shows.\nquery Name { a }\n', ''),
    ).toMatchObject({
      name: 'Name',
      title: 'A title',
      description: 'What it shows.',
    });
  });

  test.each([
    ['an operation without a name', '# Title\n{ a }\n'],
    ['two operations', '# Title\nquery A { a }\nquery B { b }\n'],
    ['no title', 'query A { a }\n'],
  ])('is refused with %s', (_, text) => {
    expect(() => describeExample('a.graphql', text, '')).toThrow(/^a\.graphql: an example/);
  });
});
