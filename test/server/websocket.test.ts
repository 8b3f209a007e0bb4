import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tokensFile } from '../links/asking';
import { ManualClock } from '../support/manual-clock';
import { RawSocket } from '../support/raw-socket';
import { startTestService, type TestService } from '../support/service';

const SITE = 'https://dashboard.example.com';
const TOTAL = '{ fleet { totalDevices } }';

let service: TestService;
let clock: ManualClock;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  clock = new ManualClock();
  service = await startTestService({
    clock,
    simulators: { devices: 12 },
    env: {
      CORS_ORIGINS: SITE,
      ...tokensFile(path.join(folder, 'tokens.json'), [
        { subject: 'reader', scopes: ['devices:read', 'graph:explain', 'graph:fresh'] },
        { subject: 'nobody', scopes: [] },
      ]),
    },
  });
});

afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

const open = (options: Parameters<typeof RawSocket.open>[1] = {}) => RawSocket.open(service.url, options);
const begin = (authorization = 'Bearer reader') => RawSocket.begin(service.url, { authorization });

describe('who is let in', () => {
  test.each([
    ['authorization with its scheme', { authorization: 'Bearer reader' }],
    ['authorization, the token alone', { authorization: 'reader' }],
    ['Authorization, as headers are written', { Authorization: 'Bearer reader' }],
  ])('a token in connection_init: %s', async (_, payload) => {
    const socket = await open();
    socket.send({ type: 'connection_init', payload });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.subscribe('1', '{ viewer { subject } }');
    expect(await socket.next()).toEqual({
      id: '1',
      type: 'next',
      payload: { data: { viewer: { subject: 'reader' } } },
    });
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
    socket.close();
  });

  test('a token in the header of the request that becomes a socket', async () => {
    const socket = await open({ headers: { authorization: 'Bearer reader' } });
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.close();
  });

  test.each([
    ['that nobody knows', { authorization: 'Bearer stranger' }],
    ['that is missing', {}],
    ['that is no text', { authorization: 7 }],
  ])('a token %s closes with 4403', async (_, payload) => {
    const socket = await open();
    socket.send({ type: 'connection_init', payload });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
    expect(socket.received).toEqual([]);
  });

  test('who says nothing for 3 s is closed with 4408, and not a moment before', async () => {
    const socket = await open();
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    clock.advance(2_999);
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    clock.advance(1);
    expect((await socket.closed).code).toBe(4408);
  });

  test('who was let in stays', async () => {
    const socket = await begin();
    clock.advance(4_000);
    socket.subscribe('1', TOTAL);
    expect(await socket.next()).toMatchObject({ type: 'next' });
    socket.close();
  });
});

