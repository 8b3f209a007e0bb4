import fc from 'fast-check';
import { getIntrospectionQuery } from 'graphql';
import { EVERYTHING, openGate, refusals, refused } from './fixture';

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** A chain of fields, so many below each other, the last one included. */
function chain(depth: number): string {
  const steps = ['devices(first: 1)', 'nodes'];
  while (steps.length < depth - 1) steps.push(steps.length % 2 === 0 ? 'remoteAccesses' : 'device');
  return `{ ${[...steps, 'id'].join(' { ')} ${'} '.repeat(depth)}`;
}

describe('an operation of just the largest size passes, one that is larger is refused with both figures', () => {
  test('2,000 tokens', () => {
    expect(refused(`{ viewer { ${times(1995, () => 'subject')} } }`)).toEqual([]);
    expect(refused(`{ viewer { ${times(1996, () => 'subject')} } }`)).toEqual([
      'OPERATION_TOO_EXPENSIVE tokens 2001/2000',
    ]);
  });

  test('10 fields below each other', () => {
    expect(refused(chain(10))).toEqual([]);
    expect(refused(chain(11))).toEqual(['OPERATION_TOO_EXPENSIVE depth 11/10']);
  });

  test('10 fields below each other, through fragments', () => {
    const through = (inner: string) =>
      `{ devices(first: 1) { nodes { ...A } } } fragment A on Device { remoteAccesses { ...B } } fragment B on RemoteAccess ${inner}`;
    const deep =
      '{ device { remoteAccesses { device { remoteAccesses { device { remoteAccesses { id } } } } } } }';
    expect(refused(through('{ device { remoteAccesses { device { id } } } }'))).toEqual([]);
    expect(refused(through(deep))).toEqual([]);
    expect(refused(through(deep.replace('{ id }', '{ device { id } }')))).toEqual([
      'OPERATION_TOO_EXPENSIVE depth 11/10',
    ]);
  });

  test('the schema counts apart: what tools ask for passes', () => {
    expect(refused(getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }))).toEqual(
      [],
    );
    const types = `{ __type(name: "Query") { ${'ofType { '.repeat(14)} name ${'} '.repeat(14)} } }`;
    expect(refused(types)).toEqual(['OPERATION_TOO_EXPENSIVE introspectionDepth 16/15']);
  });

  test('15 aliases, each as often as its fragment is spread', () => {
    expect(refused(`{ viewer { ${times(15, (index) => `a${index}: subject`)} } }`)).toEqual([]);
    expect(refused(`{ viewer { ${times(16, (index) => `a${index}: subject`)} } }`)).toEqual([
      'OPERATION_TOO_EXPENSIVE aliases 16/15',
    ]);
    const spread = (spreads: number) =>
      `{ viewer { ${times(spreads, () => '...A')} } } fragment A on Viewer { a: subject b: subject }`;
    expect(refused(spread(7))).toEqual([]);
    expect(refused(spread(8))).toEqual(['OPERATION_TOO_EXPENSIVE aliases 16/15']);
  });

  test('10 fields at the root, in fragments too', () => {
    expect(refused(`{ ${times(10, () => '__typename')} }`)).toEqual([]);
    expect(refused(`{ ${times(11, () => '__typename')} }`)).toEqual([
      'OPERATION_TOO_EXPENSIVE rootFields 11/10',
    ]);
    expect(
      refused(
        '{ ...A ...A } fragment A on Query { a: fleet { totalDevices } ...B ...B } fragment B on Query { __typename viewer { subject } }',
      ),
    ).toEqual([]);
    expect(
      refused(`{ ${times(6, () => '...A')} } fragment A on Query { __typename viewer { subject } }`),
    ).toEqual(['OPERATION_TOO_EXPENSIVE rootFields 12/10']);
  });

  test('50 directives, wherever they stand', () => {
    const skip = '@skip(if: false)';
    expect(refused(`{ viewer { ${times(50, () => `subject ${skip}`)} } }`)).toEqual([]);
    expect(refused(`{ viewer ${skip} { ${times(50, () => `... ${skip} { subject }`)} } }`)).toEqual([
      'OPERATION_TOO_EXPENSIVE directives 51/50',
    ]);
    expect(refused(`query ($a: Int ${times(51, () => '@x')}) { viewer { subject } }`)).toEqual([
      'OPERATION_TOO_EXPENSIVE directives 51/50',
    ]);
  });

  test('the same field 50 times in one selection', () => {
    const of = (count: number) => `{ fleet { ${times(count, () => 'byStatus { value }')} } }`;
    expect(refused(of(50))).toEqual([]);
    expect(refused(of(51))).toEqual(['OPERATION_TOO_EXPENSIVE repeats 51/50']);
  });

  test('1,000 representations', () => {
    const query = 'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Device { id } } }';
    const all = (count: number) => ({
      variables: {
        all: Array.from({ length: count }, (_, index) => ({
          __typename: 'Device',
          id: `rms:device:${index}`,
        })),
      },
    });
    expect(refused(query, all(1000))).toEqual([]);
    expect(refused(query, all(1001))).toEqual(['OPERATION_TOO_EXPENSIVE representations 1001/1000']);
  });
});

describe('what is made to keep the service busy', () => {
  test('fragments that double each other are refused by what they multiply to, at once', () => {
    const bomb = `{ ...f0 } ${times(150, (index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`)} fragment f150 on Query { viewer { a: subject } }`;
    expect(refused(bomb)).toEqual([
      'OPERATION_TOO_EXPENSIVE aliases 1000000/15',
      'OPERATION_TOO_EXPENSIVE rootFields 1000000/10',
    ]);
  });

  test('fragments that go in a circle are named, and nothing follows them', () => {
    const circle = times(
      60,
      (index) =>
        `fragment f${index} on Device { remoteAccesses { device { ...f${(index + 1) % 60} ...f${(index * 7 + 1) % 60} } } }`,
    );
    const codes = new Set(refused(`{ devices { nodes { ...f0 } } } ${circle}`));
    expect([...codes].every((code) => /GRAPHQL_VALIDATION_FAILED|depth/.test(code))).toBe(true);
    const alsoWrong = '{ ...a nothing } fragment a on Query { ...b } fragment b on Query { ...a nothing }';
    const { errors } = openGate().documents.prepare(alsoWrong);
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/within itself/)]);
    expect(refused('{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }')).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });

  test('the schema in circles is refused', () => {
    const circular =
      '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }';
    expect(refused(circular)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  test('no more than five mistakes of a document are told, and that there are more', () => {
    expect(refused(`{ __typename ${times(10, () => '@aa')} }`)).toHaveLength(6);
  });

  test('the same text is looked at once, refused or not', () => {
    const gate = openGate();
    for (const text of ['{ viewer { subject } }', '{ nothing }', '{']) {
      expect(gate.documents.prepare(text)).toBe(gate.documents.prepare(text));
    }
  });

  test('any text is answered: it runs, or is refused with a code', () => {
    const gate = openGate();
    const word = fc.constantFrom(
      '{',
      '}',
      '...',
      'A',
      'on',
      'Query',
      'Device',
      'fragment',
      'query',
      'devices',
      'nodes',
      'id',
      '@skip(if: true)',
      '(',
      ')',
      ':',
      '$a',
      '"x"',
      '[',
      ']',
      '!',
      '\u0000',
      '#',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        for (const refusal of refusals(gate.admit({ query: words.join(' ') }, EVERYTHING))) {
          expect(refusal).toMatch(/^(GRAPHQL_|BAD_USER_INPUT|OPERATION_TOO_EXPENSIVE)/);
        }
      }),
    );
  });
});
