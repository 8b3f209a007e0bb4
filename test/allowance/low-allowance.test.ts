import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addRouter, CREATE_LINK, closeSession, codeOf, createLink, hurry } from '../links/asking';
import { RunningClock } from '../support/running-clock';
import { startTestService, type TestService } from '../support/service';

/** The middle of a month of thirty days. */
const MIDDLE = Date.UTC(2026, 10, 16);
const NEW_MONTH = Date.UTC(2026, 11);
const LIMIT = 200;
/** All but 2 %, and at least 5. */
const USABLE = 195;

const FRESH = { headers: { 'cache-control': 'no-cache' } };

interface Problem {
  readonly account: string;
  readonly code: string;
  readonly retryAfterSeconds: number | null;
  readonly servedFrom: string | null;
}

interface Devices {
  readonly devices: {
    readonly nodes: readonly { readonly id: string; readonly observedAt: string }[];
    readonly problems: readonly Problem[];
  };
}

interface Quota {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  readonly resetsAt: string;
}

let folder: string;
let clock: RunningClock;
let service: TestService;

function start(): Promise<TestService> {
  return startTestService({
    clock,
    simulators: { devices: 9 },
    env: {
      RMS_MONTHLY_CALLS: String(LIMIT),
      DATABASE_URL: `file:${path.join(folder, 'kept.db')}`,
    },
  });
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-allowance-'));
  clock = new RunningClock(MIDDLE);
  service = await start();
  hurry(service.simulators);
});

afterEach(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

async function listDevices(): Promise<Devices['devices']> {
  const query =
    '{ devices(filter: { account: ["rms"] }) { nodes { id observedAt } problems { account code retryAfterSeconds servedFrom } } }';
  return (await service.query<Devices>(query, FRESH)).data.devices;
}

async function quotaOf(account: string): Promise<Quota | null | undefined> {
  const { data } = await service.query<{ vendorAccounts: { account: string; quota: Quota | null }[] }>(
    '{ vendorAccounts { account quota { limit used remaining resetsAt } } }',
  );
  return data.vendorAccounts.find((found) => found.account === account)?.quota;
}

/** Asks for so many devices that do not exist, each of which costs a call while no list of all is known. */
async function spend(calls: number, from = 1): Promise<void> {
  for (let nth = 0; nth < calls; nth += 1) {
    const id = `rms:device:${9_000_000 + from + nth}`;
    await service.query('query ($id: ID!) { device(id: $id) { id } }', { variables: { id } });
  }
}

const asked = (): number => service.simulators.rms.calls.total;

test('what was really called is what is counted, and it survives a restart', async () => {
  await spend(11);
  await listDevices();
  expect(asked()).toBe(12);
  expect(await quotaOf('rms')).toEqual({
    limit: LIMIT,
    used: 12,
    remaining: LIMIT - 12,
    resetsAt: new Date(NEW_MONTH).toISOString(),
  });
  expect(await quotaOf('everyware')).toBeNull();
  await service.close();
  service = await start();
  expect(await quotaOf('rms')).toMatchObject({ used: 12 });
});

test('with the month, a caller who may have it fresh has it fresh', async () => {
  for (let nth = 1; nth <= 20; nth += 1) {
    expect((await listDevices()).problems).toEqual([]);
    expect(asked()).toBe(nth);
  }
});

test('far ahead of the month reads are answered older, and the list says so', async () => {
  await spend(108);
  await listDevices();
  const before = asked();
  clock.skip(60_000);
  const { nodes, problems } = await listDevices();
  expect(asked()).toBe(before);
  expect(nodes.length).toBeGreaterThan(0);
  expect(problems).toEqual([
    {
      account: 'rms',
      code: 'VENDOR_QUOTA_EXHAUSTED',
      retryAfterSeconds: expect.any(Number),
      servedFrom: nodes[0]?.observedAt,
    },
  ]);
  expect(Date.parse(nodes[0]?.observedAt ?? '')).toBeLessThan(clock.now() - 59_000);
  // Once the month has caught up it is fresh again.
  clock.skip((problems[0]?.retryAfterSeconds ?? 0) * 1000);
  expect((await listDevices()).problems).toEqual([]);
  expect(asked()).toBe(before + 1);
});

test('with nothing left reads and new links are refused until the month is over, and links can still be ended', async () => {
  const { rms } = service.simulators;
  const router = addRouter(service.simulators);
  const link = await createLink(service, router.access);
  await spend(LIMIT);
  expect(asked()).toBe(USABLE);

  const { data, errors } = await service.query<{ device: unknown }>(
    '{ device(id: "rms:device:8999999") { id } }',
  );
  expect(data.device).toBeNull();
  expect(errors?.[0]?.extensions).toEqual({
    code: 'VENDOR_QUOTA_EXHAUSTED',
    vendor: 'TELTONIKA_RMS',
    account: 'rms',
    retryable: false,
    retryAfterSeconds: expect.any(Number),
    requestId: expect.any(String),
  });
  const seconds = Number(errors?.[0]?.extensions['retryAfterSeconds']);
  expect(Math.abs(clock.now() + seconds * 1000 - NEW_MONTH)).toBeLessThan(2000);
  const refused = await service.query(CREATE_LINK, {
    variables: { input: { remoteAccessId: router.access, durationSeconds: 600 } },
  });
  expect(codeOf(refused)).toBe('VENDOR_QUOTA_EXHAUSTED');
  expect(asked()).toBe(USABLE);

  expect(await closeSession(service, link.session.id)).toMatchObject({ status: 'CLOSED' });
  expect(asked()).toBeGreaterThan(USABLE);
  expect(Object.keys(rms.calls.counts).filter((route) => route.startsWith('DELETE'))).toHaveLength(1);
  expect(await quotaOf('rms')).toMatchObject({ used: asked() });

  const warnings = service.log.filter((line) => line.includes("of the month's vendor calls are used"));
  expect(warnings.map((line) => JSON.parse(line).percent)).toEqual([50, 80, 95]);
  // Other vendors' accounts answer as ever, and the metrics tell.
  const answer = await fetch(`${service.url}/metrics`);
  expect(await answer.text()).toMatch(/drawbridge_allowance_limit_calls\{account="rms"\} 200\n/);
});
