import {
  BODY_TEXT,
  failingVendors,
  KINDS,
  type Kind,
  LIST_QUERY,
  LISTS,
  type Lists,
  NAMES,
  NOT_THERE,
  OWN_KINDS,
  type Page,
  PROBLEMS,
  problemOf,
  UNAVAILABLE,
  without,
} from './failing-vendors';

const scene = failingVendors();
const { clock, ask, faultsOf, expectNothingTold } = scene;

describe.each(NAMES)('the list of %s that answers', (name) => {
  const { route, garbageRows } = LISTS[name];
  const kinds: readonly Kind[] = [
    ...KINDS,
    ...OWN_KINDS[name],
    NOT_THERE,
    ['rows of which none can be read', { kind: 'json', body: garbageRows }, UNAVAILABLE],
  ];

  it.each(kinds)('%s is missing by name, and the others stand as they are', async (_, fault, expected) => {
    const healthy = await ask<Lists>(LIST_QUERY);
    expect(healthy.errors).toBeUndefined();
    faultsOf(name).add({ ...fault, route });
    const logFrom = scene.service.log.length;
    const broken = await ask<Lists>(LIST_QUERY);
    expect(broken.errors).toBeUndefined();
    const problem = problemOf(name, expected);
    for (const list of ['page', 'ordered', 'online'] as const) {
      expect(healthy.data[list].problems).toEqual([]);
      expect(broken.data[list]).toEqual({
        nodes: without(healthy.data[list].nodes, name),
        totalCount: null,
        pageInfo: { hasNextPage: false },
        problems: [problem],
      });
    }
    const { fleet } = broken.data;
    const rest = without(healthy.data.page.nodes, name);
    expect(fleet.problems).toEqual([problem]);
    expect(fleet.totalDevices).toBe(rest.length);
    expect(fleet.byStatus.reduce((sum, { count }) => sum + count, 0)).toBe(rest.length);
    expectNothingTold(broken, logFrom, [...broken.data.page.problems, ...fleet.problems]);
  });

  it('nothing readable is asked again as soon as it answers again, for no failure is kept', async () => {
    const healthy = await ask<Lists>(LIST_QUERY);
    faultsOf(name).add({ kind: 'html', route, times: 1 });
    const filter = `filter: { account: ["${name}"] }`;
    const broken = await ask<{ devices: Page }>(`{ devices(${filter}) { ${PROBLEMS} } }`);
    expect(broken.data.devices.problems).toHaveLength(1);
    const again = await scene.service.query<Lists>(LIST_QUERY);
    expect(again.data.page).toEqual(healthy.data.page);
  });
});

describe('a row that cannot be read', () => {
  it('is left out with a line in the log that does not show it, and its neighbours stand', async () => {
    const { everyware } = scene.service.simulators;
    const logFrom = scene.service.log.length;
    const row = { id: 'AQ', clientId: 'readable', connectionId: null };
    const body = { items: [{ id: { no: BODY_TEXT } }, row], size: 2, limitExceeded: false, totalCount: 2 };
    everyware.faults.add({ kind: 'json', body, route: 'GET /{scopeId}/devices' });
    const answer = await ask<{ devices: Page }>(
      `{ devices(filter: { account: ["everyware"] }) { nodes { id } ${PROBLEMS} totalCount } }`,
    );
    expect(answer.data.devices).toEqual({
      nodes: [{ id: 'everyware:device:AQ' }],
      problems: [],
      totalCount: 1,
    });
    const log = scene.service.log.slice(logFrom).join('');
    expect(log).toContain('could not be read and was left out');
    expect(log).not.toContain(BODY_TEXT);
  });

  it('of a list in pages does not keep the service asking, wherever it stands', async () => {
    const { rms } = scene.service.simulators;
    const rows = Array.from({ length: 200 }, (_, index) =>
      index === 99 ? {} : { id: index + 1, status: 1 },
    );
    const page = (from: number) => ({
      kind: 'json' as const,
      route: 'GET /devices',
      body: { success: true, data: rows.slice(from, from + 100), meta: { total: 200 } },
    });
    rms.faults.add({ ...page(0), pathIncludes: 'offset=0' });
    rms.faults.add({ ...page(98), pathIncludes: 'offset=98' });
    rms.faults.add({ ...page(100), pathIncludes: 'offset=100' });
    rms.calls.reset();
    const answer = await ask<{ devices: Page }>(
      `{ devices(first: 150, filter: { account: ["rms"] }) { nodes { id } ${PROBLEMS} } }`,
    );
    expect(answer.data.devices.problems).toEqual([]);
    expect(new Set(answer.data.devices.nodes.map(({ id }) => id)).size).toBe(150);
    expect(rms.calls.count()).toBe(2);
  });
});

describe('all three vendors', () => {
  it('that fail at once leave an empty page with three problems, and a service that goes on', async () => {
    for (const name of NAMES) faultsOf(name).add({ kind: 'reset' });
    const answer = await ask<Lists>(LIST_QUERY);
    expect(answer.errors).toBeUndefined();
    for (const page of [answer.data.page, answer.data.ordered]) {
      expect(page).toEqual({
        nodes: [],
        totalCount: null,
        pageInfo: { hasNextPage: false },
        problems: NAMES.map((name) => problemOf(name, UNAVAILABLE)),
      });
    }
    for (const name of NAMES) faultsOf(name).clear();
    const accounts = await scene.service.query<{ vendorAccounts: { healthy: boolean; lastError: string }[] }>(
      '{ vendorAccounts { account healthy lastError } }',
    );
    expect(accounts.data.vendorAccounts.map(({ healthy }) => healthy)).toEqual([false, false, false]);
    clock.advance(31_000);
    const again = await ask<Lists>(LIST_QUERY);
    expect(again.data.page.problems).toEqual([]);
  });
});

describe('the VPN count of the fleet', () => {
  it('names an account whose VPN states cannot be read, and counts the others', async () => {
    const query = `{ fleet { vpnConnected totalDevices ${PROBLEMS} } }`;
    const healthy = await ask<{ fleet: { vpnConnected: number } }>(query);
    faultsOf('rms').add({ kind: 'html', route: 'GET /devices/device-vpn-status' });
    const broken = await ask<{ fleet: { vpnConnected: number } }>(query);
    expect(broken.data.fleet).toMatchObject({ problems: [problemOf('rms', UNAVAILABLE)], totalDevices: 36 });
    expect(broken.data.fleet.vpnConnected).toBeLessThan(healthy.data.fleet.vpnConnected);
    expect(broken.data.fleet.vpnConnected).toBeGreaterThan(0);
  });
});
