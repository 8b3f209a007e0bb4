import type { Fault, Faults } from '../../src/simulators/faults';
import { ManualClock } from '../support/manual-clock';
import { type GraphResult, startTestService, type TestService } from '../support/service';

/** Stands in every body that a vendor answers a failure with: nothing of it may be seen anywhere. */
const BODY_TEXT = 'BODY-OF-THE-VENDOR';
const BODY_LINK = 'https://secret-link.proxy.example/in?token=TOKEN-IN-BODY';
const BODY = { message: `${BODY_TEXT} ${BODY_LINK}`, token: 'TOKEN-IN-BODY' };
const MEGABYTES_12 = 12 * 1024 * 1024;

type VendorName = 'rms' | 'remoteit' | 'everyware';

const VENDOR = { rms: 'TELTONIKA_RMS', remoteit: 'REMOTE_IT', everyware: 'EVERYWARE' } as const;
const NAMES: readonly VendorName[] = ['everyware', 'remoteit', 'rms'];

interface Expected {
  readonly code: string;
  readonly retryAfterSeconds?: number;
}

const UNAVAILABLE: Expected = { code: 'VENDOR_UNAVAILABLE' };
const UNAUTHORIZED: Expected = { code: 'VENDOR_UNAUTHORIZED' };

type Kind = readonly [name: string, fault: Fault, expected: Expected];

/** What goes wrong at any vendor alike. */
const KINDS: readonly Kind[] = [
  ['a web page at 200', { kind: 'html' }, UNAVAILABLE],
  ['a web page at 502', { kind: 'html', status: 502 }, UNAVAILABLE],
  ['malformed JSON', { kind: 'malformed' }, UNAVAILABLE],
  ['half of the answer', { kind: 'truncated' }, UNAVAILABLE],
  ['an empty body at 200', { kind: 'empty' }, UNAVAILABLE],
  ['a text for the whole', { kind: 'json', body: BODY_TEXT }, UNAVAILABLE],
  ['null for the whole', { kind: 'json', body: null }, UNAVAILABLE],
  ['a list for the whole', { kind: 'json', body: [BODY] }, UNAVAILABLE],
  ['an object of something else', { kind: 'json', body: BODY }, UNAVAILABLE],
  ['401', { kind: 'status', status: 401, body: BODY }, UNAUTHORIZED],
  ['403', { kind: 'status', status: 403, body: BODY }, UNAUTHORIZED],
  ['400', { kind: 'status', status: 400, body: BODY }, { code: 'VENDOR_REJECTED' }],
  [
    '429 with a pause of 17 s',
    { kind: 'status', status: 429, body: BODY, headers: { 'retry-after': '17' } },
    { code: 'VENDOR_RATE_LIMITED', retryAfterSeconds: 17 },
  ],
  ['429 without a pause', { kind: 'status', status: 429, body: BODY }, { code: 'VENDOR_RATE_LIMITED' }],
  ['500', { kind: 'status', status: 500, body: BODY }, UNAVAILABLE],
  [
    '503 with a pause of 9 s',
    { kind: 'status', status: 503, body: BODY, headers: { 'retry-after': '9' } },
    { code: 'VENDOR_UNAVAILABLE', retryAfterSeconds: 9 },
  ],
  ['a connection that is reset', { kind: 'reset' }, UNAVAILABLE],
  ['a connection that breaks in mid-answer', { kind: 'reset-mid-body' }, UNAVAILABLE],
  ['a redirect', { kind: 'redirect', location: BODY_LINK }, UNAVAILABLE],
  ['12 MB of JSON', { kind: 'huge', bytes: MEGABYTES_12 }, UNAVAILABLE],
];

const NOT_THERE: Kind = ['404', { kind: 'status', status: 404, body: BODY }, UNAVAILABLE];

