import { type Change, ChangeType, CriticalityLevel, diff } from '@graphql-inspector/core';
import {
  buildASTSchema,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
} from 'graphql';
import { codes, readPage, rows } from '../docs/markdown';

const read = (sdl: string): GraphQLSchema => buildASTSchema(parse(sdl), { assumeValidSDL: true });

/** Directives that neighbours in a supergraph are composed by. */
const COMPOSED_BY = /\.@(key|shareable)$/;

/** Everything that somebody could be broken by: `FIELD_REMOVED Device.model`. */
async function breaksBetween(released: string, current: string): Promise<readonly string[]> {
  const changes = await diff(read(released), read(current));
  return changes.filter(isBreak).map(({ type, path }) => `${type} ${path}`);
}

function isBreak({ criticality, type, path = '' }: Change): boolean {
  if (criticality.level === CriticalityLevel.Breaking) return true;
  if (type === ChangeType.FieldArgumentDefaultChanged || type === ChangeType.InputFieldDefaultValueChanged)
    return true;
  return /^DIRECTIVE_USAGE_.*_REMOVED$/.test(type) && COMPOSED_BY.test(path);
}

/** Each deprecation with its reason. */
function deprecations(schema: GraphQLSchema): readonly (readonly [place: string, reason: string])[] {
  const found: [string, string][] = [];
  const note = (
    place: string,
    { deprecationReason }: { readonly deprecationReason?: string | null | undefined },
  ) => {
    if (deprecationReason !== undefined && deprecationReason !== null) found.push([place, deprecationReason]);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isEnumType(type)) for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      note(`${type.name}.${field.name}`, field);
      if ('args' in field) for (const arg of field.args) note(`${type.name}.${field.name}(${arg.name})`, arg);
    }
  }
  return found;
}

/** A reason that tells what to use, and from which day on it may be gone. */
const COMPLETE = /^Use .+\. Gone from \d{4}-\d{2}-\d{2} on\.$/;

describe('the schema of the next release', () => {
  const listed = rows(readPage('docs/compatibility.md'))
    .slice(1)
    .map(([name = '', reason = '']) => ({ name: codes(name)[0] ?? name, reason }));

  test('breaks nobody who uses the last one, but where docs/compatibility.md says so and why', async () => {
    const breaks = await breaksBetween(readPage('schema.released.graphql'), readPage('schema.graphql'));
    expect([...breaks].sort()).toEqual(listed.map(({ name }) => name).sort());
    for (const { reason } of listed) expect(reason).toMatch(/\w/);
  });

  test('tells of what is deprecated what to use, and until when it stays', () => {
    for (const [place, reason] of deprecations(read(readPage('schema.graphql')))) {
      expect([place, reason]).toEqual([place, expect.stringMatching(COMPLETE)]);
    }
  });
});

describe('a break is', () => {
  const BEFORE = `
    directive @key(fields: String!) repeatable on OBJECT
    directive @shareable on OBJECT | FIELD_DEFINITION
    directive @tag(name: String!) on FIELD_DEFINITION
    type Query { device(id: ID!, first: Int = 50): Device status: Status }
    type Device @key(fields: "id") @key(fields: "account") { id: ID! name: String! @tag(name: "x") account: String! @shareable }
    enum Status { ON OFF }`;

  test.each([
    ['a field that is gone', 'name: String! @tag(name: "x")', '', 'FIELD_REMOVED Device.name'],
    ['a field that may be null', 'name: String! @', 'name: String @', 'FIELD_TYPE_CHANGED Device.name'],
    ['a value that is gone', 'ON OFF', 'ON', 'ENUM_VALUE_REMOVED Status.OFF'],
    [
      'an argument that has to be given',
      'id: ID!,',
      'id: ID!, x: Int!,',
      'FIELD_ARGUMENT_ADDED Query.device.x',
    ],
    ['another default', '= 50', '= 20', 'FIELD_ARGUMENT_DEFAULT_CHANGED Query.device.first'],
    ['a key that is gone', ' @key(fields: "account")', '', 'DIRECTIVE_USAGE_OBJECT_REMOVED Device.@key'],
    [
      'what is shared no more',
      'account: String! @shareable',
      'account: String!',
      'DIRECTIVE_USAGE_FIELD_DEFINITION_REMOVED Device.account.@shareable',
    ],
  ])('%s', async (_, from, to, name) => {
    expect(BEFORE).toContain(from);
    expect(await breaksBetween(BEFORE, BEFORE.replace(from, to))).toEqual([name]);
  });

  test.each([
    ['a new field', 'id: ID! name', 'id: ID! model: String name'],
    ['a new value', 'ON OFF', 'ON OFF UNKNOWN'],
    ['a tag', ' @tag(name: "x")', ''],
    ['another order', 'type Query', '"What can be asked." type Query'],
  ])('not %s', async (_, from, to) => {
    expect(BEFORE).toContain(from);
    expect(await breaksBetween(BEFORE, BEFORE.replace(from, to))).toEqual([]);
  });
});

test.each([
  ['Use model. Gone from 2027-06-30 on.', true],
  ['Use model.', false],
  ['Gone from 2027-06-30 on.', false],
  ['No longer supported', false],
])('%p as a reason is complete: %p', (reason, isComplete) => {
  const [[, found] = ['', '']] = deprecations(
    read(`type Query { old: Int @deprecated(reason: "${reason}") }`),
  );
  expect(COMPLETE.test(found)).toBe(isComplete);
});
