import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Calls } from '../graph/call-budget-table';
import { countCalls, NO_CALLS, resetCalls } from '../graph/call-budget-table';
import {
  addGateway,
  addRouter,
  addService,
  as,
  CREATE_LINK,
  hurry,
  learnFleet,
  tokensFile,
} from '../links/asking';
import { startTestService, type TestService } from '../support/service';
import { broken, planOf } from './planning';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 30 }, env: { RMS_MONTHLY_CALLS: '50000' } });
  hurry(service.simulators);
});

afterAll(() => service?.close());

function called(): Calls {
  return countCalls(service.simulators);
}

test('a query is planned and not carried out; its cost is told by account, route and allowance', async () => {
  resetCalls(service.simulators);
  const query =
    '{ devices(first: 5, filter: { account: ["rms"] }) { nodes { name remoteAccesses { id } } } }';
  const answer = await service.query(query, { headers: { 'x-explain': 'plan' } });
  expect(called()).toEqual(NO_CALLS);
  expect(answer).toEqual({
    data: null,
    extensions: {
      plan: {
        operation: 'query',
        least: 1,
        most: 2,
        accounts: [
          {
            account: 'rms',
            vendor: 'TELTONIKA_RMS',
            least: 1,
            most: 2,
            calls: [
              { method: 'GET', route: '/devices', least: 1, most: 1 },
              { method: 'GET', route: '/devices/remote-access', least: 0, most: 1 },
            ],
            quota: { least: 1, most: 2, limit: 50_000, remaining: 50_000 },
          },
        ],
      },
    },
  });
});

test('what is fresh in memory lowers the least, and not the most', async () => {
  const query = '{ devices(first: 500) { nodes { name } } }';
  await service.query(query);
  expect(await planOf(service, query)).toMatchObject({ least: 0, most: 3 });
  expect(await planOf(service, query, {}, { 'cache-control': 'no-cache' })).toMatchObject({
    least: 3,
    most: 3,
  });
});

test('what a vendor may leave out of a device is in the most, and not in the least', async () => {
  const { everyware } = service.simulators;
  const [id] = everyware.state.devices().flatMap(({ id, connection }) => (connection === null ? [] : [id]));
  const query = `{ device(id: "everyware:device:${id}") { status } }`;
  const cold = { 'cache-control': 'no-cache' };
  const plan = await planOf(service, query, {}, cold);
  expect(plan).toMatchObject({ least: 1, most: 2 });
  for (const connectionInDevice of [true, false]) {
    everyware.knobs.connectionInDevice = connectionInDevice;
    resetCalls(service.simulators);
    await service.query(query, { headers: cold });
    expect(called().everyware).toBe(connectionInDevice ? 1 : 2);
    expect(broken(plan, called())).toBeUndefined();
  }
  everyware.knobs.connectionInDevice = true;
});

test('what cannot be right is told as ever', async () => {
  const headers = { 'x-explain': 'plan' };
  const unknown = await service.query('{ nothing }', { headers });
  expect(unknown.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  const missing = await service.query('query ($id: ID!) { device(id: $id) { name } }', { headers });
  expect(missing.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  expect(missing.extensions?.plan).toBeUndefined();
});

describe('a mutation', () => {
  const CREATE =
    'createRemoteAccess(input: { deviceId: $id, name: "PLC web", protocol: HTTP, host: "192.168.1.10", port: 80 }) { remoteAccess { id } }';

  test('is planned and not carried out, and costs what was planned once it is', async () => {
    const { simulators } = service;
    const router = addRouter(simulators);
    const gateway = addGateway(simulators);
    const row = addService(simulators);
    await learnFleet(service);
    const link = (remoteAccessId: string) => ({ input: { remoteAccessId, durationSeconds: 600 } });
    const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
      [CREATE_LINK, link(router.access)],
      [CREATE_LINK, link(row.access)],
      [CREATE_LINK, link(gateway.access)],
      [`mutation ($id: ID!) { ${CREATE} }`, { id: router.device }],
      ['mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }', { id: router.access }],
      [
        'mutation ($id: ID!) { disconnectVpn(deviceId: $id) { vpnStatus { connected } } }',
        { id: gateway.device },
      ],
      [
        'mutation ($id: ID!) { connectVpn(deviceId: $id) { vpnStatus { connected } } }',
        { id: gateway.device },
      ],
    ];
    for (const [query, variables] of cases) {
      resetCalls(simulators);
      const plan = await planOf(service, query, variables);
      expect(called()).toEqual(NO_CALLS);
      expect(plan.operation).toBe('mutation');
      expect(plan.least).toBeGreaterThan(0);
      const { errors } = await service.query(query, { variables });
      expect(errors).toBeUndefined();
      expect(broken(plan, called())).toBeUndefined();
    }
  });

  test('with a key may cost nothing, for the link may have been made', async () => {
    const router = addRouter(service.simulators);
    const input = { remoteAccessId: router.access, durationSeconds: 600, idempotencyKey: 'once' };
    expect((await planOf(service, CREATE_LINK, { input })).least).toBe(0);
  });
});

test('without graph:explain a plan is refused, and nothing is carried out in its place', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-plan-'));
  const env = tokensFile(path.join(folder, 'tokens.json'), [
    { subject: 'plain', scopes: ['devices:read', 'links:use', 'remote_access:read'] },
  ]);
  const closed = await startTestService({ simulators: { devices: 3 }, env });
  try {
    const router = addRouter(closed.simulators);
    resetCalls(closed.simulators);
    const answer = await closed.query(CREATE_LINK, {
      variables: { input: { remoteAccessId: router.access, durationSeconds: 600 } },
      headers: { ...as('plain'), 'x-explain': 'plan' },
    });
    expect(answer.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect(answer.data ?? null).toBeNull();
    expect(countCalls(closed.simulators)).toEqual(NO_CALLS);
  } finally {
    await closed.close();
    await rm(folder, { recursive: true, force: true });
  }
});