/** What goes wrong in the vendor's own words: a failure at 200, and rows of which none can be read. */
const OWN_KINDS: Readonly<Record<VendorName, readonly Kind[]>> = {
  rms: [
    [
      'success: false at 200',
      { kind: 'json', body: { success: false, errors: [{ code: 'X', message: BODY_TEXT }] } },
      { code: 'VENDOR_REJECTED' },
    ],
    [
      'an object where the list stands',
      { kind: 'json', body: { success: true, data: BODY_TEXT } },
      UNAVAILABLE,
    ],
  ],
  remoteit: [
    [
      'status "false" at 200',
      { kind: 'json', body: { status: 'false', reason: BODY_TEXT } },
      { code: 'VENDOR_REJECTED' },
    ],
    [
      'an object where the list stands',
      { kind: 'json', body: { status: 'true', devices: BODY } },
      UNAVAILABLE,
    ],
  ],
  everyware: [
    [
      'an exception at 200',
      { kind: 'json', body: { type: 'exceptionInfo', kapuaErrorCode: 'INTERNAL_ERROR', message: BODY_TEXT } },
      UNAVAILABLE,
    ],
    ['an object where the list stands', { kind: 'json', body: { items: BODY, size: 1 } }, UNAVAILABLE],
  ],
};

const LISTS: Readonly<Record<VendorName, { readonly route: string; readonly garbageRows: unknown }>> = {
  rms: {
    route: 'GET /devices',
    garbageRows: { success: true, data: [1, 'x', null, BODY], meta: { total: 4 } },
  },
  remoteit: { route: 'GET /device/list/all', garbageRows: { status: 'true', devices: [1, 'x', null, BODY] } },
  everyware: {
    route: 'GET /{scopeId}/devices',
    garbageRows: { items: [1, 'x', null, BODY], size: 4, limitExceeded: false, totalCount: 4 },
  },
};

interface Problem {
  readonly account: string;
  readonly vendor: string;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
  readonly servedFrom: string | null;
}

interface Node {
  readonly id: string;
  readonly account: string;
  readonly status: string;
  readonly remoteAccesses?: readonly unknown[] | null;
  readonly sessions?: readonly unknown[] | null;
  readonly vpnStatus?: { readonly connected: boolean } | null;
}

interface Page {
  readonly nodes: readonly Node[];
  readonly totalCount: number | null;
  readonly pageInfo: { readonly hasNextPage: boolean };
  readonly problems: readonly Problem[];
}

interface Fleet {
  readonly totalDevices: number;
  readonly byVendor: readonly { readonly value: string; readonly count: number }[];
  readonly byStatus: readonly { readonly value: string; readonly count: number }[];
  readonly problems: readonly Problem[];
}

const FACTS =
  'id account vendor vendorDeviceId name status serialNumber macAddress model firmwareVersion tags lastSeenAt capabilities';
const PROBLEMS = 'problems { account vendor code message retryAfterSeconds servedFrom }';
const LIST_QUERY = `{
  page: devices(first: 200) { nodes { ${FACTS} } totalCount pageInfo { hasNextPage } ${PROBLEMS} }
  ordered: devices(first: 200, orderBy: { field: NAME }) { nodes { ${FACTS} } totalCount pageInfo { hasNextPage } ${PROBLEMS} }
  online: devices(first: 200, filter: { status: [ONLINE] }) { nodes { ${FACTS} } totalCount pageInfo { hasNextPage } ${PROBLEMS} }
  fleet { totalDevices byVendor { value count } byStatus { value count } ${PROBLEMS} }
}`;
type Lists = Readonly<Record<'page' | 'ordered' | 'online', Page>> & { readonly fleet: Fleet };

const NESTED_QUERY = `{
  devices(first: 200) {
    nodes {
      ${FACTS}
      remoteAccesses { id name protocol host port }
      sessions { id url host port status createdAt expiresAt }
      vpnStatus { connected ipAddress }
    }
    ${PROBLEMS}
  }
}`;

const clock = new ManualClock();
let service: TestService;

beforeAll(async () => {
  service = await startTestService({ clock, simulators: { devices: 36 } });
});

afterAll(async () => {
  await service.close();
});

