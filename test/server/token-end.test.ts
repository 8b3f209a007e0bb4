import { createClient } from 'graphql-sse';
import { addService, createLink } from '../links/asking';
import { Following } from '../support/following';
import { type Issuer, startIssuer } from '../support/issuer';
import { ManualClock } from '../support/manual-clock';
import { RawSocket } from '../support/raw-socket';
import { startFakeRouter } from '../support/router';
import { startTestService, type TestService } from '../support/service';

const FOLLOW = 'subscription ($ids: [ID!]!) { sessionExpiry(sessionIds: $ids) { type } }';

/** How long the token lives: less than it takes until a peer that is silent counts as gone. */
const LIVES_MS = 15_000;

let issuer: Issuer;
let service: TestService;
let clock: ManualClock;
let authorization: string;
let id: string;

beforeEach(async () => {
  issuer = await startIssuer();
  // Whoever checks signatures looks at the clock of the machine.
  clock = new ManualClock(Math.floor(Date.now() / 1000) * 1000 + 60_000);
  authorization = `Bearer ${await issuer.token(new Date(clock.now() + LIVES_MS))}`;
});

afterEach(async () => {
  await service?.close();
  await issuer.close();
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  service = await startTestService({ clock, simulators: { devices: 3 }, env: { ...issuer.env, ...env } });
  const { access } = addService(service.simulators);
  id = (await createLink(service, access, {}, { authorization })).session.id;
}

test('a socket is closed with 4403 when the token of its caller ends, and not before', async () => {
  await start();
  const socket = await RawSocket.begin(service.url, { authorization });
  socket.subscribe('1', FOLLOW, { variables: { ids: [id] } });
  expect(await socket.next()).toMatchObject({ type: 'next' });
  clock.advance(LIVES_MS - 1);
  socket.send({ type: 'ping' });
  expect(await socket.next()).toEqual({ type: 'pong' });
  clock.advance(1);
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
});

test('an event stream ends then, without being complete', async () => {
  await start();
  const client = createClient({
    url: `${service.url}/graphql`,
    headers: { authorization },
    retryAttempts: 0,
  });
  const events = new Following();
  client.subscribe({ query: FOLLOW, variables: { ids: [id] } }, events.sink);
  expect(await events.next()).toEqual({ type: 'CURRENT' });
  clock.advance(LIVES_MS);
  expect(await events.end).toMatchObject({ name: 'NetworkError' });
  client.dispose();
});

test('a router is told so', async () => {
  const router = await startFakeRouter();
  await start({ CALLBACK_ORIGINS: router.origin });
  const subscription = {
    callbackUrl: router.callbackUrl,
    subscriptionId: 'one',
    verifier: 'v',
    heartbeatIntervalMs: 0,
  };
  await service.query(FOLLOW, {
    variables: { ids: [id] },
    extensions: { subscription },
    headers: { authorization, accept: 'application/json;callbackSpec=1.0' },
  });
  for (const action of ['check', 'next']) expect(await router.told()).toMatchObject({ action });
  clock.advance(LIVES_MS);
  expect(await router.told()).toMatchObject({
    action: 'complete',
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  await router.close();
});
