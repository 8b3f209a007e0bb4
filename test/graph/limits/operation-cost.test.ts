import { isObjectType } from 'graphql';
import { FIELD_COSTS } from '../../../src/graph/limits/field-costs';
import { buildGraph } from '../../../src/graph/schema';
import { EVERYTHING, openGate, refusals } from './fixture';

const gate = openGate({ cost: 1_000_000 });

/** What an operation costs. */
function costOf(query: string, variables: Record<string, unknown> = {}): number {
  const admission = gate.admit({ query, variables }, EVERYTHING);
  if (!admission.ok) throw new Error(admission.errors.map(({ message }) => message).join());
  return admission.cost;
}

/** Everything that can be asked of a device. */
const EVERYTHING_OF_A_DEVICE = `
  id vendor account vendorDeviceId name status serialNumber macAddress model firmwareVersion tags lastSeenAt
  observedAt capabilities
  remoteAccesses { id name protocol host port device { id name } sessions { id status url host port device { id } } }
  sessions { id url host port status createdAt expiresAt secondsRemaining createdBy reason device { id name } remoteAccess { id name } }
  vpnStatus { connected ipAddress checkedAt }
`;

test('what is answered from what is known costs nothing', () => {
  expect(costOf('{ viewer { subject } vendorAccounts { account quota { used } } __typename }')).toBe(0);
  expect(costOf('query ($id: ID!) { session(id: $id) { url device { id } } }', { id: 'x' })).toBe(0);
});

test('a list costs as much as it is long, by its argument, its variable or its default', () => {
  const page = (first: string) => `{ devices${first} { nodes { vpnStatus { connected } } } }`;
  expect(costOf(page('(first: 100)'))).toBe(5 + 100);
  expect(costOf(page(''))).toBe(5 + 50);
  expect(costOf(page('(first: null)'))).toBe(5 + 50);
  const query =
    'query ($first: Int!) { devices(first: $first) { edges { node { vpnStatus { connected } } } } }';
  expect(costOf(query, { first: 7 })).toBe(5 + 7);
});

test('a filter or an order costs its walk', () => {
  expect(
    costOf('{ devices(first: 1, filter: { tag: ["a"] }, orderBy: { field: NAME }) { nodes { id } } }'),
  ).toBe(25);
  expect(costOf('{ devices(first: 1, filter: null) { nodes { id } } }')).toBe(5);
});

test('things that are asked for by id cost one each, and what is asked of them', () => {
  expect(
    costOf(
      '{ nodes(ids: ["a", "b"]) { id ... on Device { remoteAccesses { id } } ... on Session { url } } }',
    ),
  ).toBe(4);
  const query =
    'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Device { vpnStatus { connected } } } }';
  expect(
    costOf(query, {
      all: [
        { __typename: 'Device', id: 'a' },
        { __typename: 'Device', id: 'b' },
      ],
    }),
  ).toBe(4);
});

test('of things that may be of several kinds, the dearest kind counts', () => {
  expect(
    costOf(
      '{ node(id: "a") { ... on Device { vpnStatus { connected } sessions { id } } ... on RemoteAccess { sessions { id } } } }',
    ),
  ).toBe(4);
});

test('what is skipped costs nothing', () => {
  const query =
    'query ($with: Boolean!) { devices(first: 10) { nodes { vpnStatus @include(if: $with) { connected } } } }';
  expect([costOf(query, { with: false }), costOf(query, { with: true })]).toEqual([5, 15]);
});

test('of several operations the one that is named is weighed', () => {
  const query =
    'query A { viewer { subject } } query B { devices(first: 9) { nodes { vpnStatus { connected } } } }';
  const of = (operationName: string) => openGate().admit({ query, operationName }, EVERYTHING);
  expect([of('A'), of('B')]).toMatchObject([{ cost: 0 }, { cost: 14 }]);
});

test('a page of 500 devices with everything below them passes', () => {
  const query = `{ devices(first: 500) { edges { cursor } nodes { ${EVERYTHING_OF_A_DEVICE} } pageInfo { endCursor hasNextPage } totalCount problems { account code } } }`;
  expect(costOf(query)).toBe(3005);
  expect(refusals(openGate().admit({ query }, EVERYTHING))).toEqual([]);
});

test('more than that is refused with both figures, and how much may be asked is settable', () => {
  const query = `{ a: devices(first: 500) { nodes { ${EVERYTHING_OF_A_DEVICE} } } b: devices(first: 500) { nodes { ${EVERYTHING_OF_A_DEVICE} } } }`;
  const [error] = ((admission) => (admission.ok ? [] : admission.errors))(
    openGate().admit({ query }, EVERYTHING),
  );
  expect(error?.extensions).toEqual({
    code: 'OPERATION_TOO_EXPENSIVE',
    limit: 'cost',
    asked: 6010,
    allowed: 5000,
  });
  expect(error?.message).toMatch(/6010 .* 5000/);
  expect(refusals(openGate({ cost: 6010 }).admit({ query }, EVERYTHING))).toEqual([]);
});

test('variables that cannot be read are left to the operation, which does not run', () => {
  expect(costOf('query ($first: Int!) { devices(first: $first) { nodes { id } } }', { first: 'x' })).toBe(0);
});

test('the table of costs names fields that exist, and each mutation stands in it', () => {
  const { schema } = buildGraph();
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
  );
  expect(Object.keys(FIELD_COSTS).filter((name) => !fields.includes(name))).toEqual([]);
  const mutations = fields.filter((name) => name.startsWith('Mutation.'));
  expect(mutations.filter((name) => FIELD_COSTS[name]?.weight === undefined)).toEqual([]);
});