afterEach(() => {
  for (const name of NAMES) service.simulators[name].faults.clear();
});

const faultsOf = (name: VendorName): Faults => service.simulators[name].faults;

/** Asks the vendors anew. */
async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<GraphResult<T>> {
  clock.advance(1);
  return service.query<T>(query, { variables, headers: { 'cache-control': 'no-cache' } });
}

/** Nothing of a vendor's body, no credential and no link of a session may stand where they do not belong. */
function expectNothingTold(
  result: GraphResult<unknown>,
  logFrom: number,
  problems: readonly Problem[] = [],
): void {
  const { rms, remoteit, everyware } = service.simulators;
  const credentials = [
    rms.credentials.token,
    remoteit.credentials.password,
    remoteit.credentials.developerKey,
    everyware.credentials.password,
  ];
  const told = JSON.stringify([result.errors ?? [], problems]);
  const log = service.log.slice(logFrom).join('');
  for (const secret of [BODY_TEXT, 'TOKEN-IN-BODY', 'secret-link', 'Please sign in', ...credentials]) {
    expect(told).not.toContain(secret);
    expect(log).not.toContain(secret);
  }
  const [session] = rms.state.sessions();
  const [device] = rms.state.devices();
  for (const secret of [session?.host, device?.serial, remoteit.state.rows()[0]?.address]) {
    expect(told).not.toContain(String(secret));
    expect(log).not.toContain(String(secret));
  }
  expect(told).not.toMatch(/\bat .*\.[jt]s:\d/);
}

function problemOf(name: VendorName, { code, retryAfterSeconds }: Expected): Problem {
  return {
    account: name,
    vendor: VENDOR[name],
    code,
    message: expect.any(String),
    retryAfterSeconds: retryAfterSeconds ?? null,
    servedFrom: null,
  };
}

const without = (nodes: readonly Node[], name: VendorName): readonly Node[] =>
  nodes.filter(({ account }) => account !== name);

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
    const logFrom = service.log.length;
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
    const again = await service.query<Lists>(LIST_QUERY);
    expect(again.data.page).toEqual(healthy.data.page);
  });
});

interface Nested {
  readonly field: 'remoteAccesses' | 'sessions' | 'vpnStatus';
  readonly name: VendorName;
  readonly route: string;
  /** Whether a device's field is asked there. */
  readonly asks: (node: Node) => boolean;
}

const NESTED: readonly (readonly [string, Nested, readonly Kind[]])[] = [
  [
    'remote accesses of RMS',
    { field: 'remoteAccesses', name: 'rms', route: 'GET /devices/remote-access', asks: () => true },
    [...KINDS, ...OWN_KINDS.rms, NOT_THERE],
  ],
  [
    'sessions of RMS',
    {
      field: 'sessions',
      name: 'rms',
      route: 'GET /devices/connect/{access_id}/sessions',
      asks: ({ status, sessions }) => status === 'ONLINE' || (sessions ?? []).length > 0,
    },
    [...KINDS, ...OWN_KINDS.rms],
  ],
  [
    'VPN states of RMS',
    { field: 'vpnStatus', name: 'rms', route: 'GET /devices/device-vpn-status', asks: () => true },
    [...KINDS, ...OWN_KINDS.rms, NOT_THERE],
  ],
  [
    'VPN states of Everyware',
    {
      field: 'vpnStatus',
      name: 'everyware',
      route: 'GET /{scopeId}/devices/{deviceId}/vpn',
      asks: ({ vpnStatus }) => vpnStatus !== null,
    },
    [
      ...KINDS,
      ['an exception at 200', OWN_KINDS.everyware[0]?.[1] ?? { kind: 'empty' }, UNAVAILABLE],
      ['words where truths stand', { kind: 'json', body: { connected: 'yes' } }, UNAVAILABLE],
    ],
  ],
];

