import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Client, createClient } from 'graphql-sse';
import { addService, as, closeSession, createLink, type Graph, tokensFile } from '../links/asking';
import { Following } from '../support/following';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService } from '../support/service';

const FOLLOW = `subscription ($ids: [ID!]!) { sessionExpiry(sessionIds: $ids) { type session { id status } } }`;
const EVENTS = { accept: 'text/event-stream' };

let service: TestService;
let clock: ManualClock;
let folder: string;
let clients: Client[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  clock = new ManualClock();
  clients = [];
  const callers = tokensFile(path.join(folder, 'tokens.json'), [
    { subject: 'app' },
    { subject: 'nobody', scopes: [] },
  ]);
  service = await startTestService({ clock, simulators: { devices: 3 }, env: callers });
});

afterEach(async () => {
  for (const client of clients) client.dispose();
  await service?.close();
  await rm(folder, { recursive: true });
});

function client(subject = 'app'): Client {
  const made = createClient({ url: `${service.url}/graphql`, headers: as(subject), retryAttempts: 0 });
  clients.push(made);
  return made;
}

const asApp: Graph = {
  query: (query, options = {}) => service.query(query, { ...options, headers: as('app') }),
};

const link = async () =>
  (await createLink(service, addService(service.simulators).access, {}, as('app'))).session.id;

function follow(query: string, variables: Record<string, unknown> = {}, subject = 'app'): Following {
  const following = new Following();
  following.leave = client(subject).subscribe({ query, variables }, following.sink);
  return following;
}

/** A stream as it is on the wire. */
async function stream(target: string, init: RequestInit = {}) {
  const response = await fetch(`${service.url}/graphql${target}`, {
    ...init,
    headers: { ...as('app'), ...EVENTS, ...init.headers },
  });
  let reader: ReadableStreamDefaultReader<string> | undefined;
  let text = '';
  /** The next event, or the next comment. */
  const read = async (): Promise<string> => {
    reader ??= response.body?.pipeThrough(new TextDecoderStream()).getReader();
    while (!text.includes('\n\n')) text += (await reader?.read())?.value ?? '(over)\n\n';
    const end = text.indexOf('\n\n') + 2;
    const block = text.slice(0, end);
    text = text.slice(end);
    return block;
  };
  return { response, read, cancel: () => reader?.cancel() ?? response.body?.cancel() };
}

const byPost = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  stream('', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

const byGet = (parameters: Record<string, string>, headers: Readonly<Record<string, string>> = {}) =>
  stream(`?${new URLSearchParams(parameters)}`, { headers });

const open = async () =>
  /^drawbridge_transport_subscriptions\{transport="sse"\} (\d+)$/m.exec(
    await (await fetch(`${service.url}/metrics`)).text(),
  )?.[1];

test('a link is told as it stands, and closed, and then the stream completes', async () => {
  const id = await link();
  const events = follow(FOLLOW, { ids: [id] });
  expect(await events.next()).toEqual({ type: 'CURRENT', session: { id, status: 'ACTIVE' } });
  expect(await open()).toBe('1');
  await closeSession(asApp, id);
  expect(await events.next()).toEqual({ type: 'CLOSED', session: { id, status: 'CLOSED' } });
  expect(await events.end).toBeUndefined();
  expect(await open()).toBe('0');
});

test('what is on the wire are events of the protocol, which no proxy keeps', async () => {
  const { response, read } = await byPost({ query: '{ viewer { subject } }' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('cache-control')).toContain('no-cache');
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  expect(await read()).toBe('event: next\ndata: {"data":{"viewer":{"subject":"app"}}}\n\n');
  expect(await read()).toBe('event: complete\ndata: \n\n');
  expect(await read()).toBe('(over)\n\n');
});

test('a GET follows too, and changes nothing', async () => {
  const id = await link();
  const { read, cancel } = await byGet({ query: FOLLOW, variables: JSON.stringify({ ids: [id] }) });
  expect(await read()).toBe(':\n\n');
  expect(await read()).toContain('"type":"CURRENT"');
  await cancel();
  const close = `mutation { closeSession(id: "${id}") { session { id } } }`;
  expect((await byGet({ query: close })).response.status).toBe(405);
  expect(await asApp.query(`{ session(id: "${id}") { status } }`)).toMatchObject({
    data: { session: { status: 'ACTIVE' } },
  });
});

test.each([
  ['a syntax error', '{ viewer', 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ['no operation at all', '', 'BAD_USER_INPUT'],
])('%s is told in the stream', async (_, query, code) => {
  const { response, read } = await byPost({ query });
  expect(response.status).toBe(200);
  expect(await read()).toContain(`"code":"${code}"`);
  expect(await read()).toBe('event: complete\ndata: \n\n');
});

test('a link that nobody knows, and a scope that is missing, are told in the stream', async () => {
  expect(await follow(FOLLOW, { ids: ['remoteit:session:nothing'] }).next()).toMatchObject({
    errors: [{ extensions: { code: 'NOT_FOUND' } }],
  });
  expect(await follow(FOLLOW, { ids: ['remoteit:session:nothing'] }, 'nobody').next()).toMatchObject({
    errors: [{ extensions: { code: 'FORBIDDEN' } }],
  });
});

test('who is not known is refused with 401', async () => {
  const { response } = await byPost({ query: '{ viewer { subject } }' }, as('stranger'));
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
});

test('a page of another site opens no stream', async () => {
  expect(
    (await byGet({ query: '{ viewer { subject } }' }, { origin: 'https://evil.example.com' })).response
      .status,
  ).toBe(403);
});

test('who takes JSON as well gets events for a subscription only', async () => {
  const accept = 'application/graphql-response+json, application/json, text/event-stream, multipart/mixed';
  const type = async (query: string) => {
    const { response, cancel } = await byPost({ query }, { accept });
    await cancel();
    return response.headers.get('content-type');
  };
  expect(await type('subscription { sessionExpiry { type } }')).toContain('text/event-stream');
  expect(await type('{ viewer { subject } }')).toContain('json');
});

test('a silent stream is kept alive, and a client that goes ends its subscription', async () => {
  const id = await link();
  const { read, cancel } = await byPost({ query: FOLLOW, variables: { ids: [id] } });
  expect(await read()).toBe(':\n\n');
  expect(await read()).toContain('CURRENT');
  clock.advance(20_000);
  expect(await read()).toBe(':\n\n');
  await cancel();
  while ((await open()) !== '0') await new Promise((resolve) => setImmediate(resolve));
});

test('when the service stops the stream ends without being complete: clients connect again', async () => {
  const id = await link();
  const events = follow(FOLLOW, { ids: [id] });
  await events.next();
  await service.close();
  expect(await events.end).toMatchObject({ name: 'NetworkError' });
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  'what a form of another site can send, %s, is not read here either',
  async (type) => {
    const { response } = await stream('', {
      method: 'POST',
      body: JSON.stringify({ query: '{ viewer { subject } }' }),
      headers: { 'content-type': type },
    });
    expect(response.status).toBe(415);
    await response.body?.cancel();
  },
);