describe('what breaks the protocol', () => {
  test('no subprotocol closes with 4406', async () => {
    const socket = await open({ protocols: [] });
    expect((await socket.closed).code).toBe(4406);
  });

  test('another subprotocol is not agreed to', async () => {
    await expect(open({ protocols: ['graphql-ws'] })).rejects.toThrow('Server sent no subprotocol');
  });

  test('an operation before connection_ack closes with 4401', async () => {
    const socket = await open();
    socket.subscribe('1', TOTAL);
    expect((await socket.closed).code).toBe(4401);
  });

  test.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['an unknown type', { type: 'start', id: '1' }],
    ['an operation without a query', { type: 'subscribe', id: '1', payload: {} }],
    ['an operation without an id', { type: 'subscribe', payload: { query: TOTAL } }],
    ['a message that only servers send', { type: 'next', id: '1', payload: {} }],
  ])('%s closes with 4400', async (_, message) => {
    const socket = await begin();
    socket.send(message);
    expect((await socket.closed).code).toBe(4400);
    expect(service.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  test('an id that is in use closes with 4409', async () => {
    const held = service.simulators.rms.faults.add({ kind: 'hold', route: 'GET /devices' });
    clock.advance(60_000);
    const socket = await begin();
    socket.subscribe('1', TOTAL);
    socket.subscribe('1', TOTAL);
    expect((await socket.closed).code).toBe(4409);
    held.release();
  });

  test('a second connection_init closes with 4429', async () => {
    const socket = await begin();
    socket.send({ type: 'connection_init' });
    expect((await socket.closed).code).toBe(4429);
  });

  test('a message of more than 256 KB closes with 1009', async () => {
    const socket = await begin();
    socket.subscribe('1', `${TOTAL}${' '.repeat(256 * 1024)}`);
    expect((await socket.closed).code).toBe(1009);
  });
});

describe('an operation that is refused is an error for its id alone', () => {
  test.each([
    ['a syntax error', '{ fleet', 'GRAPHQL_PARSE_FAILED'],
    [
      'a condition at the root of a subscription',
      'subscription { sessionExpiry @skip(if: true) { at } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['an unknown field', '{ fleets }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a schema that the caller may not see',
      '{ __schema { queryType { name } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a variable of another type',
      'query ($n: Int!) { devices(first: $n) { nodes { id } } }',
      'BAD_USER_INPUT',
    ],
    [
      'an operation that is not named',
      'query A { fleet { totalDevices } } query B { fleet { totalDevices } }',
      'BAD_USER_INPUT',
    ],
  ])('%s', async (_, query, code) => {
    const socket = await begin();
    socket.subscribe('1', query);
    expect(await socket.next()).toEqual({
      id: '1',
      type: 'error',
      payload: [
        expect.objectContaining({
          message: expect.any(String),
          extensions: { code, requestId: expect.any(String) },
        }),
      ],
    });
    socket.subscribe('2', TOTAL);
    expect(await socket.next()).toEqual({
      id: '2',
      type: 'next',
      payload: { data: { fleet: { totalDevices: 12 } } },
    });
    socket.close();
  });

  test('an operation that is not in the document is an error for its id', async () => {
    const socket = await begin();
    socket.send({ type: 'subscribe', id: '1', payload: { query: TOTAL, operationName: 'Another' } });
    expect(await socket.next()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('a scope that is missing: what was begun has its answer, what follows is refused', async () => {
    const socket = await begin('Bearer nobody');
    socket.subscribe('1', 'subscription { sessionExpiry { type } }');
    expect(await socket.next()).toEqual({
      id: '1',
      type: 'error',
      payload: [
        expect.objectContaining({ extensions: { code: 'FORBIDDEN', requestId: expect.any(String) } }),
      ],
    });
    socket.subscribe('2', '{ viewer { subject } }');
    expect(await socket.next()).toMatchObject({ id: '2', type: 'next' });
    socket.close();
  });

  test('the 101st operation at once', async () => {
    const held = service.simulators.rms.faults.add({ kind: 'hold', route: 'GET /devices' });
    clock.advance(60_000);
    const socket = await begin();
    for (let id = 1; id <= 101; id += 1) socket.subscribe(String(id), TOTAL);
    const refused = await socket.next();
    expect(refused).toMatchObject({ id: '101', type: 'error' });
    const [{ message, extensions }] = refused.payload as [
      { message: string; extensions: Record<string, string> },
    ];
    expect([extensions['code'], message]).toEqual([
      'OPERATION_TOO_EXPENSIVE',
      expect.stringContaining('One socket carries 100 operations'),
    ]);
    const logged = `"requestId":"${extensions['requestId']}"`;
    expect(service.log.some((line) => line.includes(logged))).toBe(true);
    held.release();
    const answers = new Set<string | undefined>();
    while (answers.size < 100) answers.add((await socket.next()).id);
    socket.close();
  });
});

test('a query says in its extensions how old the answer may be, and learns what it cost', async () => {
  clock.advance(60_000);
  const socket = await begin();
  const fleet = { query: TOTAL, extensions: { explain: true } };
  const cost = async (id: string, extensions: object): Promise<readonly string[]> => {
    socket.send({
      type: 'subscribe',
      id,
      payload: { ...fleet, extensions: { explain: true, ...extensions } },
    });
    const { payload } = await socket.next();
    await socket.next();
    const { vendorCalls } = (payload as { extensions: { vendorCalls: { from: string }[] } }).extensions;
    return vendorCalls.map(({ from }) => from);
  };
  expect(await cost('1', {})).toContain('VENDOR');
  clock.advance(10_000);
  expect(new Set(await cost('2', {}))).toEqual(new Set(['CACHE']));
  expect(await cost('3', { maxAgeSeconds: 5 })).toContain('VENDOR');
  socket.close();
});

test('a peer that answers no ping is let go', async () => {
  const socket = await open({ autoPong: false });
  socket.send({ type: 'connection_init', payload: { authorization: 'reader' } });
  await socket.next();
  for (let second = 0; second < 40; second += 1) clock.advance(1_000);
  expect((await socket.closed).code).toBe(1006);
});

describe('pages of other sites', () => {
  const upgrade = (headers: Readonly<Record<string, string>>) => open({ headers: { ...headers } });

  test.each([
    ['this one', () => ({ origin: service.url })],
    ['one that is listed', () => ({ origin: SITE })],
    [
      'this one, as browsers say it',
      () => ({ origin: 'https://proxy.example.com', 'sec-fetch-site': 'same-origin' }),
    ],
  ])('may open a socket: %s', async (_, headers) => {
    const socket = await upgrade(headers());
    socket.close();
  });

  test.each([
    ['another one', { origin: 'https://evil.example.com' }],
    ['a page without one', { origin: 'null' }],
    ['another one, as browsers say it', { 'sec-fetch-site': 'cross-site' }],
  ])('may not: %s', async (_, headers) => {
    await expect(upgrade(headers)).rejects.toThrow('403');
  });
});

test('elsewhere than at /graphql there is no socket', async () => {
  await expect(RawSocket.open(`${service.url}/other`)).rejects.toThrow('404');
});

test('counts sockets and how they were closed', async () => {
  const socket = await begin();
  const metrics = async () => (await fetch(`${service.url}/metrics`)).text();
  expect(await metrics()).toMatch(/^drawbridge_open_sockets [1-9]/m);
  socket.close();
  await socket.closed;
  expect(await metrics()).toMatch(/^drawbridge_socket_closes_total\{code="4403"\} [1-9]/m);
});
