import { type ExpectedDevice, expectedDevices } from '../services/simulated-fleet';
import { ManualClock } from '../support/manual-clock';
import { type GraphResult, startTestService, type TestService } from '../support/service';

const clock = new ManualClock();
let service: TestService;

beforeAll(async () => {
  service = await startTestService({ clock, simulators: { devices: 90, seed: 7 } });
});

afterAll(async () => {
  await service.close();
});

const CODES = /^[A-Z_]+$/;

/** What the extensions of an error may tell; the figures, of an operation that was too large. */
const TOLD: ReadonlySet<string> = new Set(['code', 'requestId', 'limit', 'asked', 'allowed']);

/** No error may show where in the program it came from, nor what the program is made of. */
function expectPlain(result: GraphResult<unknown>): void {
  for (const error of result.errors ?? []) {
    expect(error.extensions['code']).toMatch(CODES);
    expect(Object.keys(error.extensions).filter((name) => !TOLD.has(name))).toEqual([]);
  }
  const text = JSON.stringify(result.errors ?? []);
  expect(text).not.toMatch(/stack|node_modules|\.[jt]s:\d|at Object|TypeError|undefined/);
}

async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<GraphResult<T>> {
  const result = await service.query<T>(query, { variables });
  expectPlain(result);
  return result;
}

const vendorCalls = (): number => {
  const { rms, remoteit, everyware } = service.simulators;
  return rms.calls.count() + remoteit.calls.count() + everyware.calls.count();
};

const FIELDS = [
  ['device', 'device'],
  ['remoteAccess', 'access'],
  ['session', 'session'],
] as const;

const LONG = 'a'.repeat(600);

