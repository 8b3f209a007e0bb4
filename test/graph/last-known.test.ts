import { ManualClock } from '../support/manual-clock';
import { type GraphResult, startTestService, type TestService } from '../support/service';

/*
 * What is told of a vendor that cannot be read: its devices as they were, with the time, and nothing that looks as if
 * it had been asked.
 */

const PROBLEMS = 'problems { account code message retryAfterSeconds servedFrom }';
const LISTS = `{
  page: devices(first: 200) { nodes { id account name observedAt } totalCount pageInfo { hasNextPage } ${PROBLEMS} }
  ordered: devices(first: 200, orderBy: { field: NAME }) { nodes { id account observedAt } totalCount ${PROBLEMS} }
  online: devices(first: 200, filter: { status: [ONLINE] }) { nodes { id account status } ${PROBLEMS} }
  fleet { totalDevices byStatus { value count } ${PROBLEMS} }
}`;

interface Page {
  readonly nodes: readonly { readonly id: string; readonly account: string; readonly observedAt?: string }[];
  readonly totalCount: number | null;
  readonly problems: readonly {
    readonly account: string;
    readonly code: string;
    readonly servedFrom: string | null;
  }[];
}
type Lists = Readonly<Record<'page' | 'ordered' | 'online', Page>> & {
  readonly fleet: { readonly totalDevices: number; readonly problems: Page['problems'] };
};

const clock = new ManualClock();
let service: TestService;

beforeEach(async () => {
  service = await startTestService({ clock, simulators: { devices: 36 } });
});

afterEach(() => service.close());

const ask = <T>(query: string): Promise<GraphResult<T>> =>
  service.query<T>(query, { headers: { 'cache-control': 'no-cache' } });

const down = (): void => {
  service.simulators.rms.faults.add({ kind: 'status', status: 503 });
};

test('its devices stand in every list as they were, and its problem says since when', async () => {
  const healthy = await ask<Lists>(LISTS);
  const servedFrom = new Date(clock.now()).toISOString();
  down();
  clock.advance(1_800_000);
  const broken = await ask<Lists>(LISTS);
  expect(broken.errors).toBeUndefined();
  const problem = expect.objectContaining({ account: 'rms', code: 'VENDOR_UNAVAILABLE', servedFrom });
  for (const list of ['page', 'ordered', 'online'] as const) {
    expect(broken.data[list].nodes.map(({ id }) => id)).toEqual(healthy.data[list].nodes.map(({ id }) => id));
    expect(broken.data[list].totalCount).toEqual(healthy.data[list].totalCount);
    expect(broken.data[list].problems).toEqual([problem]);
  }
  expect(broken.data.fleet).toMatchObject({ totalDevices: 36, problems: [problem] });
  const times = new Map(broken.data.page.nodes.map(({ account, observedAt }) => [account, observedAt]));
  expect(times.get('rms')).toBe(servedFrom);
  expect(times.get('everyware')).toBe(new Date(clock.now()).toISOString());
});

test('they are left out once they are older than what may be served', async () => {
  await ask<Lists>(LISTS);
  down();
  clock.advance(3_600_001);
  const broken = await ask<Lists>(LISTS);
  expect(broken.data.page.nodes.some(({ account }) => account === 'rms')).toBe(false);
  expect(broken.data.page.problems).toMatchObject([{ account: 'rms', servedFrom: null }]);
  expect(broken.data.page.totalCount).toBeNull();
});

test('a page that was never read is left out, and not passed off as empty', async () => {
  await ask('{ devices(first: 2, filter: { account: ["everyware"] }) { nodes { id } } }');
  down();
  const broken = await ask<{ devices: Page }>(
    `{ devices(filter: { account: ["rms"] }) { nodes { id account } totalCount ${PROBLEMS} } }`,
  );
  expect(broken.data.devices).toMatchObject({
    nodes: [],
    totalCount: null,
    problems: [{ servedFrom: null }],
  });
});

test('a device by its id is as it was; one that was never seen, or was not there, is an error', async () => {
  const [first, second] = service.simulators.rms.state.devices();
  const known = `rms:device:${first?.id}`;
  const query = (id: string): string => `{ device(id: "${id}") { id observedAt remoteAccesses { id } } }`;
  const healthy = await ask<{ device: { observedAt: string } }>(query(known));
  expect((await ask(query('rms:device:1'))).data).toEqual({ device: null });
  down();
  clock.advance(600_000);
  const stale = await ask<{ device: unknown }>(query(known));
  expect(stale.data.device).toEqual({ ...healthy.data.device, remoteAccesses: null });
  expect(stale.errors).toMatchObject([{ path: ['device', 'remoteAccesses'] }]);
  for (const id of [`rms:device:${second?.id}`, 'rms:device:1']) {
    expect(await ask(query(id))).toMatchObject({
      data: { device: null },
      errors: [{ path: ['device'], extensions: { code: 'VENDOR_UNAVAILABLE', retryable: true } }],
    });
  }
});

test('ways in that stand in a device’s own row are as old as it; what is asked on its own is an error there', async () => {
  const query =
    '{ devices(filter: { account: ["everyware"] }) { nodes { id remoteAccesses { id } vpnStatus { connected } } problems { code } } }';
  interface Nodes {
    readonly devices: {
      readonly nodes: readonly { readonly remoteAccesses: unknown; readonly vpnStatus: unknown }[];
    };
  }
  const healthy = await ask<Nodes>(query);
  service.simulators.everyware.faults.add({ kind: 'reset' });
  clock.advance(60_000);
  const broken = await ask<Nodes>(query);
  expect(broken.data.devices.nodes.map(({ remoteAccesses }) => remoteAccesses)).toEqual(
    healthy.data.devices.nodes.map(({ remoteAccesses }) => remoteAccesses),
  );
  expect(broken.data.devices.nodes.every(({ vpnStatus }) => vpnStatus === null)).toBe(true);
  const asked = healthy.data.devices.nodes.filter(({ vpnStatus }) => vpnStatus !== null);
  expect(broken.errors).toHaveLength(asked.length);
});

test('an account whose circuit is open says so to callers, to operators and in the metrics', async () => {
  service.simulators.rms.faults.add({ kind: 'reset' });
  for (let read = 0; read < 3; read += 1)
    await ask('{ devices(filter: { account: ["rms"] }) { nodes { id } } }');
  const accounts = await ask<{ vendorAccounts: readonly { account: string; circuit: string }[] }>(
    '{ vendorAccounts { account circuit healthy lastError } }',
  );
  expect(accounts.data.vendorAccounts).toMatchObject([
    { account: 'everyware', circuit: 'CLOSED' },
    { account: 'remoteit', circuit: 'CLOSED' },
    { account: 'rms', circuit: 'OPEN', healthy: false },
  ]);
  const ready = await fetch(`${service.url}/health/ready`);
  expect(await ready.json()).toMatchObject({ ready: true, degraded: [{ account: 'rms', circuit: 'OPEN' }] });
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics).toContain('drawbridge_account_circuit{account="rms",state="OPEN"} 1');
  expect(metrics).toContain('drawbridge_account_circuit{account="everyware",state="CLOSED"} 1');
  expect(service.log.some((line) => line.includes('the circuit of an account is open'))).toBe(true);
});
