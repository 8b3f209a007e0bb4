import fc from 'fast-check';

/** A random operation over the schema. */
export interface RandomQuery {
  readonly roots: readonly Root[];
}

type Nested = readonly string[];

interface Root {
  readonly field:
    | 'devices'
    | 'fleet'
    | 'device'
    | 'nodes'
    | 'remoteAccess'
    | 'sessions'
    | '_entities'
    | 'vendorAccounts';
  readonly first: number;
  readonly filter: string;
  readonly order: string;
  readonly connection: readonly string[];
  readonly nested: Nested;
  readonly counts: readonly string[];
  /** Shares 0..1 of all things with an id. */
  readonly picks: readonly number[];
}

const FILTERS = [
  '',
  '',
  '',
  ', filter: { account: ["rms"] }',
  ', filter: { vendor: [EVERYWARE, REMOTE_IT] }',
  ', filter: { status: [ONLINE] }',
  ', filter: { status: [OFFLINE, NOT_ACTIVATED] }',
  ', filter: { tag: ["north", "critical"] }',
  ', filter: { search: "a" }',
  ', filter: { search: "no such device" }',
];

const ORDERS = ['', '', '', ', orderBy: { field: NAME }', ', orderBy: { field: STATUS, direction: DESC }'];

const CONNECTION = ['totalCount', 'pageInfo { hasNextPage }', 'pageInfo { endCursor }', 'problems { code }'];

const NESTED = [
  'remoteAccesses { id }',
  'remoteAccesses { id device { name } }',
  'remoteAccesses { id sessions { id } }',
  'sessions { id device { id name } }',
  'all: sessions(active: false) { id remoteAccess { name } }',
  'vpnStatus { connected }',
  'ssh: remoteAccesses(protocol: SSH) { id device { vpnStatus { connected } } }',
];

const COUNTS = [
  'totalDevices',
  'byModel { count }',
  'byStatus { count }',
  'activeSessions',
  'vpnConnected',
  'byVendor { count }',
];

const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values], { minLength: 0 });

const root: fc.Arbitrary<Root> = fc.record({
  field: fc.constantFrom(
    'devices',
    'devices',
    'devices',
    'fleet',
    'device',
    'nodes',
    'remoteAccess',
    'sessions',
    '_entities',
    'vendorAccounts',
  ),
  first: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constantFrom(1, 50, 99, 100, 101, 200, 500)),
  filter: fc.constantFrom(...FILTERS),
  order: fc.constantFrom(...ORDERS),
  connection: some(CONNECTION),
  nested: some(NESTED),
  counts: fc.subarray(COUNTS, { minLength: 1 }),
  picks: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }),
});

/** Random operations with one root field, or two of them at once. */
export const randomQuery: fc.Arbitrary<RandomQuery> = fc.record({
  roots: fc.array(root, { minLength: 1, maxLength: 2 }),
});

/** The text of an operation on a fleet whose devices have these ids, and whose ways in those. */
export function textOf(
  { roots }: RandomQuery,
  devices: readonly string[],
  accesses: readonly string[],
): string {
  return `{ ${roots.map((one, nth) => rootText(one, `r${nth}`, devices, accesses)).join(' ')} }`;
}

function rootText(one: Root, alias: string, devices: readonly string[], accesses: readonly string[]): string {
  const pick = (from: readonly string[]): string[] =>
    one.picks.flatMap((share) => from[Math.min(from.length - 1, Math.floor(share * from.length))] ?? []);
  const fields = `id name ${one.nested.join(' ')}`;
  const [device = 'rms:device:1'] = pick(devices);
  const [access = 'rms:access:1:1'] = pick(accesses);
  switch (one.field) {
    case 'devices':
      return `${alias}: devices(first: ${one.first}${one.filter}${one.order}) { nodes { ${fields} } ${one.connection.join(' ')} }`;
    case 'fleet':
      return `${alias}: fleet${one.filter === '' ? '' : `(${one.filter.slice(2)})`} { ${one.counts.join(' ')} }`;
    case 'device':
      return `${alias}: device(id: ${JSON.stringify(device)}) { ${fields} }`;
    case 'nodes':
      return `${alias}: nodes(ids: ${JSON.stringify([...pick(devices), access])}) { ... on Device { ${fields} } ... on RemoteAccess { id sessions { id } } }`;
    case 'remoteAccess':
      return `${alias}: remoteAccess(id: ${JSON.stringify(access)}) { name sessions { id } device { ${fields} } }`;
    case 'sessions':
      return `${alias}: sessions(first: 20) { nodes { id device { ${fields} } remoteAccess { name } } }`;
    case '_entities':
      return `${alias}: _entities(representations: [${pick(devices)
        .map((id) => `{ __typename: "Device", id: ${JSON.stringify(id)} }`)
        .join(', ')}]) { ... on Device { ${fields} } }`;
    case 'vendorAccounts':
      return `${alias}: vendorAccounts { account healthy }`;
  }
}
