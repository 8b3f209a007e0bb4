import fc from 'fast-check';
import { bearer, type CallersFile, callersFile } from '../support/callers';
import { startTestService, type TestService } from '../support/service';

/** Ana sees one account, ben the others; each may do everything there. */
const CALLERS = { ana: { accounts: ['remoteit'] }, ben: { accounts: ['rms', 'everyware'] } };

let callers: CallersFile;
/** Ana alone, and ana beside ben: the same fleet, the same key, the same operations of hers. */
let alone: TestService;
let beside: TestService;
/** Ids of things of hers, of his, and of nobody. */
let ids: Readonly<
  Record<'own' | 'foreign' | 'unknown', Readonly<Record<'device' | 'access' | 'session', string>>>
>;

beforeAll(async () => {
  callers = await callersFile(CALLERS);
  const env = {
    ...callers.env,
    STORE_KEY: Buffer.alloc(32, 5).toString('base64'),
    FRESH_DEVICES_SECONDS: '3600',
    FRESH_ACCESSES_SECONDS: '3600',
    FRESH_SESSIONS_SECONDS: '3600',
    FRESH_VPN_SECONDS: '3600',
  };
  alone = await startTestService({ simulators: { devices: 60 }, env });
  beside = await startTestService({ simulators: { devices: 60 }, env });
  const list = '{ devices(first: 60) { nodes { id status remoteAccesses { id } } } }';
  const of = async (caller: string) => {
    const { data } = await beside.query<{
      devices: { nodes: { id: string; status: string; remoteAccesses: { id: string }[] }[] };
    }>(list, { headers: bearer(caller) });
    await alone.query(list, { headers: bearer(caller) });
    const found = data.devices.nodes.find(
      ({ status, remoteAccesses }) => status === 'ONLINE' && remoteAccesses.length > 0,
    );
    return { device: found?.id ?? '', access: found?.remoteAccesses[0]?.id ?? '' };
  };
  const [own, foreign] = [await of('ana'), await of('ben')];
  const opened = await beside.query<{ createLink: { session: { id: string } } }>(
    `mutation { createLink(input: { remoteAccessId: "${foreign.access}", durationSeconds: 600, idempotencyKey: "same" }) { session { id } } }`,
    { headers: bearer('ben') },
  );
  const session = opened.data.createLink.session.id;
  const elsewhere = (id: string): string => id.replace(/^\w+:/, 'nowhere:');
  ids = {
    own: { ...own, session: 'remoteit:session:none' },
    foreign: { ...foreign, session },
    unknown: {
      device: elsewhere(foreign.device),
      access: elsewhere(foreign.access),
      session: elsewhere(session),
    },
  };
});

afterAll(async () => {
  await alone?.close();
  await beside?.close();
  await callers?.remove();
});

/** The text of an answer, without what is different each time: ids that are drawn, instants, marks that say nothing. */
async function textOf(service: TestService, caller: string, query: string, headers = {}): Promise<string> {
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(caller), ...headers },
    body: JSON.stringify({ query }),
  });
  const seen = new Map<string, number>();
  const numbered = (found: string): string => {
    if (!seen.has(found)) seen.set(found, seen.size);
    return `<${seen.get(found)}>`;
  };
  return `${answer.status} ${(await answer.text())
    .replace(/"requestId":"[^"]*"/g, '"requestId"')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<instant>')
    .replace(/"secondsRemaining":\d+/g, '"secondsRemaining"')
    .replace(/"ms":[\d.]+/g, '"ms"')
    .replace(/g-[0-9a-f]{8}-[0-9a-f-]{27}/g, numbered)
    .replace(/(?<="(?:url|host|linkCursor|auditCursor|auditId)":)"[^"]+"/g, numbered)
    .replace(/"port":\d+/g, '"port"')}`;
}

const callsOf = ({ simulators }: TestService): number => simulators.remoteit.calls.total;

const id = fc
  .constantFrom('own', 'foreign', 'unknown')
  .chain((whose) =>
    fc.constantFrom('device', 'access', 'session').map((kind) => () => ids[whose as 'own'][kind as 'device']),
  );
const LINK =
  'id status url host port createdAt expiresAt secondsRemaining createdBy reason device { id name }';
