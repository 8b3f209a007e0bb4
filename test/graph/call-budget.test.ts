import fc from 'fast-check';
import { startTestService, type TestService } from '../support/service';
import {
  byIdBound,
  type Calls,
  countCalls,
  countOf,
  NO_CALLS,
  nestedBound,
  pageBound,
  plus,
  resetCalls,
  walkBound,
} from './call-budget-table';

const ACCOUNTS = ['everyware', 'remoteit', 'rms'] as const;
const FIXED_SEED = 20_260_101;
/** How many fleets are asked, twenty times each. */
const FLEETS = Number(process.env['BUDGET_FLEETS'] ?? 6);
const CASES_PER_FLEET = 20;

interface Nested {
  readonly remoteAccesses: boolean;
  readonly sessionsOfAccesses: 'none' | 'active' | 'all';
  readonly sessions: 'none' | 'active' | 'all';
  readonly vpnStatus: boolean;
  readonly owner: boolean;
}

interface ListCase extends Nested {
  readonly kind: 'list';
  readonly first: number;
  /** Goes on behind an edge of a page that was read before; a share of that page, 0..1. */
  readonly after: number | null;
  readonly totalCount: boolean;
  readonly hasNextPage: boolean;
  readonly filter: 'none' | 'account' | 'vendor' | 'online' | 'offline' | 'tag' | 'search';
  readonly order: 'NAME' | 'STATUS' | 'LAST_SEEN_AT' | 'VENDOR' | null;
}

interface NodesCase extends Nested {
  readonly kind: 'nodes';
  /** Shares 0..1 of the fleet. */
  readonly picks: readonly number[];
  readonly field: 'nodes' | 'device' | '_entities';
}

interface FleetCase {
  readonly kind: 'fleet';
  readonly counts: 'total' | 'models' | 'vpn';
}

type Case = ListCase | NodesCase | FleetCase;

const nested = {
  remoteAccesses: fc.boolean(),
  sessionsOfAccesses: fc.constantFrom('none', 'active', 'all'),
  sessions: fc.constantFrom('none', 'active', 'all'),
  vpnStatus: fc.boolean(),
  owner: fc.boolean(),
} as const;

