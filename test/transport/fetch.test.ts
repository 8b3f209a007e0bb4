import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { openFetch } from '../../src/transport/fetch';
import { startTlsFront } from '../support/tls-front';

/** What a vendor was asked: method and target, as they came. */
let asked: string[];
let answer: RequestListener;
let close: () => Promise<void>;
let baseUrl: string;

const listener: RequestListener = (request, response) => {
  asked.push(`${request.method} ${request.url}`);
  answer(request, response);
};

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return (server.address() as AddressInfo).port;
}

beforeEach(async () => {
  asked = [];
  answer = (_, response) => response.setHeader('content-type', 'application/json').end('{"data":1}');
  baseUrl = `http://127.0.0.1:${await listen(createServer(listener))}/api`;
});

afterEach(() => close());

const ENDPOINT = { method: 'GET', path: '/devices/{id}/links', permission: 'none' } as const;

async function send(id: string, base = baseUrl) {
  const fetch = openFetch({ baseUrl: base, timeoutMs: 2000, connections: 1 });
  try {
    return await fetch.send(
      { endpoint: ENDPOINT, params: { id } },
      { authorization: 'Bearer planted' },
      new AbortController().signal,
    );
  } finally {
    await fetch.close();
  }
}

describe('an id', () => {
  test.each([
    ['../../admin', '..%2F..%2Fadmin'],
    ['..%2f..%2fadmin', '..%252f..%252fadmin'],
    ['..\\admin', '..%5Cadmin'],
    ['a/b', 'a%2Fb'],
    ['a%2fb', 'a%252fb'],
    ['a\r\nhost: evil', 'a%0D%0Ahost%3A%20evil'],
    ['a\u0000b', 'a%00b'],
    ['a?x=1#y', 'a%3Fx%3D1%23y'],
    ['//evil.example.com/', '%2F%2Fevil.example.com%2F'],
    ['@evil.example.com', '%40evil.example.com'],
    ['{id}', '%7Bid%7D'],
    ['$&', '%24%26'],
  ])('%j stays one segment of its path', async (id, segment) => {
    expect(await send(id)).toMatchObject({ status: 200, body: { data: 1 } });
    expect(asked).toEqual([`GET /api/devices/${segment}/links`]);
  });

  test.each(['', '.', '..', '%2e', '%2E%2e', '.%2e'])('that is no segment, %j, asks nobody', async (id) => {
    await expect(send(id)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(asked).toEqual([]);
  });
});

describe('an answer', () => {
  const MEGABYTE = 1024 * 1024;

  test('with a redirect is not followed', async () => {
    answer = (_, response) => response.writeHead(302, { location: `${baseUrl}/elsewhere` }).end();
    expect(await send('1')).toMatchObject({ unreadable: expect.stringContaining('redirect') });
    expect(asked).toHaveLength(1);
  });

  test('of more than 10 MB is given up, also where it is small on its way', async () => {
    const large = `{"data":"${'x'.repeat(11 * MEGABYTE)}"}`;
    const zipped = gzipSync(large);
    expect(zipped.length).toBeLessThan(MEGABYTE);
    for (const [headers, body] of [
      [{}, large],
      [{ 'content-encoding': 'gzip' }, zipped],
    ] as const) {
      answer = (_, response) =>
        response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
      expect(await send('1')).toMatchObject({ unreadable: expect.stringContaining('larger than 10 MB') });
    }
  });

  test.each(['text/html', 'application/xml', 'image/png'])('of the type %s is none', async (type) => {
    answer = (_, response) => response.setHeader('content-type', type).end('{"data":1}');
    expect(await send('1')).toMatchObject({ unreadable: expect.stringContaining('no JSON') });
  });
});

test('a certificate that nobody vouches for is refused before anything is sent', async () => {
  const front = await startTlsFront('self-signed', baseUrl);
  await expect(send('1', front.url)).rejects.toMatchObject({
    code: 'VENDOR_UNAVAILABLE',
    message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
    unsent: true,
  });
  await front.close();
  expect(asked).toEqual([]);
});
