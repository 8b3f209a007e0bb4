import type { Simulators } from '../../src/simulators/simulators';
import { type ExpectedDevice, expectedDevices } from '../services/simulated-fleet';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService } from '../support/service';

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number | null;
  readonly problems: readonly unknown[];
}

interface Wanted {
  readonly first: number;
  readonly after?: string | null;
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly orderBy?: Readonly<Record<string, unknown>>;
}

const QUERY = `query ($first: Int, $after: String, $filter: DeviceFilter, $orderBy: DeviceOrder) {
  devices(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
    problems { account code }
  }
}`;

/** One service for a whole block of tests, with a clock that stands still unless a page is to be asked anew. */
function useService(devices: number): { readonly clock: ManualClock; readonly get: () => TestService } {
  const clock = new ManualClock();
  let service: TestService | undefined;
  beforeAll(async () => {
    service = await startTestService({ clock, simulators: { devices } });
  });
  afterAll(async () => {
    await service?.close();
  });
  return {
    clock,
    get: () => {
      if (service === undefined) throw new Error('the service is not started');
      return service;
    },
  };
}

async function read(service: TestService, wanted: Wanted, fresh?: ManualClock): Promise<Page> {
  fresh?.advance(1);
  const headers = fresh === undefined ? {} : { 'cache-control': 'no-cache' };
  const answer = await service.query<{ devices: Page }>(QUERY, { variables: { ...wanted }, headers });
  expect(answer.errors).toBeUndefined();
  return answer.data.devices;
}

const idsOf = (page: Page): string[] => page.edges.map(({ node }) => node.id);

/** Reads the list to its end, and holds what every page says of itself against what it is. */
async function readAll(service: TestService, wanted: Wanted, total: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page = await read(service, { ...wanted, after });
    ids.push(...idsOf(page));
    expect(page).toMatchObject({ totalCount: total, problems: [] });
    expect(page.pageInfo).toEqual({
      hasNextPage: ids.length < total,
      hasPreviousPage: after !== null,
      startCursor: page.edges[0]?.cursor ?? null,
      endCursor: page.edges.at(-1)?.cursor ?? null,
    });
    expect(page.edges).toHaveLength(Math.min(wanted.first, total - (ids.length - page.edges.length)));
    if (!page.pageInfo.hasNextPage) return ids;
    after = page.pageInfo.endCursor;
  }
}

const VALUES: Readonly<Record<string, (device: ExpectedDevice) => string | number | null>> = {
  NAME: ({ name }) => name.toLowerCase(),
  STATUS: ({ status }) => ['ONLINE', 'OFFLINE', 'NOT_ACTIVATED', 'UNKNOWN'].indexOf(status),
  LAST_SEEN_AT: ({ lastSeenAt }) => (lastSeenAt === null ? null : Date.parse(lastSeenAt)),
  VENDOR: ({ vendor }) => vendor,
};

function inOrder(devices: readonly ExpectedDevice[], field: string, direction: string): readonly string[] {
  const comparedBy = VALUES[field] ?? (() => null);
  const sign = direction === 'ASC' ? 1 : -1;
  return [...devices]
    .sort((a, b) => {
      const [left, right] = [comparedBy(a), comparedBy(b)];
      if (left === right) return a.id < b.id ? -1 : 1;
      if (left === null || right === null) return left === null ? 1 : -1;
      return left < right ? -sign : sign;
    })
    .map(({ id }) => id);
}

const FILTERS: readonly (readonly [
  string,
  Readonly<Record<string, unknown>>,
  (d: ExpectedDevice) => boolean,
])[] = [
  ['a status that two vendors can filter by', { status: ['ONLINE'] }, ({ status }) => status === 'ONLINE'],
  ['a status that no vendor can filter by', { status: ['OFFLINE'] }, ({ status }) => status === 'OFFLINE'],
  [
    'a status that only one vendor has',
    { status: ['NOT_ACTIVATED'] },
    ({ status }) => status === 'NOT_ACTIVATED',
  ],
  ['a status that no device has', { status: ['UNKNOWN'] }, () => false],
  ['two statuses', { status: ['OFFLINE', 'ONLINE'] }, ({ status }) => status !== 'NOT_ACTIVATED'],
  ['a vendor', { vendor: ['REMOTE_IT'] }, ({ vendor }) => vendor === 'REMOTE_IT'],
  ['two accounts', { account: ['rms', 'everyware', 'nowhere'] }, ({ account }) => account !== 'remoteit'],
  ['an account that is not there', { account: ['nowhere'] }, () => false],
  ['a tag', { tag: ['north', 'lab'] }, ({ tags }) => tags.includes('north') || tags.includes('lab')],
  ['a text in any case', { search: 'PUMP' }, (d) => searched(d).some((text) => text.includes('pump'))],
  ['a text in a model', { search: 'rutx' }, (d) => searched(d).some((text) => text.includes('rutx'))],
  ['a text that nothing has', { search: '% no such text _' }, () => false],
  ['lists that are empty', { status: [], tag: [], vendor: [], account: [], search: '' }, () => true],
  [
    'all conditions at once',
    { status: ['ONLINE'], vendor: ['TELTONIKA_RMS'], account: ['rms'], search: '00:1e', tag: ['north'] },
    ({ vendor, status, tags }) => vendor === 'TELTONIKA_RMS' && status === 'ONLINE' && tags.includes('north'),
  ],
];