describe('an id', () => {
  const malformed = [
    '',
    ' ',
    'rms',
    'rms:device',
    'rms:device:',
    'device:1',
    ':device:1',
    'RMS:device:1',
    'rms:Device:1',
    'rms:thing:1',
    'rms::1',
    'rms device 1',
    'r/m/s:device:1',
    `${'r'.repeat(33)}:device:1`,
    `rms:device:${LONG}`,
    'rms:device:1\n2',
    'rms:device:\u0000',
    'ключ:device:1',
    '__proto__:device:1',
  ];

  it.each(malformed)('that cannot be one is BAD_USER_INPUT: %j', async (id) => {
    const before = vendorCalls();
    for (const [field] of FIELDS) {
      const answer = await ask(`query ($id: ID!) { ${field}(id: $id) { id } }`, { id });
      expect(answer).toMatchObject({
        data: { [field]: null },
        errors: [{ path: [field], extensions: { code: 'BAD_USER_INPUT' } }],
      });
    }
    const node = await ask('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(node).toMatchObject({
      data: { node: null },
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(vendorCalls()).toBe(before);
  });

  it.each(FIELDS)(
    'of another kind is BAD_USER_INPUT for %s, with a message that says what one looks like',
    async (field, kind) => {
      for (const other of ['device', 'access', 'session'].filter((candidate) => candidate !== kind)) {
        const answer = await ask(`{ ${field}(id: "rms:${other}:1") { id } }`);
        expect(answer.data).toEqual({ [field]: null });
        expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
        expect(answer.errors?.[0]?.message).toContain(`<account>:${kind}:`);
      }
    },
  );

  it('of an account that is not there is null, and costs nothing', async () => {
    const before = vendorCalls();
    expect(
      await ask(`{
        device(id: "nowhere:device:1") { id }
        remoteAccess(id: "nowhere:access:1:2") { id }
        session(id: "nowhere:session:1:2:3") { id }
        node(id: "nowhere:device:1") { id }
      }`),
    ).toEqual({ data: { device: null, remoteAccess: null, session: null, node: null } });
    expect(vendorCalls()).toBe(before);
  });

  const strange = [
    '0',
    '-1',
    '1e3',
    '007',
    '1.0',
    '1,2',
    '1/2',
    '../devices',
    '..',
    '.',
    '%2e%2e',
    '%00',
    '*',
    '?x=1',
    '#',
    '1 OR 1=1',
    "'; --",
    'ünïcödé 横浜 🚧',
    '\u202E\u200B',
    '١٢',
    '9999999999999999999999',
    'a'.repeat(490),
    '__proto__',
    'constructor',
    '1:2:3:4:5',
    '80:00:00',
  ];

  it.each(strange)('that no vendor has is null for every account and kind: %j', async (local) => {
    const { rms } = service.simulators;
    const devices = expectedDevices(service.simulators, clock.now());
    const ids = ['rms', 'remoteit', 'everyware'].flatMap((account) =>
      ['device', 'access', 'session'].map((kind) => `${account}:${kind}:${local}`),
    );
    const answer = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(answer).toEqual({ data: { nodes: ids.map(() => null) } });
    expect(devices.map(({ id }) => id)).not.toContain(ids[0]);
    // What is no id of RMS never reaches it: a comma there would ask for more than one device.
    for (const { query, path } of rms.calls.entries) {
      expect(query['id'] ?? '').toMatch(/^[1-9\d,]*$/);
      expect(path).not.toContain('..');
    }
  });

  it('of RMS with a comma in it is not taken for two', async () => {
    const [first, second] = service.simulators.rms.state.devices();
    const before = service.simulators.rms.calls.count();
    expect(await ask(`{ device(id: "rms:device:${first?.id},${second?.id}") { id } }`)).toEqual({
      data: { device: null },
    });
    expect(service.simulators.rms.calls.count()).toBe(before);
  });

  it('of remote.it is the same in either case, and is told as its vendor spells it', async () => {
    const { address } = service.simulators.remoteit.state.rows().find(({ title }) => title === 'SSH') ?? {
      address: '',
    };
    for (const spelled of [address.toLowerCase(), address.toUpperCase()]) {
      const answer = await ask(
        `{ device(id: "remoteit:device:${spelled}") { id } remoteAccess(id: "remoteit:access:${spelled}") { id device { id name } } }`,
      );
      expect(answer.data).toMatchObject({
        device: { id: `remoteit:device:${address}` },
        remoteAccess: { id: `remoteit:access:${address}`, device: { id: `remoteit:device:${address}` } },
      });
    }
  });

  it('of Everyware is another one in another case', async () => {
    const { id } = service.simulators.everyware.state.devices()[0] ?? { id: '' };
    const swapped = [...id].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
    const answer = await ask(
      `{ a: device(id: "everyware:device:${id}") { id } b: device(id: "everyware:device:${swapped}") { id } }`,
    );
    expect(answer).toEqual({ data: { a: { id: `everyware:device:${id}` }, b: null } });
  });

  it('of an access that another device has is null', async () => {
    const { state } = service.simulators.rms;
    const [access] = state.accesses();
    const other = state.devices().find(({ id }) => id !== access?.deviceId);
    const answer = await ask(`{
      own: remoteAccess(id: "rms:access:${access?.deviceId}:${access?.id}") { id }
      other: remoteAccess(id: "rms:access:${other?.id}:${access?.id}") { id }
    }`);
    expect(answer.data).toEqual({ own: { id: `rms:access:${access?.deviceId}:${access?.id}` }, other: null });
  });
});

describe('nodes', () => {
  it('tells good ids in order, null for unknown ones, and an error at the index of a bad one', async () => {
    const { rms, remoteit, everyware } = service.simulators;
    const [router] = rms.state.devices();
    const [access] = rms.state.accesses();
    const [row] = remoteit.state.rows();
    const [gateway] = everyware.state.devices();
    const ids = [
      `rms:device:${router?.id}`,
      'bad',
      'rms:device:1',
      `rms:access:${access?.deviceId}:${access?.id}`,
      'nowhere:device:1',
      `everyware:device:${gateway?.id}`,
      'rms:thing:1',
      `remoteit:device:${row?.address}`,
      `rms:device:${router?.id}`,
      'rms:session:1:2:3',
    ];
    const answer = await ask<{ nodes: unknown[] }>(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Device { name } } }',
      { ids },
    );
    const device = { __typename: 'Device', id: ids[0], name: router?.name };
    expect(answer.data.nodes).toEqual([
      device,
      null,
      null,
      { __typename: 'RemoteAccess', id: ids[3] },
      null,
      { __typename: 'Device', id: ids[5], name: gateway?.displayName ?? gateway?.clientId },
      null,
      { __typename: 'Device', id: ids[7], name: row?.alias },
      device,
      null,
    ]);
    expect(answer.errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
      [['nodes', 1], 'BAD_USER_INPUT'],
      [['nodes', 6], 'BAD_USER_INPUT'],
    ]);
  });

  it('takes a thousand ids and not one more', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `nowhere:device:${index}`);
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    expect((await ask<{ nodes: unknown[] }>(query, { ids: ids(1000) })).data.nodes).toHaveLength(1000);
    const refused = await ask(query, { ids: ids(1001) });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await ask(query, { ids: [] })).toEqual({ data: { nodes: [] } });
  });
});

