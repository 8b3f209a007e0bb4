import { bearer, type CallersFile, callersFile, tokenOf } from '../support/callers';
import { ManualClock } from '../support/manual-clock';
import { RawSocket } from '../support/raw-socket';
import { startTestService, type TestService } from '../support/service';

let callers: CallersFile;
let service: TestService;
const clock = new ManualClock(Date.now());

beforeAll(async () => {
  callers = await callersFile({ ana: {}, ben: {}, carl: {}, dora: {}, emil: {} });
  service = await startTestService({
    simulators: { devices: 6 },
    clock,
    env: {
      ...callers.env,
      CALLER_OPERATIONS_PER_MINUTE: '6',
      CALLER_COST_PER_MINUTE: '60',
      BATCHED_OPERATIONS: '10',
    },
  });
});

afterAll(async () => {
  await service?.close();
  await callers?.remove();
});

const post = (body: unknown, caller: string) =>
  fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(caller) },
    body: JSON.stringify(body),
  });

const ME = { query: '{ viewer { subject } }' };

const codeOf = async (answer: Response) => {
  const { errors } = (await answer.json()) as { errors: { extensions: Record<string, unknown> }[] };
  return errors[0]?.extensions;
};

test('a caller that asks too often gets 429 with the time to wait, and what is left with each answer', async () => {
  const first = await post(ME, 'ana');
  expect([first.status, first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual([
    200,
    '"operations";q=6;w=60, "cost";q=60;w=60',
    '"operations";r=5;t=10, "cost";r=60;t=0',
  ]);
  for (let count = 0; count < 5; count += 1) expect((await post(ME, 'ana')).status).toBe(200);
  const refused = await post(ME, 'ana');
  expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('ratelimit')]).toEqual([
    429,
    '10',
    '"operations";r=0;t=60, "cost";r=60;t=0',
  ]);
  expect(await codeOf(refused)).toEqual({
    code: 'OPERATION_TOO_EXPENSIVE',
    retryAfterSeconds: 10,
    requestId: refused.headers.get('x-request-id'),
  });
  expect((await post(ME, 'ben')).status).toBe(200);
  clock.advance(10_000);
  expect((await post(ME, 'ana')).status).toBe(200);
});

test('a socket and an event stream count as any other way in', async () => {
  const socket = await RawSocket.begin(service.url, { authorization: tokenOf('emil') });
  for (let id = 1; id <= 5; id += 1) {
    socket.subscribe(String(id), ME.query);
    expect(await socket.next()).toMatchObject({ id: String(id), type: 'next' });
    expect(await socket.next()).toMatchObject({ id: String(id), type: 'complete' });
  }
  const asEvents = () =>
    fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer('emil') },
      body: JSON.stringify(ME),
    });
  expect((await asEvents()).status).toBe(200);
  const refused = await asEvents();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  socket.subscribe('6', ME.query);
  expect(await socket.next()).toMatchObject({
    id: '6',
    type: 'error',
    payload: [{ extensions: { code: 'OPERATION_TOO_EXPENSIVE', retryAfterSeconds: 10 } }],
  });
  socket.close();
});

test('a list of operations counts as many', async () => {
  expect((await post([ME, ME, ME, ME], 'dora')).status).toBe(200);
  const refused = await post([ME, ME, ME], 'dora');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  expect(service.log.some((line) => line.includes('a request was refused') && line.includes('429'))).toBe(
    true,
  );
});

test('a caller that asks for too much gets 429 too, before any vendor is asked', async () => {
  const page = { query: '{ devices(first: 500) { nodes { vpnStatus { connected } } } }' };
  const before = service.simulators.rms.calls.total;
  expect((await post(page, 'carl')).status).toBe(200);
  const asked = service.simulators.rms.calls.total;
  expect(asked).toBeGreaterThan(before);
  const refused = await post(page, 'carl');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  expect(await codeOf(refused)).toMatchObject({ code: 'OPERATION_TOO_EXPENSIVE', retryAfterSeconds: 60 });
  expect(service.simulators.rms.calls.total).toBe(asked);
});

test('no more operations of a caller run at once than may, and those that are over make room', async () => {
  const own = await startTestService({
    simulators: { devices: 6 },
    env: { ...callers.env, CALLER_OPERATIONS_PER_MINUTE: '0', CALLER_CONCURRENCY: '2' },
  });
  const ask = (query: string) => own.query(query, { headers: bearer('ben') });
  const held = own.simulators.rms.faults.add({ kind: 'hold' });
  const slow = ['a', 'b'].map((name) => ask(`{ ${name}: devices(first: 1) { nodes { id } } }`));
  let refused = await ask('{ viewer { subject } }');
  while (refused.errors === undefined) refused = await ask('{ viewer { subject } }');
  expect(refused.errors[0]?.extensions).toMatchObject({
    code: 'OPERATION_TOO_EXPENSIVE',
    retryAfterSeconds: 1,
  });
  held.release();
  await Promise.all(slow);
  expect(await ask('{ viewer { subject } }')).toEqual({ data: { viewer: { subject: 'ben' } } });
  await own.close();
});
