import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { addService, closeSession, countCalls, createLink, resetCalls } from '../links/asking';
import { type CutLine, layLine } from '../support/cut-line';
import { Following } from '../support/following';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService } from '../support/service';

const FOLLOW =
  'subscription ($ids: [ID!]!) { sessionExpiry(sessionIds: $ids) { type session { id status url host } } }';

let service: TestService;
let line: CutLine;
let client: Client;
/** Lets the client try again. */
let tryAgain: () => void;
let tries: number;

beforeEach(async () => {
  service = await startTestService({ clock: new ManualClock(), simulators: { devices: 3 } });
  line = await layLine(service.url);
  tries = 0;
  client = createClient({
    url: `${line.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: () => {
      tries += 1;
      return new Promise((resolve) => {
        tryAgain = resolve;
      });
    },
  });
});

afterEach(async () => {
  await client.dispose();
  await line.close();
  await service?.close();
});

const cutOff = async () => {
  const before = tries;
  line.cut();
  while (tries === before) await new Promise((resolve) => setImmediate(resolve));
};

test('a line that is cut and mended: the subscriber has the right state, and no vendor is asked for it', async () => {
  const { session } = await createLink(service, addService(service.simulators).access);
  const events = Following.by(client, FOLLOW, { ids: [session.id] });
  const first = await events.next();
  expect(first).toMatchObject({ type: 'CURRENT', session: { status: 'ACTIVE' } });
  resetCalls(service.simulators);

  await cutOff();
  line.mend();
  tryAgain();
  expect(await events.next()).toEqual(first);
  expect(countCalls(service.simulators)).toBe(0);

  await cutOff();
  await closeSession(service, session.id);
  const closing = countCalls(service.simulators);
  line.mend();
  tryAgain();
  expect(await events.next()).toEqual({
    type: 'CURRENT',
    session: { id: session.id, status: 'CLOSED', url: null, host: null },
  });
  expect(await events.end).toBeUndefined();
  expect(countCalls(service.simulators)).toBe(closing);
});

test('the service forgets a subscriber whose line is cut', async () => {
  const { session } = await createLink(service, addService(service.simulators).access);
  const events = Following.by(client, FOLLOW, { ids: [session.id] });
  await events.next();
  await cutOff();
  const open = async () => (await fetch(`${service.url}/metrics`)).text();
  while (!/^drawbridge_active_subscriptions 0$/m.test(await open()))
    await new Promise((resolve) => setImmediate(resolve));
  expect(await open()).toMatch(/^drawbridge_open_sockets 0$/m);
  events.leave();
  tryAgain();
});