function searched(device: ExpectedDevice): string[] {
  const { name, serialNumber, macAddress, model, vendorDeviceId } = device;
  return [name, serialNumber, macAddress, model, vendorDeviceId].flatMap((text) => text?.toLowerCase() ?? []);
}

describe('paging through 420 devices', () => {
  const { clock, get } = useService(420);
  const expected = () => expectedDevices(get().simulators, clock.now());

  it.each([1, 7, 50, 99, 100, 101, 500])(
    'by %i tells each device once, in the vendors’ own order',
    async (first) => {
      const ids = expected().map(({ id }) => id);
      expect(await readAll(get(), { first }, ids.length)).toEqual(ids);
    },
  );

  it.each(
    Object.keys(VALUES).flatMap((field) => ['ASC', 'DESC'].map((direction) => [field, direction] as const)),
  )('ordered by %s %s tells each device once, by any page size', async (field, direction) => {
    const ids = inOrder(expected(), field, direction);
    for (const first of [7, 100, 500]) {
      expect(await readAll(get(), { first, orderBy: { field, direction } }, ids.length)).toEqual(ids);
    }
  });

  it.each(FILTERS)(
    'filtered by %s tells each that fits, in either kind of order',
    async (_, filter, fits) => {
      const fitting = expected().filter(fits);
      const ids = fitting.map(({ id }) => id);
      for (const first of [7, 100, 101]) {
        expect(await readAll(get(), { first, filter }, ids.length)).toEqual(ids);
      }
      const orderBy = { field: 'NAME' };
      expect(await readAll(get(), { first: 30, filter, orderBy }, ids.length)).toEqual(
        inOrder(fitting, 'NAME', 'ASC'),
      );
    },
  );

  it('goes on behind any edge, not only the last of a page', async () => {
    const ids = expected().map(({ id }) => id);
    const all = await read(get(), { first: 500 });
    for (const index of [0, 1, 98, 99, 100, 125, 126, 230, 231, 232, 331, 418]) {
      const page = await read(get(), { first: 5, after: all.edges[index]?.cursor ?? '' });
      expect(idsOf(page)).toEqual(ids.slice(index + 1, index + 6));
      expect(page.pageInfo.hasPreviousPage).toBe(true);
    }
    const beyond = await read(get(), { first: 5, after: all.edges.at(-1)?.cursor ?? '' });
    expect(beyond).toMatchObject({ edges: [], totalCount: 420, problems: [] });
    expect(beyond.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: null,
      endCursor: null,
    });
  });

  it('costs the same whether it is told by edges or nodes, and nothing for what is not selected', async () => {
    clock.advance(60_000);
    const { simulators, query } = get();
    const calls = () =>
      [simulators.everyware, simulators.remoteit, simulators.rms].map(({ calls }) => calls.count());
    for (const { calls } of [simulators.everyware, simulators.remoteit, simulators.rms]) calls.reset();
    await query('{ devices(first: 50) { nodes { id } } }');
    expect(calls()).toEqual([1, 0, 0]);
    await query('{ devices(first: 50) { totalCount } }');
    expect(calls()).toEqual([1, 1, 1]);
  });
});