describe('the size of a page', () => {
  it.each([0, -1, 501, 2_147_483_647, -2_147_483_648])(
    '%i is BAD_USER_INPUT, and asks no vendor',
    async (first) => {
      const before = vendorCalls();
      for (const list of ['devices', 'sessions', 'devices(orderBy: { field: NAME }']) {
        const name = list.split('(')[0] ?? '';
        const args = list.includes('(') ? `${list}, first: $first)` : `${list}(first: $first)`;
        const answer = await ask(`query ($first: Int) { ${args} { nodes { id } } }`, { first });
        expect(answer.data).toBeNull();
        expect(answer.errors).toMatchObject([{ path: [name], extensions: { code: 'BAD_USER_INPUT' } }]);
      }
      expect(vendorCalls()).toBe(before);
    },
  );

  it('is 50 where it is left out or null', async () => {
    for (const args of ['', '(first: null)']) {
      const answer = await ask<{ devices: { nodes: unknown[] } }>(`{ devices${args} { nodes { id } } }`);
      expect(answer.data.devices.nodes).toHaveLength(50);
    }
  });
});

describe('a cursor', () => {
  const encode = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
  const decode = (cursor: string) =>
    JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Record<string, unknown>;
  const cursorOf = async (list: string): Promise<string> => {
    const answer = await ask<Record<string, { pageInfo: { endCursor: string } }>>(
      `{ page: ${list} { pageInfo { endCursor } } }`,
    );
    return answer.data['page']?.pageInfo.endCursor ?? '';
  };
  const refused = async (list: string, after: string): Promise<void> => {
    const before = vendorCalls();
    const answer = await ask(
      `query ($after: String) { page: ${list.replace(')', ', after: $after)')} { nodes { id } } }`,
      { after },
    );
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ path: ['page'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(vendorCalls()).toBe(before);
  };
  const LISTS = ['devices(first: 2)', 'devices(first: 2, orderBy: { field: NAME })', 'sessions(first: 2)'];

  it.each(LISTS)('of %s that is broken is BAD_USER_INPUT', async (list) => {
    const broken = [
      '',
      'x',
      'null',
      '{}',
      encode(null),
      encode([]),
      encode('text'),
      encode({}),
      'ä'.repeat(9),
      'A'.repeat(5000),
    ];
    for (const after of broken) await refused(list, after);
  });

  it.each(LISTS.slice(0, 2))('of %s with a content of the wrong kind is BAD_USER_INPUT', async (list) => {
    const good = decode(await cursorOf(list));
    for (const field of Object.keys(good)) {
      for (const value of [undefined, {}, true, [1], -1.5]) {
        // Null and numbers are values that an order may compare by.
        if (field === 'v' && typeof value === 'number') continue;
        await refused(list, encode({ ...good, [field]: value }));
      }
    }
  });

  it('of another filter or order is BAD_USER_INPUT', async () => {
    const lists = [
      'devices(first: 2)',
      'devices(first: 2, filter: { status: [ONLINE] })',
      'devices(first: 2, filter: { status: [OFFLINE] })',
      'devices(first: 2, filter: { search: "a" })',
      'devices(first: 2, orderBy: { field: NAME })',
      'devices(first: 2, orderBy: { field: NAME, direction: DESC })',
      'devices(first: 2, orderBy: { field: STATUS })',
      'devices(first: 2, filter: { status: [ONLINE] }, orderBy: { field: NAME })',
    ];
    const cursors = new Map<string, string>();
    for (const list of lists) cursors.set(list, await cursorOf(list));
    for (const list of lists) {
      for (const [other, cursor] of cursors) if (other !== list) await refused(list, cursor);
      await refused('sessions(first: 2)', cursors.get(list) ?? '');
    }
  });

  it('far behind the end of a list leads to an empty page', async () => {
    const cursor = decode(await cursorOf('devices(first: 2)'));
    const far = encode({ ...cursor, o: Number.MAX_SAFE_INTEGER, n: [] });
    const answer = await ask<{ devices: unknown }>(
      'query ($after: String) { devices(after: $after, filter: null) { nodes { id account } problems { code } } }',
      { after: far },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.devices).toMatchObject({ problems: [] });
  });

  it('keeps nothing of a device but what is needed to go on', async () => {
    const content = JSON.stringify(decode(await cursorOf('devices(first: 2)')));
    const [first] = service.simulators.everyware.state.devices();
    expect(content).not.toContain(first?.clientId);
    expect(content).toContain(first?.id);
  });
});

describe('a value that its type does not know', () => {
  const inline = [
    '{ devices(filter: { status: [BROKEN] }) { totalCount } }',
    '{ devices(filter: { status: ["ONLINE"] }) { totalCount } }',
    '{ devices(filter: { vendor: [TELTONIKA] }) { totalCount } }',
    '{ devices(orderBy: { field: COLOUR }) { totalCount } }',
    '{ devices(orderBy: { direction: ASC }) { totalCount } }',
    '{ devices(filter: { colour: "red" }) { totalCount } }',
    '{ devices(first: "50") { totalCount } }',
    '{ devices(first: 1.5) { totalCount } }',
    '{ sessions(filter: { expiresBefore: "yesterday" }) { totalCount } }',
    '{ sessions(filter: { expiresBefore: 5 }) { totalCount } }',
    '{ device { id } }',
    '{ device(id: null) { id } }',
    '{ nodes(ids: [null]) { id } }',
    '{ colour }',
    '{ device(id: "rms:device:1") }',
  ];

  it.each(inline)('is GRAPHQL_VALIDATION_FAILED where it stands in the document: %s', async (query) => {
    const answer = await ask(query);
    expect(answer.data).toBeUndefined();
    for (const { extensions } of answer.errors ?? [])
      expect(extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(answer.errors?.length).toBeGreaterThan(0);
  });

  const variables: readonly (readonly [string, unknown])[] = [
    ['DeviceFilter', { status: ['BROKEN'] }],
    ['DeviceFilter', { status: [1] }],
    ['DeviceFilter', { status: [null] }],
    ['DeviceFilter', { vendor: ['REMOTE-IT'] }],
    ['DeviceFilter', { search: 5 }],
    ['DeviceFilter', { colour: 'red' }],
    ['DeviceFilter', 'ONLINE'],
    ['DeviceOrder', { field: 'COLOUR' }],
    ['DeviceOrder', { field: 'NAME', direction: null }],
    ['DeviceOrder', {}],
    ['SessionFilter', { expiresBefore: 'yesterday' }],
    ['SessionFilter', { expiresBefore: '2026-13-01T00:00:00Z' }],
    ['SessionFilter', { expiresBefore: '2026-02-30T00:00:00Z' }],
    ['SessionFilter', { expiresBefore: '2026-01-01' }],
    ['SessionFilter', { expiresBefore: 5 }],
    ['SessionFilter', { expiresBefore: {} }],
    ['SessionFilter', { status: ['OVER'] }],
  ];

  it.each(variables)('is BAD_USER_INPUT where it comes as a variable: %s %j', async (type, value) => {
    const use = {
      DeviceFilter: 'devices(filter: $value)',
      DeviceOrder: 'devices(orderBy: $value)',
      SessionFilter: 'sessions(filter: $value)',
    }[type];
    const answer = await ask(`query ($value: ${type}) { ${use} { totalCount } }`, { value });
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it.each(['2026-11-20T10:15:30Z', '2026-11-20T10:15:30.123456Z', '2026-11-20T11:15:30+01:00'])(
    'is no instant with a zone like %s, which is taken',
    async (expiresBefore) => {
      const answer = await ask(
        'query ($value: DateTime) { sessions(filter: { expiresBefore: $value }) { totalCount } }',
        {
          value: expiresBefore,
        },
      );
      expect(answer).toEqual({ data: { sessions: { totalCount: 0 } } });
    },
  );

  it('is GRAPHQL_PARSE_FAILED where the document is none', async () => {
    const answer = await ask('{ devices(first: ');
    expect(answer.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  });

  it.each([
    ['sessions(filter: { device: ["rms:device:1", "bad"] }) { totalCount }', 'sessions'],
    ['sessions(filter: { device: ["rms:access:1:2"] }) { totalCount }', 'sessions'],
    ['fleet { sessionsExpiringWithin(seconds: -1) }', 'fleet'],
    ['fleet { byModel(first: 0) { count } }', 'fleet'],
  ])('is BAD_USER_INPUT where only the graph can tell: %s', async (field, root) => {
    const answer = await ask(`{ ${field} }`);
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(answer.errors?.[0]?.path?.[0]).toBe(root);
  });
});

const EVERYTHING = `query ($first: Int, $after: String) {
  devices(first: $first, after: $after) {
    nodes {
      id vendor account vendorDeviceId name status serialNumber macAddress model firmwareVersion tags lastSeenAt
      remoteAccesses { id name protocol host port }
      sessions { id status url createdAt expiresAt createdBy remoteAccess { id } }
      vpnStatus { connected ipAddress }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

describe('every value of every device', () => {
  it('is what its vendor has, through pages, with ways in, links and VPN states', async () => {
    const told: ExpectedDevice[] = [];
    for (let after: string | null = null; ; ) {
      const answer: GraphResult<{
        devices: { nodes: ExpectedDevice[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
      }> = await ask(EVERYTHING, { first: 40, after });
      expect(answer.errors).toBeUndefined();
      const { nodes, pageInfo } = answer.data.devices;
      told.push(...nodes);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    const expected = expectedDevices(service.simulators, clock.now());
    expect(told).toEqual(expected);
    // The fleet shows everything that the comparison is about.
    expect(new Set(told.map(({ status }) => status))).toEqual(
      new Set(['ONLINE', 'OFFLINE', 'NOT_ACTIVATED']),
    );
    expect(told.some(({ sessions }) => sessions.length > 0)).toBe(true);
    for (const account of ['rms', 'everyware']) {
      const own = told.filter((device) => device.account === account);
      expect(own.some(({ vpnStatus }) => vpnStatus?.connected === true)).toBe(true);
      expect(own.some(({ vpnStatus }) => vpnStatus?.connected === false)).toBe(true);
      expect(own.some(({ vpnStatus }) => vpnStatus === null)).toBe(true);
    }
  });

  it('is the same by its id', async () => {
    const expected = expectedDevices(service.simulators, clock.now());
    const answer = await ask<{ nodes: unknown[] }>(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Device {
        id vendor account vendorDeviceId name status serialNumber macAddress model firmwareVersion tags lastSeenAt
      } } }`,
      { ids: expected.map(({ id }) => id) },
    );
    expect(answer.data.nodes).toEqual(
      expected.map(({ remoteAccesses: _r, sessions: _s, vpnStatus: _v, ...facts }) => facts),
    );
  });

  it('is counted right at a glance', async () => {
    const expected = expectedDevices(service.simulators, clock.now());
    const answer = await ask<{ fleet: Record<string, unknown> }>(
      '{ fleet { totalDevices byVendor { value count } byStatus { value count } byModel(first: 100) { value count } vpnConnected activeSessions problems { code } } }',
    );
    const count = (of: (device: ExpectedDevice) => string) => {
      const counts = new Map<string, number>();
      for (const device of expected) counts.set(of(device), (counts.get(of(device)) ?? 0) + 1);
      return [...counts].map(([value, number]) => ({ value, count: number }));
    };
    const { fleet } = answer.data;
    expect(fleet).toMatchObject({
      totalDevices: expected.length,
      vpnConnected: expected.filter(({ vpnStatus }) => vpnStatus?.connected === true).length,
      activeSessions: expected.flatMap(({ sessions }) => sessions).length,
      problems: [],
    });
    expect(new Set(fleet['byVendor'] as unknown[])).toEqual(new Set(count(({ vendor }) => vendor)));
    expect(new Set(fleet['byStatus'] as unknown[])).toEqual(new Set(count(({ status }) => status)));
    expect(new Set(fleet['byModel'] as unknown[])).toEqual(new Set(count(({ model }) => model ?? 'unknown')));
  });
});
