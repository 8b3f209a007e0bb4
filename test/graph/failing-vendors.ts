import type { Fault, Faults } from '../../src/simulators/faults';
import { ManualClock } from '../support/manual-clock';
import { type GraphResult, startTestService, type TestService } from '../support/service';

/** Stands in every body that a vendor answers a failure with: nothing of it may be seen anywhere. */
export const BODY_TEXT = 'BODY-OF-THE-VENDOR';
export const BODY_LINK = 'https://secret-link.proxy.example/in?token=TOKEN-IN-BODY';
export const BODY = { message: `${BODY_TEXT} ${BODY_LINK}`, token: 'TOKEN-IN-BODY' };
export const MEGABYTES_12 = 12 * 1024 * 1024;

export type VendorName = 'rms' | 'remoteit' | 'everyware';

export const VENDOR = { rms: 'TELTONIKA_RMS', remoteit: 'REMOTE_IT', everyware: 'EVERYWARE' } as const;
export const NAMES: readonly VendorName[] = ['everyware', 'remoteit', 'rms'];

export interface Expected {
  readonly code: string;
  readonly retryAfterSeconds?: number;
}

export const UNAVAILABLE: Expected = { code: 'VENDOR_UNAVAILABLE' };
export const UNAUTHORIZED: Expected = { code: 'VENDOR_UNAUTHORIZED' };

export type Kind = readonly [name: string, fault: Fault, expected: Expected];

/** What goes wrong at any vendor alike. */
export const KINDS: readonly Kind[] = [
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

export const NOT_THERE: Kind = ['404', { kind: 'status', status: 404, body: BODY }, UNAVAILABLE];

/** What goes wrong in the vendor's own words: a failure at 200, and rows of which none can be read. */
export const OWN_KINDS: Readonly<Record<VendorName, readonly Kind[]>> = {
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

export const LISTS: Readonly<Record<VendorName, { readonly route: string; readonly garbageRows: unknown }>> =
  {
    rms: {
      route: 'GET /devices',
      garbageRows: { success: true, data: [1, 'x', null, BODY], meta: { total: 4 } },
    },
    remoteit: {
      route: 'GET /device/list/all',
      garbageRows: { status: 'true', devices: [1, 'x', null, BODY] },
    },
    everyware: {
      route: 'GET /{scopeId}/devices',
      garbageRows: { items: [1, 'x', null, BODY], size: 4, limitExceeded: false, totalCount: 4 },
    },
  };

export interface Problem {
  readonly account: string;
  readonly vendor: string;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
  readonly servedFrom: string | null;
}

export interface Node {
  readonly id: string;
  readonly account: string;
  readonly status: string;
  readonly remoteAccesses?: readonly unknown[] | null;
  readonly sessions?: readonly unknown[] | null;
  readonly vpnStatus?: { readonly connected: boolean } | null;
}

export interface Page {
  readonly nodes: readonly Node[];
  readonly totalCount: number | null;
  readonly pageInfo: { readonly hasNextPage: boolean };
  readonly problems: readonly Problem[];
}

export interface Fleet {
  readonly totalDevices: number;
  readonly byVendor: readonly { readonly value: string; readonly count: number }[];
  readonly byStatus: readonly { readonly value: string; readonly count: number }[];
  readonly problems: readonly Problem[];
}

export const FACTS =
  'id account vendor vendorDeviceId name status serialNumber macAddress model firmwareVersion tags lastSeenAt capabilities';
export const PROBLEMS = 'problems { account vendor code message retryAfterSeconds servedFrom }';
export const LIST_QUERY = `{
  page: devices(first: 200) { nodes { ${FACTS} } totalCount pageInfo { hasNextPage } ${PROBLEMS} }
  ordered: devices(first: 200, orderBy: { field: NAME }) { nodes { ${FACTS} } totalCount pageInfo { hasNextPage } ${PROBLEMS} }
  online: devices(first: 200, filter: { status: [ONLINE] }) { nodes { ${FACTS} } totalCount pageInfo { hasNextPage } ${PROBLEMS} }
  fleet { totalDevices byVendor { value count } byStatus { value count } ${PROBLEMS} }
}`;
export type Lists = Readonly<Record<'page' | 'ordered' | 'online', Page>> & { readonly fleet: Fleet };

export const NESTED_QUERY = `{
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

/** The service over vendors that fail as a test tells them to; they are well again after each test. */
export interface FailingVendors {
  readonly clock: ManualClock;
  readonly service: TestService;
  faultsOf(name: VendorName): Faults;
  /** Asks the vendors anew. */
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<GraphResult<T>>;
  /** Nothing of a vendor's body, no credential and no link of a session may stand where they do not belong. */
  expectNothingTold(result: GraphResult<unknown>, logFrom: number, problems?: readonly Problem[]): void;
}

/** Starts the service for the tests of one file. */
export function failingVendors(): FailingVendors {
  const clock = new ManualClock();
  let service: TestService;
  beforeAll(async () => {
    // What is served from memory while a vendor cannot be read has tests of its own.
    // And no machine is so slow that a broken answer would come too late.
    const env = { STALE_MAX_SECONDS: '0', VENDOR_TIMEOUT_MS: '60000', VENDOR_DEADLINE_MS: '120000' };
    service = await startTestService({ clock, simulators: { devices: 36 }, env });
  });
  // Circuits and pauses of the test before are over, and every account has answered.
  beforeEach(async () => {
    clock.advance(600_000);
    for (const name of NAMES) {
      await service.query(`{ devices(first: 1, filter: { account: ["${name}"] }) { nodes { id } } }`);
    }
  });
  afterAll(() => service.close());
  afterEach(() => {
    for (const name of NAMES) service.simulators[name].faults.clear();
  });
  return {
    clock,
    get service() {
      return service;
    },
    faultsOf: (name) => service.simulators[name].faults,
    ask(query, variables = {}) {
      clock.advance(1);
      return service.query(query, { variables, headers: { 'cache-control': 'no-cache' } });
    },
    expectNothingTold: (result, logFrom, problems = []) =>
      expectNothingTold(service, [
        JSON.stringify([result.errors ?? [], problems]),
        service.log.slice(logFrom).join(''),
      ]),
  };
}

function expectNothingTold({ simulators }: TestService, [told, log]: readonly [string, string]): void {
  const { rms, remoteit, everyware } = simulators;
  const credentials = [
    rms.credentials.token,
    remoteit.credentials.password,
    remoteit.credentials.developerKey,
    everyware.credentials.password,
  ];
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

/** When to come back is also told by a circuit that opened meanwhile. */
export function problemOf(name: VendorName, { code, retryAfterSeconds }: Expected): Problem {
  return expect.objectContaining({
    account: name,
    vendor: VENDOR[name],
    code,
    message: expect.any(String),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    servedFrom: null,
  });
}

export const without = (nodes: readonly Node[], name: VendorName): readonly Node[] =>
  nodes.filter(({ account }) => account !== name);