describe.each(NESTED)('%s', (_, { field, name, route, asks }, kinds) => {
  it.each(kinds)(
    'that answer with %s are null with the error at their own path',
    async (_kind, fault, expected) => {
      const healthy = await ask<{ devices: Page }>(NESTED_QUERY);
      expect(healthy.errors).toBeUndefined();
      const { nodes } = healthy.data.devices;
      const hit = nodes.map((node) => node.account === name && asks(node));
      expect(hit).toContain(true);
      faultsOf(name).add({ ...fault, route });
      const logFrom = service.log.length;
      const broken = await ask<{ devices: Page }>(NESTED_QUERY);
      // Without its ways in a device's sessions cannot be asked for either.
      const falls = (node: Node, index: number): Node => {
        if (hit[index] !== true) return node;
        const sessions = field === 'remoteAccesses' && node.status === 'ONLINE' ? { sessions: null } : {};
        return { ...node, [field]: null, ...sessions };
      };
      expect(broken.data.devices).toEqual({ problems: [], nodes: nodes.map(falls) });
      const errors = (broken.errors ?? []).filter(({ path }) => path?.at(-1) === field);
      const paths = hit.flatMap((isHit, index) =>
        isHit ? [['devices', 'nodes', index, field].join('/')] : [],
      );
      expect(errors.map(({ path }) => path?.join('/')).sort()).toEqual(paths.sort());
      for (const { extensions } of broken.errors ?? []) {
        expect(extensions).toEqual({
          code: expected.code,
          requestId: expect.any(String),
          vendor: VENDOR[name],
          account: name,
          retryable: expect.any(Boolean),
          ...(expected.retryAfterSeconds === undefined
            ? {}
            : { retryAfterSeconds: expected.retryAfterSeconds }),
        });
      }
      expectNothingTold(broken, logFrom);
    },
  );

  it('that fail once are right again in the next read', async () => {
    const healthy = await ask<{ devices: Page }>(NESTED_QUERY);
    faultsOf(name).add({ kind: 'status', status: 500, route });
    await ask(NESTED_QUERY);
    faultsOf(name).clear();
    const again = await service.query<{ devices: Page }>(NESTED_QUERY);
    expect(again.errors).toBeUndefined();
    expect(again.data).toEqual(healthy.data);
  });
});