const caseArbitrary: fc.Arbitrary<Case> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record<ListCase>({
      kind: fc.constant('list'),
      first: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constantFrom(1, 50, 99, 100, 101, 200, 500)),
      after: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      totalCount: fc.boolean(),
      hasNextPage: fc.boolean(),
      filter: fc.constantFrom('none', 'none', 'account', 'vendor', 'online', 'offline', 'tag', 'search'),
      order: fc.option(fc.constantFrom('NAME', 'STATUS', 'LAST_SEEN_AT', 'VENDOR'), { freq: 3 }),
      ...nested,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record<NodesCase>({
      kind: fc.constant('nodes'),
      picks: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
      field: fc.constantFrom('nodes', 'device', '_entities'),
      ...nested,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record<FleetCase>({
      kind: fc.constant('fleet'),
      counts: fc.constantFrom('total', 'models', 'vpn'),
    }),
  },
);

const FILTERS: Readonly<Record<ListCase['filter'], string>> = {
  none: '',
  account: ', filter: { account: ["rms"] }',
  vendor: ', filter: { vendor: [EVERYWARE, REMOTE_IT] }',
  online: ', filter: { status: [ONLINE] }',
  offline: ', filter: { status: [OFFLINE] }',
  tag: ', filter: { tag: ["north", "critical"] }',
  search: ', filter: { search: "a" }',
};

function sessionField(mode: 'none' | 'active' | 'all', owner: boolean): string {
  const fields = owner ? '{ id url device { name } }' : '{ id }';
  return mode === 'none' ? '' : `sessions${mode === 'all' ? '(active: false)' : ''} ${fields}`;
}

function deviceFields(asked: Nested): string {
  const accesses = asked.remoteAccesses
    ? `remoteAccesses { id ${asked.owner ? 'device { name }' : ''} ${sessionField(asked.sessionsOfAccesses, asked.owner)} }`
    : '';
  return `id ${accesses} ${sessionField(asked.sessions, asked.owner)} ${asked.vpnStatus ? 'vpnStatus { connected }' : ''}`;
}

function nestedOf(service: TestService, asked: Nested, devices: readonly string[]): Calls {
  return nestedBound(service.simulators, {
    devices: [...new Set(devices)],
    remoteAccesses: asked.remoteAccesses,
    sessions: asked.sessions !== 'none' || (asked.remoteAccesses && asked.sessionsOfAccesses !== 'none'),
    vpnStatus: asked.vpnStatus,
  });
}

interface Page {
  readonly devices: {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
    readonly totalCount?: number | null;
    readonly pageInfo?: { readonly hasNextPage: boolean };
  };
}

const COLD = { headers: { 'cache-control': 'no-cache' } };

async function ask<T>(service: TestService, query: string): Promise<T> {
  const answer = await service.query<T>(query, COLD);
  if (answer.errors !== undefined) throw new Error(`${query}\n${JSON.stringify(answer.errors.slice(0, 3))}`);
  return answer.data;
}

/** Where a page goes on, and the account that it goes on in. */
interface Behind {
  readonly argument: string;
  readonly accounts: readonly string[];
}

async function cursorOf(service: TestService, asked: ListCase, args: string): Promise<Behind> {
  if (asked.after === null) return { argument: '', accounts: [] };
  const { devices } = await ask<Page>(
    service,
    `{ devices(first: 500${args}) { edges { cursor node { id } } } }`,
  );
  const edge =
    devices.edges[Math.min(devices.edges.length - 1, Math.floor(asked.after * devices.edges.length))];
  if (edge === undefined) return { argument: '', accounts: [] };
  const [account = ''] = edge.node.id.split(':');
  return { argument: `, after: "${edge.cursor}"`, accounts: [account] };
}

async function runList(service: TestService, asked: ListCase): Promise<Calls> {
  const { simulators } = service;
  const order = asked.order === null ? '' : `, orderBy: { field: ${asked.order} }`;
  const args = `${FILTERS[asked.filter]}${order}`;
  const after = await cursorOf(service, asked, args);
  resetCalls(simulators);
  const { devices } = await ask<Page>(
    service,
    `{ devices(first: ${asked.first}${args}${after.argument}) { edges { cursor node { ${deviceFields(asked)} } }
      ${asked.totalCount ? 'totalCount' : ''} ${asked.hasNextPage ? 'pageInfo { hasNextPage }' : ''} } }`,
  );
  const ids = devices.edges.map(({ node }) => node.id);
  const hang = nestedOf(service, asked, ids);
  const accounts = ACCOUNTS.filter((account) => mayMatch(account, asked.filter));
  // RMS and Everyware filter by ONLINE themselves; every other filter on devices, and every order, costs one walk.
  const walks = asked.order !== null || ['offline', 'tag', 'search'].includes(asked.filter);
  if (walks) return plus(walkBound(simulators, accounts), hang);
  // An account that gave nothing may be asked once: for its total, or whether it holds more. So is the one behind whose
  // last row the page goes on.
  const reached = asked.totalCount || asked.hasNextPage || ids.length < asked.first;
  return plus(pageBound(ids, reached ? accounts : after.accounts), hang);
}

function mayMatch(account: (typeof ACCOUNTS)[number], filter: ListCase['filter']): boolean {
  if (filter === 'account' || filter === 'tag') return account === 'rms';
  return filter !== 'vendor' || account !== 'rms';
}

async function runNodes(service: TestService, asked: NodesCase): Promise<Calls> {
  const { simulators } = service;
  const all = allIds(service);
  const picked = asked.picks.map(
    (share) => all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? '',
  );
  const ids = asked.field === 'device' ? picked.slice(0, 1) : picked;
  const fields = `... on Device { ${deviceFields(asked)} }`;
  const lists = {
    nodes: `{ nodes(ids: ${JSON.stringify(ids)}) { ${fields} } }`,
    device: `{ device(id: ${JSON.stringify(ids[0])}) { ${deviceFields(asked)} } }`,
    _entities: `{ _entities(representations: [${ids.map((id) => `{ __typename: "Device", id: ${JSON.stringify(id)} }`).join(', ')}]) { ${fields} } }`,
  };
  resetCalls(simulators);
  await ask(service, lists[asked.field]);
  return plus(byIdBound(simulators, ids), nestedOf(service, asked, ids));
}

function allIds({ simulators: { rms, remoteit, everyware } }: TestService): string[] {
  return [
    ...rms.state.devices().map(({ id }) => `rms:device:${id}`),
    ...remoteit.state.rows().map(({ address }) => `remoteit:device:${address}`),
    ...everyware.state.devices().map(({ id }) => `everyware:device:${id}`),
  ];
}

async function runFleet(service: TestService, asked: FleetCase): Promise<Calls> {
  const { simulators } = service;
  const fields = {
    total: 'totalDevices byVendor { value count }',
    models: 'totalDevices byModel { value count } byStatus { value count } activeSessions',
    vpn: 'vpnConnected',
  };
  resetCalls(simulators);
  await ask(service, `{ fleet { ${fields[asked.counts]} } }`);
  const hang =
    asked.counts === 'vpn'
      ? nestedBound(simulators, {
          devices: allIds(service),
          remoteAccesses: false,
          sessions: false,
          vpnStatus: true,
        })
      : NO_CALLS;
  return plus(walkBound(simulators, ACCOUNTS), hang);
}

function run(service: TestService, asked: Case): Promise<Calls> {
  if (asked.kind === 'list') return runList(service, asked);
  return asked.kind === 'nodes' ? runNodes(service, asked) : runFleet(service, asked);
}

/** Runs random cases against random fleets; answers how many, and fails on the first that costs too much. */
async function check(seed: number): Promise<number> {
  let cases = 0;
  const sizes = fc.sample(fc.oneof(fc.integer({ min: 3, max: 60 }), fc.integer({ min: 300, max: 900 })), {
    seed,
    numRuns: FLEETS,
  });
  for (const [index, devices] of sizes.entries()) {
    const service = await startTestService({ simulators: { devices, seed: seed + index } });
    try {
      await fc.assert(
        fc.asyncProperty(caseArbitrary, async (asked) => {
          const bound = await run(service, asked);
          const made = countCalls(service.simulators);
          cases += 1;
          for (const account of ACCOUNTS) {
            if (made[account] > bound[account]) {
              throw new Error(`${account}: ${made[account]} calls where ${bound[account]} are the bound`);
            }
          }
        }),
        { seed: seed + index, numRuns: CASES_PER_FLEET },
      );
    } finally {
      await service.close();
    }
  }
  return cases;
}

describe('a cold read costs no more vendor calls than the declared bounds', () => {
  const random = Math.floor(Math.random() * 2 ** 31);

  it(`over random selections, page sizes and fleets, from the fixed seed ${FIXED_SEED}`, async () => {
    expect(await check(FIXED_SEED)).toBeGreaterThanOrEqual(FLEETS * CASES_PER_FLEET);
  }, 240_000);

  it(`and from the random seed ${random}`, async () => {
    expect(await check(random)).toBeGreaterThanOrEqual(FLEETS * CASES_PER_FLEET);
  }, 240_000);

  it('and a warm one costs none', async () => {
    const service = await startTestService();
    const query =
      '{ devices(first: 500) { totalCount nodes { id remoteAccesses { sessions { id } } sessions { id } vpnStatus { connected } } } }';
    await service.query(query);
    resetCalls(service.simulators);
    const { data } = await service.query<{ devices: { nodes: { id: string }[] } }>(query);
    expect(
      countOf(
        data.devices.nodes.map(({ id }) => id),
        'rms',
      ),
    ).toBe(54);
    expect(countCalls(service.simulators)).toEqual(NO_CALLS);
    await service.close();
  });
});