const filter = fc.constantFrom(
  '',
  '(first: 3)',
  '(filter: { account: ["remoteit", "rms", "nowhere"] })',
  '(filter: { account: ["everyware"] })',
  '(filter: { vendor: [TELTONIKA_RMS] })',
  '(filter: { search: "cold" })',
  '(first: 2, filter: { status: [ONLINE] })',
  '(first: 4, orderBy: { field: NAME })',
  '(orderBy: { field: VENDOR, direction: DESC })',
);

/** What ana asks for: reads of every kind, and acts on things of hers, of his and of nobody. */
const anaAsks: fc.Arbitrary<() => string> = fc.oneof(
  filter.map(
    (args) => () =>
      `{ devices${args} { totalCount edges { cursor node { id name } } pageInfo { hasNextPage endCursor } problems { account code } } }`,
  ),
  id.map(
    (of) => () =>
      `{ node(id: "${of()}") { __typename id } nodes(ids: ["${of()}", "nowhere:device:1"]) { id } }`,
  ),
  id.map(
    (of) => () =>
      `{ device(id: "${of()}") { id name sessions(active: false) { ${LINK} } remoteAccesses { id } vpnStatus { connected } } }`,
  ),
  id.map(
    (of) => () =>
      `{ remoteAccess(id: "${of()}") { id name sessions { ${LINK} } } session(id: "${of()}") { ${LINK} } }`,
  ),
  id.map(
    (of) => () =>
      `{ _entities(representations: [{ __typename: "Device", id: "${of()}" }, { __typename: "Session", id: "${of()}" }]) { __typename } }`,
  ),
  id.map((of) => () => `{ sessions(filter: { device: ["${of()}"] }) { totalCount nodes { ${LINK} } } }`),
  fc.constantFrom(
    () => `{ sessions { totalCount edges { linkCursor: cursor node { ${LINK} } } } }`,
    () => '{ sessions(filter: { createdBy: ["ben"] }) { totalCount } }',
    () =>
      '{ auditLog { edges { auditCursor: cursor node { auditId: id actor action target outcome } } pageInfo { hasNextPage } } }',
    () => '{ auditLog(actor: "ben") { nodes { auditId: id } } }',
    () => '{ vendorAccounts { account vendor healthy lastError } viewer { subject } }',
    () =>
      '{ fleet { totalDevices byVendor { value count } byStatus { value count } byModel { value count } activeSessions sessionsExpiringWithin(seconds: 100000) vpnConnected problems { account } } }',
    () => '{ fleet(filter: { account: ["rms"] }) { totalDevices byVendor { value count } activeSessions } }',
  ),
  id.map((of) => () => `{ auditLog(target: "${of()}") { nodes { auditId: id actor } } }`),
  id.map(
    (of) => () =>
      `mutation { createLink(input: { remoteAccessId: "${of()}", durationSeconds: 600, idempotencyKey: "same" }) { replayed session { ${LINK} } } }`,
  ),
  id.map(
    (of) => () =>
      `mutation { openAccess(input: { deviceId: "${of()}", protocol: HTTP, durationSeconds: 600 }) { replayed session { id } } }`,
  ),
  id.map((of) => () => `mutation { closeSession(id: "${of()}") { session { id } } }`),
  id.map((of) => () => `mutation { deleteRemoteAccess(id: "${of()}") { deletedId } }`),
  id.map((of) => () => `mutation { connectVpn(deviceId: "${of()}") { vpnStatus { connected } } }`),
);

/** What happens on ben's side meanwhile. */
const benDoes: fc.Arbitrary<() => Promise<unknown>> = fc.constantFrom(
  () =>
    textOf(
      beside,
      'ben',
      '{ devices(first: 60) { nodes { id sessions { id } vpnStatus { connected } } } auditLog { nodes { id } } }',
      { 'cache-control': 'no-cache' },
    ),
  () =>
    textOf(
      beside,
      'ben',
      `mutation { createLink(input: { remoteAccessId: "${ids.foreign.access}", durationSeconds: 300 }) { session { id } } }`,
    ),
  () => textOf(beside, 'ben', `mutation { closeSession(id: "${ids.foreign.session}") { session { id } } }`),
  () => textOf(beside, 'ben', `mutation { closeSession(id: "${ids.own.session}") { session { id } } }`),
  async () => beside.simulators.rms.faults.add({ kind: 'status', status: 503, times: 1 }),
  async () => {},
);