describe('paging while devices come and go at all three vendors', () => {
  const { clock, get } = useService(420);

  /** Takes out and puts in devices anywhere; never as many of the one as of the other at one vendor. */
  function stir({ everyware, remoteit, rms }: Simulators, nth: number, gone: Set<string>): void {
    const take = <T>(list: readonly T[], part: number): T | undefined => list[Math.floor(part * list.length)];
    const part = (nth * 0.37) % 1;
    for (let more = 0; more < 2; more += 1) {
      const gateway = take(everyware.state.devices(), part);
      if (gateway !== undefined) everyware.state.removeDevice(gateway.id);
      const row = take(remoteit.state.rows(), part);
      if (row !== undefined) remoteit.state.removeRow(row.address);
      const router = take(rms.state.devices(), part);
      if (router !== undefined) rms.state.removeDevice(router.id);
      gone.add(`everyware:device:${gateway?.id}`);
      gone.add(`remoteit:device:${row?.address}`);
      gone.add(`rms:device:${router?.id}`);
    }
    everyware.state.addDevice({ clientId: `${'amplz'[nth % 5]}-${nth}` });
    if (nth % 2 === 0) everyware.state.addDevice({ clientId: `0-${nth}` });
    if (nth % 2 === 0) everyware.state.addDevice({ clientId: `1-${nth}` });
    remoteit.state.addRow();
    rms.state.addDevice();
  }

  it.each([7, 50, 99, 100, 101])('by %i tells every device that stays exactly once', async (first) => {
    const { simulators } = get();
    const before = expectedDevices(simulators, clock.now()).map(({ id }) => id);
    const gone = new Set<string>();
    const told: string[] = [];
    for (let after: string | null = null, nth = 1; ; nth += 1) {
      const page: Page = await read(get(), { first, after }, clock);
      told.push(...idsOf(page));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
      if (nth <= 12) stir(simulators, nth, gone);
    }
    const stayed = before.filter((id) => !gone.has(id));
    expect(new Set(told).size).toBe(told.length);
    const kept = new Set(stayed);
    expect(told.filter((id) => kept.has(id))).toEqual(stayed);
    expect(gone.size).toBeGreaterThan(10);
  });

  it.each(['NAME', 'VENDOR'])('ordered by %s tells every device that stays exactly once', async (field) => {
    const { simulators } = get();
    const before = inOrder(expectedDevices(simulators, clock.now()), field, 'ASC');
    const gone = new Set<string>();
    const told: string[] = [];
    for (let after: string | null = null, nth = 1; ; nth += 1) {
      const page: Page = await read(get(), { first: 60, after, orderBy: { field } }, clock);
      told.push(...idsOf(page));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
      stir(simulators, nth, gone);
    }
    const stayed = before.filter((id) => !gone.has(id));
    const kept = new Set(stayed);
    expect(new Set(told).size).toBe(told.length);
    expect(told.filter((id) => kept.has(id))).toEqual(stayed);
  });

  it('goes on where every device of the account that the cursor stands in is gone', async () => {
    const { simulators } = get();
    const gateways = simulators.everyware.state.devices();
    const page = await read(get(), { first: 20 }, clock);
    for (const { id } of gateways) simulators.everyware.state.removeDevice(id);
    const next = await read(get(), { first: 20, after: page.pageInfo.endCursor }, clock);
    expect(idsOf(next)).toEqual(
      simulators.remoteit.state
        .rows()
        .slice(0, 20)
        .map(({ address }) => `remoteit:device:${address}`),
    );
    for (const gateway of gateways) simulators.everyware.state.addDevice(gateway);
  });
});

describe('paging through 10,000 devices', () => {
  const { clock, get } = useService(10_000);

  it('tells the first page at the cost of its own rows, and the last page as the last', async () => {
    const { simulators } = get();
    const ids = expectedDevices(simulators, clock.now()).map(({ id }) => id);
    simulators.everyware.calls.reset();
    const first = await get().query<{ devices: Page }>('{ devices(first: 500) { edges { node { id } } } }');
    expect(idsOf(first.data.devices)).toEqual(ids.slice(0, 500));
    expect(simulators.everyware.calls.count('GET /{scopeId}/devices')).toBe(5);
    expect(simulators.remoteit.calls.count()).toBe(0);
    expect(await readAll(get(), { first: 500 }, 10_000)).toEqual(ids);
    expect(simulators.everyware.calls.count('GET /{scopeId}/devices')).toBe(30);
    expect(simulators.remoteit.calls.count('GET /device/list/all')).toBe(1);
    expect(simulators.rms.calls.count()).toBe(45);
  });

  it('tells the first and the last page by name', async () => {
    const ids = inOrder(expectedDevices(get().simulators, clock.now()), 'NAME', 'ASC');
    const first = await read(get(), { first: 500, orderBy: { field: 'NAME' } });
    expect(idsOf(first)).toEqual(ids.slice(0, 500));
    const back = await read(get(), { first: 500, orderBy: { field: 'NAME', direction: 'DESC' } });
    const backwards = inOrder(expectedDevices(get().simulators, clock.now()), 'NAME', 'DESC');
    expect(idsOf(back)).toEqual(backwards.slice(0, 500));
    const last = await readAll(get(), { first: 500, orderBy: { field: 'NAME' } }, 10_000);
    expect(last).toEqual(ids);
  });

  it('counts the links of all devices that a filter wants', async () => {
    const answer = await get().query<{ fleet: { totalDevices: number; activeSessions: number } }>(
      '{ fleet(filter: { status: [ONLINE] }) { totalDevices activeSessions problems { code } } }',
    );
    const online = expectedDevices(get().simulators, clock.now()).filter(({ status }) => status === 'ONLINE');
    expect(answer).toEqual({
      data: { fleet: { totalDevices: online.length, activeSessions: 0, problems: [] } },
    });
  });
});
