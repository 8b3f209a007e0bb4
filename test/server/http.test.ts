import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { startTestService, type TestService } from '../support/service';

const QUERY = '{ fleet { totalDevices } }';
const SITE = 'https://dashboard.example.com';

let service: TestService;
let graphql: string;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 12 }, env: { CORS_ORIGINS: SITE } });
  graphql = `${service.url}/graphql`;
});

afterAll(() => service?.close());

const byGet = (query: string, headers: Record<string, string> = {}) =>
  fetch(`${graphql}?query=${encodeURIComponent(query)}`, { headers });

const byPost = (body: string, headers: Record<string, string> = {}) =>
  fetch(graphql, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

const operations = () => service.log.filter((line) => line.includes('"msg":"operation"')).length;

/** A request as fetch does not send it: browsers alone may set these headers. */
function raw(
  headers: Record<string, string>,
  target = '/graphql',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(service.url);
    request({ host: '127.0.0.1', port, path: target, headers }, (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => {
          body += part;
        })
        .on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('GET /graphql', () => {
  test('answers a query as curl sends it', async () => {
    const answer = await byGet(QUERY, { accept: '*/*' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/json/);
    expect(await answer.json()).toEqual({ data: { fleet: { totalDevices: 12 } } });
  });

  test('shows a browser the playground, which may load from here only', async () => {
    const answer = await fetch(graphql, { headers: { accept: 'text/html,application/xhtml+xml' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = answer.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-eval');
    const page = await answer.text();
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) expect([file, (await fetch(service.url + file)).status]).toEqual([file, 200]);
  });

  test.each(['cross-site', 'same-site'])(
    'refuses a query from a page that is %s, and asks no vendor',
    async (site) => {
      const before = [operations(), service.simulators.rms.calls.total];
      const answer = await raw({ 'sec-fetch-site': site }, `/graphql?query=${encodeURIComponent(QUERY)}`);
      expect(answer.status).toBe(403);
      expect([operations(), service.simulators.rms.calls.total]).toEqual(before);
    },
  );

  test.each(['same-origin', 'none'])('answers a query from %s', async (site) => {
    const answer = await raw({ 'sec-fetch-site': site }, `/graphql?query=${encodeURIComponent(QUERY)}`);
    expect(answer.status).toBe(200);
  });

  test('answers a query from a page of a listed origin, though it is of another site', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: SITE };
    expect((await raw(headers, `/graphql?query=${encodeURIComponent(QUERY)}`)).status).toBe(200);
    const stranger = { ...headers, origin: 'https://evil.example.com' };
    expect((await raw(stranger, `/graphql?query=${encodeURIComponent(QUERY)}`)).status).toBe(403);
  });

  test('executes nothing but queries', async () => {
    const answer = await byGet('mutation { nothing }');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.json()).not.toHaveProperty('data.nothing');
    const named = await fetch(
      `${graphql}?operationName=B&query=${encodeURIComponent('query A { __typename } mutation B { __typename }')}`,
    );
    expect(named.status).toBeGreaterThanOrEqual(400);
  });

  test('without a query says so', async () => {
    const answer = await fetch(graphql);
    expect(answer.status).toBe(400);
  });
});

describe('POST /graphql', () => {
  test.each([
    ['text/plain', JSON.stringify({ query: QUERY })],
    ['text/plain;charset=UTF-8', JSON.stringify({ query: QUERY })],
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(QUERY)}`],
    [
      'multipart/form-data; boundary=x',
      `--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n${QUERY}\r\n--x--`,
    ],
    ['', JSON.stringify({ query: QUERY })],
  ])('executes nothing that comes as %p, as a form of another site could send it', async (type, body) => {
    const before = operations();
    const answer = await fetch(graphql, {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from(body),
    });
    expect([400, 415]).toContain(answer.status);
    expect(operations()).toBe(before);
  });

  test('refuses a body of more than 256 KB with 413, and reads one that just fits', async () => {
    const ofSize = (bytes: number) => {
      const body = JSON.stringify({ query: QUERY, extensions: { filler: '' } });
      return body.replace('""', `"${'a'.repeat(bytes - body.length)}"`);
    };
    expect((await byPost(ofSize(256 * 1024))).status).toBe(200);
    expect((await byPost(ofSize(256 * 1024 + 1))).status).toBe(413);
  });

  test('refuses several operations in one body', async () => {
    const before = operations();
    const answer = await byPost(JSON.stringify([{ query: QUERY }, { query: QUERY }]));
    expect(answer.status).toBe(400);
    expect(operations()).toBe(before);
  });

  test('tells errors with a code of the list, and never a stack', async () => {
    const bodies = [
      '{',
      '[]',
      '{}',
      '{"query": 1}',
      '{"query": "{"}',
      '{"query": "{ nothing }"}',
      '{"query": "{ device(id: \\"malformed\\") { id } }"}',
      '{"query": "query A { __typename }", "operationName": "B"}',
      '{"query": "{ __typename }", "operationName": "B"}',
      '{"query": "{ devices(first: 0) { nodes { id } } }"}',
      '{"query": "{ devices(after: \\"garbage\\") { nodes { id } } }"}',
      '{"query": "query A($first: Int!) { devices(first: $first) { nodes { id } } }", "variables": {"first": "x"}}',
      '{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}}',
    ];
    const codes: unknown[] = [];
    for (const body of bodies) {
      const text = await (await byPost(body)).text();
      expect([body, /\bat .+:\d+:\d+|node_modules|\.ts\b|\.js\b|stacktrace/.exec(text)]).toEqual([
        body,
        null,
      ]);
      codes.push(JSON.parse(text).errors[0].extensions.code);
    }
    expect(codes).toEqual([
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'GRAPHQL_PARSE_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'PERSISTED_QUERY_NOT_FOUND',
    ]);
  });
});

describe('a request', () => {
  test('has its id in the answer: its own, where a log line can hold it', async () => {
    const id = async (given: string) =>
      (await byGet(QUERY, { 'x-request-id': given })).headers.get('x-request-id');
    expect(await id('run-42')).toBe('run-42');
    expect(await id('a b"c')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await id('a'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('from a page of a listed origin may be read there, also ahead of the request itself', async () => {
    const ahead = await fetch(graphql, {
      method: 'OPTIONS',
      headers: { origin: SITE, 'access-control-request-method': 'POST' },
    });
    expect(ahead.status).toBe(204);
    expect(ahead.headers.get('access-control-allow-origin')).toBe(SITE);
    expect(ahead.headers.get('access-control-allow-headers')).toMatch(/authorization.*content-type/);
    const answer = await byPost(JSON.stringify({ query: QUERY }), { origin: SITE });
    expect(answer.headers.get('access-control-allow-origin')).toBe(SITE);
    expect(answer.headers.get('vary')).toContain('origin');
  });

  test.each(['https://evil.example.com', `${SITE}.evil.example.com`, 'http://dashboard.example.com', 'null'])(
    'from a page of %s may not',
    async (origin) => {
      const answer = await byPost(JSON.stringify({ query: QUERY }), { origin });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    },
  );
});

describe('the paths of operators', () => {
  const get = async (target: string) => {
    const answer = await fetch(service.url + target);
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };

  test('/health/live says that the process lives', async () => {
    expect(await get('/health/live')).toMatchObject({ status: 200, text: '{"live":true}' });
  });

  test('/health/ready names a vendor in trouble, and stays ready', async () => {
    const { faults } = service.simulators.everyware;
    faults.add({ kind: 'status', status: 503, body: 'planted-secret' });
    await service.query(QUERY, { headers: { 'cache-control': 'no-cache' } });
    const { status, text } = await get('/health/ready');
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        ready: true,
        phase: 'serving',
        store: 'ok',
        degraded: [{ account: 'everyware', lastError: expect.stringContaining('503'), circuit: 'CLOSED' }],
      },
    ]);
    expect(text).not.toContain('planted-secret');
    faults.clear();
    await service.query(QUERY, { headers: { 'cache-control': 'no-cache' } });
    expect(JSON.parse((await get('/health/ready')).text)).toMatchObject({ degraded: [] });
  });

  test('/metrics counts vendor calls by account, route and outcome, under the names that were promised', async () => {
    await service.query(QUERY);
    const { status, type, text } = await get('/metrics');
    expect([status, type]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(text).toMatch(
      /^drawbridge_vendor_calls_total\{account="rms",route="GET \/devices",outcome="ok"\} [1-9]\d*$/m,
    );
    expect(text).toMatch(/^drawbridge_active_subscriptions 0$/m);
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '');
    expect(names.filter((name) => !name.startsWith('drawbridge_'))).toEqual([]);
  });

  test('/schema.graphql is the schema', async () => {
    const { status, text } = await get('/schema.graphql');
    expect(status).toBe(200);
    expect(text).toContain('type Device implements Node');
  });

  test('other paths are 404 and tell nothing', async () => {
    for (const target of [
      '/nothing',
      '/graphql/x',
      '/playground/../package.json',
      '/playground/%2e%2e/manifest.json',
    ]) {
      expect([target, (await get(target)).status]).toEqual([target, 404]);
    }
  });
});

test('without its store the service is not ready, and still answers what needs none', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const file = path.join(folder, 'store.db');
  const own = await startTestService({ simulators: { devices: 3 }, env: { DATABASE_URL: `file:${file}` } });
  const ready = async () => (await fetch(`${own.url}/health/ready`)).status;
  expect(await ready()).toBe(200);
  // Another program that holds the file for itself: as a full disk, it lets nothing be written.
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  expect(await ready()).toBe(503);
  expect(await own.query(QUERY)).toEqual({ data: { fleet: { totalDevices: 3 } } });
  other.exec('ROLLBACK');
  other.close();
  expect(await ready()).toBe(200);
  await own.close();
  await rm(folder, { recursive: true });
});
