import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearer, type CallersFile, callersFile, tokenOf } from '../support/callers';
import { startIssuer } from '../support/issuer';
import { RawSocket } from '../support/raw-socket';
import { type FakeRouter, startFakeRouter } from '../support/router';
import { startTestService, type TestService } from '../support/service';

const FOLLOW = 'subscription { deviceStatusChanged { status } }';

let callers: CallersFile;
let router: FakeRouter;
let service: TestService;

beforeAll(async () => {
  callers = await callersFile({ ana: {}, ben: {} });
  router = await startFakeRouter();
  service = await startTestService({
    simulators: { devices: 6 },
    env: { ...callers.env, CALLER_STREAMS: '3', CALLBACK_ORIGINS: router.origin },
  });
});

afterAll(async () => {
  await service?.close();
  await router?.close();
  await callers?.remove();
});

/** What a metric without labels, or one with those that are given, says; 0 where it says nothing yet. */
async function metric(name: string, { url } = service): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  return Number(
    lines
      .find((line) => line.startsWith(`drawbridge_${name} `))
      ?.split(' ')
      .at(-1) ?? 0,
  );
}

const OPENED = 'operations_total{operation_type="subscription",outcome="ok"}';
const open = (transport: string, of = service) =>
  metric(`transport_subscriptions{transport="${transport}"}`, of);

const post = (caller: string, accept: string, body: object, signal?: AbortSignal) =>
  fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...bearer(caller) },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });

const EVENTS = 'text/event-stream';

/** Sends a request, and leaves once `under way` resolves, before it is answered; resolves once the service knows. */
async function leaveEarly(
  url: string,
  headers: Record<string, string>,
  query: string,
  underWay: () => Promise<void>,
): Promise<void> {
  const sent = request(`${url}/graphql`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const closed = new Promise((resolve) => sent.on('error', () => {}).once('close', resolve));
  sent.end(JSON.stringify({ query }));
  await underWay();
  sent.destroy();
  await closed;
  // What comes over another connection afterwards is read afterwards.
  for (let time = 0; time < 3; time += 1) await fetch(`${url}/health/live`);
}

test('a caller holds so many streams and callbacks as may be, one more is 429, and one that is over makes room', async () => {
  const leaving = [new AbortController(), new AbortController()];
  const streams = await Promise.all(
    leaving.map(({ signal }) => post('ana', EVENTS, { query: FOLLOW }, signal)),
  );
  expect(streams.map(({ status }) => status)).toEqual([200, 200]);
  expect(streams[0]?.headers.get('ratelimit')).toMatch(/"operations";r=\d+;t=\d+/);
  const subscription = {
    callbackUrl: router.callbackUrl,
    subscriptionId: 'one',
    verifier: 'v',
    heartbeatIntervalMs: 0,
  };
  const byCallback = (caller: string) =>
    post(caller, 'application/json;callbackSpec=1.0', { query: FOLLOW, extensions: { subscription } });
  expect(await (await byCallback('ana')).json()).toEqual({ data: null });

  for (const refused of [await post('ana', EVENTS, { query: FOLLOW }), await byCallback('ana')]) {
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(refused.headers.get('ratelimit')).toMatch(/"operations";r=\d+/);
    expect(await refused.json()).toEqual({
      errors: [
        {
          message: expect.stringContaining('3 event streams and callbacks of one caller'),
          extensions: {
            code: 'OPERATION_TOO_EXPENSIVE',
            retryAfterSeconds: 5,
            requestId: refused.headers.get('x-request-id'),
          },
        },
      ],
    });
  }
  const other = new AbortController();
  expect((await post('ben', EVENTS, { query: FOLLOW }, other.signal)).status).toBe(200);
  other.abort();
  expect((await post('ana', 'application/json', { query: '{ viewer { subject } }' })).status).toBe(200);

  leaving[0]?.abort();
  while ((await open('sse')) > 1);
  const again = new AbortController();
  expect((await post('ana', EVENTS, { query: FOLLOW }, again.signal)).status).toBe(200);
  for (const leave of [...leaving, again]) leave.abort();
  while ((await open('sse')) > 0);
});

test('an operation that follows nothing, or is refused, holds no stream', async () => {
  for (let time = 0; time < 5; time += 1) {
    for (const query of ['{ viewer { subject } }', '{', 'subscription { nothing }']) {
      const answer = await post('ben', EVENTS, { query });
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('event: complete')]);
    }
  }
});

