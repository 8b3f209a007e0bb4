import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import Fastify from 'fastify';
import { namesLoopback } from '../../src/server/loopback-only';
import { CONNECTION_LIMITS, connectionOptions, limitConnections } from '../../src/server/request-rules';
import { bearer, type CallersFile, callersFile } from '../support/callers';
import { ManualClock } from '../support/manual-clock';
import { RawSocket } from '../support/raw-socket';
import { startTestService, type TestService } from '../support/service';

let callers: CallersFile;
let service: TestService;
const clock = new ManualClock(Date.now());

beforeAll(async () => {
  callers = await callersFile({ ana: {} });
  service = await startTestService({ simulators: { devices: 3 }, env: callers.env, clock });
});

afterAll(async () => {
  await service?.close();
  await callers?.remove();
});

const ask = (query: string, headers: Record<string, string>, url = service.url) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });

/** A request with a host of its own choice. */
function raw(
  url: string,
  host: string,
  path = '/graphql?query={__typename}',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: new URL(url).port, path, headers: { host } },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          body += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      },
    );
    sent.on('error', reject).end();
  });
}

describe('who is not let in', () => {
  test.each([
    '{ __typename }',
    '{ _service { sdl } }',
    '{ __schema { queryType { name } } }',
    '{ _entities(representations: []) { __typename } }',
    '{',
  ])('asks for nothing, not even %s', async (query) => {
    const answer = await ask(query, { authorization: 'Bearer planted-secret' });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const { errors } = (await answer.json()) as { errors: { extensions: unknown }[] };
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'UNAUTHENTICATED', requestId: answer.headers.get('x-request-id') },
    ]);
  });

  test('leaves a line in the log with the id of the request, without the token, and no more than somebody reads', async () => {
    clock.advance(60_000);
    const lines = () => service.log.filter((line) => line.includes('a caller was not let in'));
    const before = lines().length;
    for (let count = 0; count < 80; count += 1) {
      await ask('{ __typename }', { authorization: 'Bearer planted-secret', 'x-request-id': `try-${count}` });
    }
    expect(lines().length - before).toBe(60);
    expect(JSON.parse(lines()[before] ?? '{}')).toMatchObject({
      level: 'warn',
      requestId: 'try-0',
      status: 401,
    });
    clock.advance(1000);
    await ask('{ __typename }', {});
    expect(JSON.parse(lines().at(-1) ?? '{}')).toMatchObject({ unlogged: 20 });
    expect(service.log.join()).not.toContain('planted-secret');
  });
});

test('a token that cannot be checked just now is 503 with the time to wait: the caller need not drop it', async () => {
  const broken = createServer((_, response) => response.writeHead(500).end()).listen(0, '127.0.0.1');
  await once(broken, 'listening');
  const own = await startTestService({
    simulators: { devices: 3 },
    env: {
      AUTH_DISABLED: '0',
      AUTH_JWKS_URL: `http://127.0.0.1:${(broken.address() as AddressInfo).port}/keys`,
      AUTH_ISSUER: 'https://login.example.com/',
      AUTH_AUDIENCE: 'drawbridge',
    },
  });
  const header = Buffer.from('{"alg":"ES256","kid":"one"}').toString('base64url');
  const answer = await ask('{ __typename }', { authorization: `Bearer ${header}.e30.AAAA` }, own.url);
  expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('www-authenticate')]).toEqual([
    503,
    '5',
    null,
  ]);
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  await own.close();
  broken.close();
});

test('callers that are written into the file of a running service are let in, and those taken out are not', async () => {
  const file = await callersFile({ ana: {} });
  const own = await startTestService({ simulators: { devices: 3 }, env: file.env });
  const status = async (caller: string) => (await ask('{ __typename }', bearer(caller), own.url)).status;
  expect([await status('ana'), await status('ben')]).toEqual([200, 401]);
  file.write({ ben: {} });
  while (!own.log.some((line) => line.includes('the list of callers has changed'))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([await status('ana'), await status('ben')]).toEqual([401, 200]);
  await own.close();
  await file.remove();
});

describe('where everyone is let in, only this machine is served by its own names', () => {
  let open: TestService;

  beforeAll(async () => {
    open = await startTestService({ simulators: { devices: 3 } });
  });

  afterAll(() => open?.close());

  test.each(['127.0.0.1', 'localhost', 'LOCALHOST:4000', '[::1]:4000', 'drawbridge.localhost', '127.8.9.1'])(
    '%s',
    async (host) => {
      expect((await raw(open.url, host)).status).toBe(200);
    },
  );

  test.each([
    'evil.example.com',
    'localhost.evil.example.com',
    '127.0.0.1.evil.example.com',
    '10.0.0.1',
    '127.0.0.1@evil.example.com',
    '[::2]',
  ])('not %s, to which a page of another site may have pointed its name', async (host) => {
    for (const path of ['/graphql?query={__typename}', '/graphql', '/schema.graphql', '/metrics']) {
      expect((await raw(open.url, host, path)).status).toBe(421);
    }
    await expect(RawSocket.open(open.url, { headers: { host } })).rejects.toThrow('421');
  });

  test('where callers have tokens any name is served', async () => {
    expect((await raw(service.url, 'graph.example.com')).status).toBe(401);
    expect(namesLoopback('graph.example.com')).toBe(false);
  });
});

describe('connections', () => {
  const build = () => {
    const fastify = Fastify(connectionOptions());
    limitConnections(fastify);
    fastify.post('/graphql', async () => 'never');
    return fastify;
  };

  test('a request that is not there within 15 s is cut, at its headers or at its body', () => {
    const { server } = build();
    const { checkEveryMs } = CONNECTION_LIMITS;
    expect(server.requestTimeout + checkEveryMs).toBeLessThanOrEqual(15_000);
    expect(server.headersTimeout + checkEveryMs).toBeLessThanOrEqual(15_000);
    expect(server.requestTimeout).toBeGreaterThan(0);
    expect(server.headersTimeout).toBeGreaterThan(0);
    expect(server.maxConnections).toBe(CONNECTION_LIMITS.connections);
    expect(server.maxHeadersCount).toBe(CONNECTION_LIMITS.headers);
  });

  test('a slow one is really cut', async () => {
    const fastify = build();
    fastify.server.headersTimeout = 100;
    fastify.server.requestTimeout = 100;
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((fastify.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\ncontent-type: application/json\r\n\r\n{',
    );
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    await once(socket, 'close');
    expect(Buffer.concat(chunks).toString()).toContain('408');
    await fastify.close();
  });

  test('the service itself keeps to them', async () => {
    const { port } = new URL(service.url);
    const sent = (headers: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.once('data', (bytes) => {
          resolve(String(bytes));
          socket.destroy();
        });
        socket.write(`GET /graphql?query={__typename} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`);
      });
    const many = (count: number) =>
      `${'x-filler: 1\r\n'.repeat(count)}authorization: ${bearer('ana').authorization}\r\n`;
    const answer = await sent(many(90));
    expect(answer).toContain('HTTP/1.1 200');
    expect(answer).toMatch(/keep-alive: timeout=65, max=10000/i);
    // What comes behind the hundredth is not there.
    expect(await sent(many(110))).toContain('HTTP/1.1 401');
  });

  test('headers of more than 16 KB are refused', async () => {
    const answer = await ask('{ __typename }', { ...bearer('ana'), 'x-filler': 'a'.repeat(17_000) });
    expect(answer.status).toBe(431);
  });
});