test('nothing that ana is answered changes with what ben has and does, nor how often her vendor is asked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(benDoes, anaAsks), { minLength: 1, maxLength: 5 }), async (steps) => {
      for (const [act, ask] of steps) {
        await act();
        const query = ask();
        const headers = { 'x-explain': '1' };
        expect(await textOf(beside, 'ana', query, headers)).toBe(await textOf(alone, 'ana', query, headers));
        expect(callsOf(beside)).toBe(callsOf(alone));
      }
    }),
    { numRuns: Number(process.env['WALL_RUNS'] ?? 40) },
  );
}, 600_000);

describe('an id of an account that a caller does not see is answered as one of no account at all, byte by byte', () => {
  const places = (kind: 'device' | 'access' | 'session') => {
    const all: Record<string, (of: string) => string> = {
      node: (of) => `{ node(id: "${of}") { id } }`,
      nodes: (of) => `{ nodes(ids: ["${of}", "${of}"]) { id } }`,
      device: (of) => `{ device(id: "${of}") { id name } }`,
      remoteAccess: (of) => `{ remoteAccess(id: "${of}") { id device { id name } } }`,
      session: (of) => `{ session(id: "${of}") { ${LINK} } }`,
      sessions: (of) => `{ sessions(filter: { device: ["${of}"] }) { totalCount nodes { id } } }`,
      auditLog: (of) => `{ auditLog(target: "${of}") { nodes { id } } }`,
      entities: (of) =>
        `{ _entities(representations: [{ __typename: "${{ device: 'Device', access: 'RemoteAccess', session: 'Session' }[kind]}", id: "${of}" }]) { __typename } }`,
      createRemoteAccess: (of) =>
        `mutation { createRemoteAccess(input: { deviceId: "${of}", name: "Web", protocol: HTTP, host: "10.0.0.1", port: 80 }) { remoteAccess { id } } }`,
      updateRemoteAccess: (of) =>
        `mutation { updateRemoteAccess(input: { remoteAccessId: "${of}", name: "Web" }) { remoteAccess { id } } }`,
      deleteRemoteAccess: (of) => `mutation { deleteRemoteAccess(id: "${of}") { deletedId } }`,
      createLink: (of) =>
        `mutation { createLink(input: { remoteAccessId: "${of}", durationSeconds: 60 }) { session { id } } }`,
      openAccess: (of) =>
        `mutation { openAccess(input: { deviceId: "${of}", protocol: SSH, durationSeconds: 60 }) { session { id } } }`,
      closeSession: (of) => `mutation { closeSession(id: "${of}") { session { id } } }`,
      connectVpn: (of) => `mutation { connectVpn(deviceId: "${of}") { vpnStatus { connected } } }`,
      disconnectVpn: (of) => `mutation { disconnectVpn(deviceId: "${of}") { vpnStatus { connected } } }`,
    };
    return Object.entries(all);
  };

  test.each(['device', 'access', 'session'] as const)(
    'a %s, everywhere that an id is taken, and no vendor is asked',
    async (kind) => {
      const { rms, remoteit, everyware } = beside.simulators;
      const calls = () => [rms, remoteit, everyware].map((vendor) => vendor.calls.total);
      const before = calls();
      for (const [place, query] of places(kind)) {
        const [foreign, unknown] = [ids.foreign[kind], ids.unknown[kind]];
        const answers = [
          await textOf(beside, 'ana', query(foreign)),
          await textOf(beside, 'ana', query(unknown)),
        ];
        expect([place, answers[0]]).toEqual([place, answers[1]?.replaceAll(unknown, foreign)]);
        expect(answers[0]).not.toMatch(/rms|everyware/);
      }
      expect(calls()).toEqual(before);
    },
  );
});

test('a cursor that ben was given leads ana nowhere that she may not be', async () => {
  const { data } = await beside.query<{ devices: { pageInfo: { endCursor: string } } }>(
    '{ devices(first: 2) { pageInfo { endCursor } } }',
    { headers: bearer('ben') },
  );
  const after = data.devices.pageInfo.endCursor;
  expect(Buffer.from(after, 'base64url').toString('latin1')).not.toMatch(/everyware|rms|device/);
  const read = await beside.query<{ devices: { nodes: { id: string }[] } }>(
    `{ devices(first: 60, after: "${after}") { nodes { id } } }`,
    { headers: bearer('ana') },
  );
  expect(read.data.devices.nodes.filter(({ id: found }) => !found.startsWith('remoteit:'))).toEqual([]);
});
