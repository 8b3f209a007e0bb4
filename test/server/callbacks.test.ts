import { addService, closeSession, createLink } from '../links/asking';
import { ManualClock } from '../support/manual-clock';
import { type FakeRouter, startFakeRouter } from '../support/router';
import { startTestService, type TestService } from '../support/service';

const FOLLOW =
  'subscription ($ids: [ID!]!) { sessionExpiry(sessionIds: $ids) { type session { id status } } }';
const BY_CALLBACK = { accept: 'application/json;callbackSpec=1.0' };

let service: TestService;
let clock: ManualClock;
let router: FakeRouter;

beforeEach(async () => {
  clock = new ManualClock();
  router = await startFakeRouter();
  service = await startTestService({
    clock,
    simulators: { devices: 3 },
    env: { CALLBACK_ORIGINS: `http://router.example.com:4000,${router.origin}` },
  });
});

afterEach(async () => {
  await service?.close();
  await router.close();
});

const link = async () => (await createLink(service, addService(service.simulators).access)).session.id;

async function subscribe(
  query: string,
  ids: readonly string[],
  target: Readonly<Record<string, unknown>> = {},
) {
  const subscription = {
    callbackUrl: router.callbackUrl,
    subscriptionId: 'one',
    verifier: 'secret of the router',
    heartbeatIntervalMs: 5_000,
    ...target,
  };
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...BY_CALLBACK },
    body: JSON.stringify({ query, variables: { ids }, extensions: { subscription } }),
  });
  return { response, body: await response.json() };
}

const OURS = { kind: 'subscription', id: 'one', verifier: 'secret of the router' };

const open = async () =>
  /^drawbridge_transport_subscriptions\{transport="callback"\} (\d+)$/m.exec(
    await (await fetch(`${service.url}/metrics`)).text(),
  )?.[1];

async function isOver(): Promise<void> {
  while ((await open()) !== '0') await new Promise((resolve) => setImmediate(resolve));
}

test('the router is asked, answered, told what happens, and told when it is over', async () => {
  const id = await link();
  const { response, body } = await subscribe(FOLLOW, [id]);
  expect(await router.told()).toEqual({ ...OURS, action: 'check' });
  expect(response.status).toBe(200);
  expect(response.headers.get('subscription-protocol')).toBe('callback/1.0');
  expect(body).toEqual({ data: null });
  expect(await router.told()).toEqual({
    ...OURS,
    action: 'next',
    payload: { data: { sessionExpiry: { type: 'CURRENT', session: { id, status: 'ACTIVE' } } } },
  });
  await closeSession(service, id);
  expect(await router.told()).toMatchObject({
    action: 'next',
    payload: { data: { sessionExpiry: { type: 'CLOSED' } } },
  });
  expect(await router.told()).toEqual({ ...OURS, action: 'complete' });
  await isOver();
  for (const headers of router.headers) expect(headers['subscription-protocol']).toBe('callback/1.0');
});

test('a router that does not know the subscription gets none', async () => {
  router.statuses = [404];
  const { response, body } = await subscribe(FOLLOW, [await link()]);
  expect(response.status).toBe(400);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(await open()).toBe('0');
});

test('a router that redirects is not followed', async () => {
  router.statuses = [307];
  expect((await subscribe(FOLLOW, [await link()])).response.status).toBe(400);
  expect(router.headers).toHaveLength(1);
});

test.each([
  ['of another origin', { callbackUrl: 'http://169.254.169.254/callback' }, 'POLICY_VIOLATION'],
  [
    'of the right host and another port',
    { callbackUrl: 'http://router.example.com/callback' },
    'POLICY_VIOLATION',
  ],
  ['with a user', { callbackUrl: 'http://a:b@router.example.com:4000/callback' }, 'POLICY_VIOLATION'],
  ['that is none', { callbackUrl: 'callback' }, 'POLICY_VIOLATION'],
  ['that is missing', { callbackUrl: undefined }, 'BAD_USER_INPUT'],
])('a callback URL %s is never called', async (_, target, code) => {
  const { response, body } = await subscribe(FOLLOW, [await link()], target);
  expect(response.status).toBe(400);
  expect(body).toMatchObject({ errors: [{ extensions: { code } }] });
  expect(router.headers).toHaveLength(0);
});

test('what is not valid is refused before anybody is called', async () => {
  const { response, body } = await subscribe('subscription { nothing }', []);
  expect(response.status).toBe(400);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
  expect(router.headers).toHaveLength(0);
});

test('what is refused when it begins is an error of the answer', async () => {
  const { body } = await subscribe(FOLLOW, ['remoteit:session:nothing']);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
});

test('a query of a router is answered as any other', async () => {
  const { response, body } = await subscribe('{ viewer { subject } }', []);
  expect(response.status).toBe(200);
  expect(body).toEqual({ data: { viewer: { subject: 'anonymous' } } });
  expect(router.headers).toHaveLength(0);
});

describe('a subscription that lives', () => {
  async function follow(): Promise<string> {
    const id = await link();
    await subscribe(FOLLOW, [id]);
    for (const action of ['check', 'next']) expect(await router.told()).toMatchObject({ action });
    return id;
  }

  test('says so as often as the router wants to hear it', async () => {
    await follow();
    clock.advance(4_999);
    await open();
    expect(router.headers).toHaveLength(2);
    clock.advance(1);
    for (let beat = 0; beat < 3; beat += 1) {
      expect(await router.told()).toEqual({ ...OURS, action: 'check' });
      // Its answer has to be back before the next one is due.
      await open();
      clock.advance(5_000);
    }
    expect(await open()).toBe('1');
  });

  test('ends where the router does not know it any more', async () => {
    await follow();
    router.statuses = [404];
    clock.advance(5_000);
    expect(await router.told()).toMatchObject({ action: 'check' });
    await isOver();
  });

  test('an event that the router could not take is sent again', async () => {
    const id = await follow();
    router.statuses = [503, 204];
    await closeSession(service, id);
    expect(await router.told()).toMatchObject({ action: 'next' });
    while (router.headers.length < 4) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await router.told()).toMatchObject({
      action: 'next',
      payload: { data: { sessionExpiry: { type: 'CLOSED' } } },
    });
    expect(await router.told()).toMatchObject({ action: 'complete' });
  });

  test('is told as over, with an error, when the service stops', async () => {
    await follow();
    await service.close();
    expect(await router.told()).toMatchObject({
      action: 'complete',
      errors: [{ message: expect.stringContaining('subscribe again'), extensions: { retryable: true } }],
    });
  });
});