test('a stream whose caller has left before it was open is not kept', async () => {
  // In the other one somebody follows devices, which are asked for too.
  const own = await startTestService({ simulators: { devices: 3 }, env: callers.env });
  const { rms } = own.simulators;
  const id = `rms:device:${rms.state.addDevice().id}`;
  const held = rms.faults.add({ kind: 'hold', route: 'GET /devices' });
  const query = `subscription { sessionExpiry(deviceIds: ["${id}"]) { type } }`;
  await leaveEarly(own.url, { accept: EVENTS, ...bearer('ben') }, query, () =>
    rms.calls.reached('GET /devices', 1),
  );
  held.release();
  while ((await metric(OPENED, own)) === 0);
  expect(await open('sse', own)).toBe(0);
  await own.close();
});

test('a socket on which an id is used anew while it is in use leaves no subscription behind', async () => {
  const before = await metric(OPENED);
  const socket = await RawSocket.begin(service.url, { authorization: tokenOf('ben') });
  for (let time = 0; time < 60; time += 1) {
    socket.subscribe('1', FOLLOW);
    socket.send({ type: 'complete', id: '1' });
  }
  socket.subscribe('1', FOLLOW);
  while ((await metric(OPENED)) < before + 61);
  socket.ws.terminate();
  while ((await metric('open_sockets')) > 0);
  expect(await open('websocket')).toBe(0);
});

test('nor does it carry more than a hundred operations that way', async () => {
  const socket = await RawSocket.begin(service.url, { authorization: tokenOf('ben') });
  for (let round = 0; round < 12; round += 1) {
    for (let time = 0; time < 60; time += 1) {
      socket.subscribe(`${round}`, FOLLOW);
      socket.send({ type: 'complete', id: `${round}` });
    }
    socket.subscribe(`${round}`, FOLLOW);
    socket.subscribe(`query ${round}`, '{ viewer { subject } }');
    while (!(await socket.next()).id?.includes(`query ${round}`));
    socket.send({ type: 'complete', id: `${round}` });
  }
  expect(await open('websocket')).toBeLessThanOrEqual(100);
  socket.ws.terminate();
  while ((await metric('open_sockets')) > 0);
});

test('a subscription keeps the variables that it declares, and nothing that was sent beside them', async () => {
  const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
  const socket = await RawSocket.begin(service.url, { authorization: tokenOf('ben') });
  const variables = `{"of": ["SIMULATED"], "none": ${deep}}`;
  const query = 'subscription ($of: [String!]) { deviceStatusChanged(filter: { tag: $of }) { status } }';
  socket.send(
    `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`,
  );
  while ((await open('websocket')) === 0) expect(socket.received.slice(1)).toEqual([]);
  socket.close();
  await socket.closed;
});

test('a caller that leaves while its token is checked does not count as one that runs', async () => {
  const issuer = await startIssuer();
  let asked = (): void => {};
  let release = (): void => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = createServer(async (_, response) => {
    asked();
    await released;
    const keys = await fetch(String(issuer.env['AUTH_JWKS_URL']));
    response.setHeader('content-type', 'application/json').end(await keys.text());
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const own = await startTestService({
    simulators: { devices: 3 },
    env: {
      ...issuer.env,
      AUTH_JWKS_URL: `http://127.0.0.1:${(slow.address() as AddressInfo).port}/keys`,
      CALLER_CONCURRENCY: '1',
    },
  });
  const authorization = `Bearer ${await issuer.token(new Date(Date.now() + 600_000))}`;
  const query = '{ viewer { subject } }';
  await leaveEarly(own.url, { authorization }, query, () => isAsked);
  release();
  while (!own.log.some((line) => line.includes('"msg":"operation"')))
    await new Promise((resolve) => setImmediate(resolve));
  expect(await own.query(query, { headers: { authorization } })).toEqual({
    data: { viewer: { subject: 'ana' } },
  });
  await own.close();
  slow.closeAllConnections();
  await new Promise((resolve) => slow.close(resolve));
  await issuer.close();
});