describe('one device', () => {
  const idOf = (name: VendorName): string => {
    const { rms, remoteit, everyware } = service.simulators;
    if (name === 'rms') return `rms:device:${rms.state.devices()[0]?.id}`;
    if (name === 'remoteit') return `remoteit:device:${remoteit.state.rows()[0]?.address}`;
    return `everyware:device:${everyware.state.devices()[0]?.id}`;
  };
  const QUERY = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Device { ${FACTS} } } }`;
  const ROUTES = { ...LISTS, everyware: { ...LISTS.everyware, route: 'GET /{scopeId}/devices/{deviceId}' } };

  describe.each(NAMES)('of %s', (name) => {
    const kinds =
      name === 'everyware'
        ? [...KINDS, OWN_KINDS.everyware[0] ?? NOT_THERE]
        : [...KINDS, ...OWN_KINDS[name], NOT_THERE];
    it.each(kinds)(
      'that is answered with %s is an error at its index, and its neighbours stand',
      async (_, fault, expected) => {
        const ids = NAMES.map(idOf);
        const healthy = await ask<{ nodes: unknown[] }>(QUERY, { ids });
        expect(healthy.errors).toBeUndefined();
        faultsOf(name).add({ ...fault, route: ROUTES[name].route });
        const logFrom = service.log.length;
        const broken = await ask<{ nodes: unknown[] }>(QUERY, { ids });
        const index = NAMES.indexOf(name);
        expect(broken.data.nodes).toEqual(healthy.data.nodes.map((node, at) => (at === index ? null : node)));
        expect(broken.errors).toMatchObject([
          {
            path: ['nodes', index],
            extensions: { code: expected.code, account: name, vendor: VENDOR[name] },
          },
        ]);
        expectNothingTold(broken, logFrom);
      },
    );
  });

  it('of Everyware that is answered with another device is an error, never that device', async () => {
    const [first, second] = service.simulators.everyware.state.devices();
    const body = { type: 'device', id: second?.id, clientId: 'other' };
    faultsOf('everyware').add({ kind: 'json', body, route: 'GET /{scopeId}/devices/{deviceId}' });
    const answer = await ask(`{ device(id: "everyware:device:${first?.id}") { id name } }`);
    expect(answer).toMatchObject({ data: { device: null }, errors: [{ extensions: UNAVAILABLE }] });
  });

  it('is null without an error where its vendor says that it has none', async () => {
    const ids = ['rms:device:1', 'everyware:device:AQ', 'remoteit:device:80:00:00:00:00:00:00:01'];
    expect(await ask(QUERY, { ids })).toEqual({ data: { nodes: [null, null, null] } });
  });

  it('of Everyware that went away while its VPN is asked has no VPN state, and no error', async () => {
    const id = idOf('everyware');
    const body = {
      type: 'deviceNotConnectedExceptionInfo',
      kapuaErrorCode: 'DEVICE_NOT_CONNECTED',
      httpErrorCode: '409',
    };
    faultsOf('everyware').add({
      kind: 'status',
      status: 409,
      body,
      route: 'GET /{scopeId}/devices/{deviceId}/vpn',
    });
    const answer = await ask(`{ device(id: "${id}") { id vpnStatus { connected } } }`);
    expect(answer).toEqual({ data: { device: { id, vpnStatus: null } } });
  });
});

describe('a row that cannot be read', () => {
  it('is left out with a line in the log that does not show it, and its neighbours stand', async () => {
    const { everyware } = service.simulators;
    const logFrom = service.log.length;
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
    const log = service.log.slice(logFrom).join('');
    expect(log).toContain('could not be read and was left out');
    expect(log).not.toContain(BODY_TEXT);
  });

  it('of a list in pages does not keep the service asking, wherever it stands', async () => {
    const { rms } = service.simulators;
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

describe('a login', () => {
  const LOGINS: readonly (readonly [VendorName, string, () => void])[] = [
    ['remoteit', 'POST /user/login', () => service.simulators.remoteit.state.expireTokens()],
    ['everyware', 'POST /authentication/user', () => service.simulators.everyware.tokens.invalidateAll()],
  ];
  const kinds = KINDS.filter(([kind]) => !['401', '403', '400'].includes(kind));

  afterEach(() => {
    // A failed login is remembered for a while.
    clock.advance(31_000);
  });

  describe.each(LOGINS)('of %s', (name, route, expire) => {
    it.each(kinds)('that is answered with %s leaves out its account alone', async (_, fault, expected) => {
      const healthy = await ask<Lists>(LIST_QUERY);
      expect(healthy.errors).toBeUndefined();
      expect(healthy.data.page.problems).toEqual([]);
      expire();
      faultsOf(name).add({ ...fault, route });
      const logFrom = service.log.length;
      const broken = await ask<Lists>(LIST_QUERY);
      expect(broken.errors).toBeUndefined();
      expect(broken.data.page).toEqual({
        nodes: without(healthy.data.page.nodes, name),
        totalCount: null,
        pageInfo: { hasNextPage: false },
        problems: [problemOf(name, expected)],
      });
      expectNothingTold(broken, logFrom, broken.data.page.problems);
    });

    it.each(['401', '403'])(
      'that is refused with %s speaks of the credentials, without them',
      async (status) => {
        await ask<Lists>(LIST_QUERY);
        expire();
        faultsOf(name).add({ kind: 'status', status: Number(status), body: BODY, route });
        const logFrom = service.log.length;
        const broken = await ask<Lists>(LIST_QUERY);
        expect(broken.data.page.problems).toEqual([problemOf(name, UNAUTHORIZED)]);
        expectNothingTold(broken, logFrom, broken.data.page.problems);
      },
    );
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
    const accounts = await service.query<{ vendorAccounts: { healthy: boolean; lastError: string }[] }>(
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
