import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import { ManualClock } from '../support/manual-clock';
import { type CallerName, type FleetSupergraph, startFleetSupergraph } from './fleet-supergraph';

/** A web page at Rotterdam Maasvlakte: its vendor opens a link in one call. */
const PANEL = 'remoteit:device:80:00:00:5d:b9:00:00:02';
const SITE = 'Rotterdam Maasvlakte';
const LINK_SECONDS = 600;

const FOLLOW = `subscription ($ids: [ID!]) {
  sessionExpiry(sessionIds: $ids, warnAtSeconds: [60]) {
    type
    session { id status device { name site { name } } }
  }
}`;

interface Told {
  readonly sessionExpiry: {
    readonly type: string;
    readonly session: { readonly id: string; readonly status: string; readonly device: unknown };
  };
}

interface Answer {
  readonly data?: Told | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: unknown }[];
}

/** A client that follows; both libraries have the same shape. */
interface Client {
  iterate(payload: {
    readonly query: string;
    readonly variables: Record<string, unknown>;
  }): AsyncIterableIterator<Answer>;
  dispose(): void | Promise<void>;
}

const CLIENTS: Readonly<Record<string, (url: string, as: CallerName) => Client>> = {
  WebSocket: (url, as) =>
    createSocketClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${as}` },
      retryAttempts: 50,
      retryWait: () => new Promise((resolve) => setImmediate(resolve)),
      shouldRetry: () => true,
    }) as unknown as Client,
  'server-sent events': (url, as) =>
    createEventClient({
      url,
      headers: { authorization: `Bearer ${as}` },
      retryAttempts: 50,
      retry: () => new Promise((resolve) => setImmediate(resolve)),
    }) as unknown as Client,
};

let fleet: FleetSupergraph;
let clock: ManualClock;
let client: Client | undefined;

beforeEach(async () => {
  clock = new ManualClock();
  fleet = await startFleetSupergraph('Hive Gateway', { clock });
});

afterEach(async () => {
  await client?.dispose();
  await fleet?.close();
});

async function openLink(): Promise<string> {
  const { data, errors } = await fleet.query<{ openAccess: { session: { id: string } } }>(
    `mutation { openAccess(input: { deviceId: "${PANEL}", protocol: HTTPS, durationSeconds: ${LINK_SECONDS} }) {
       session { id } } }`,
  );
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.openAccess.session.id;
}

async function next(events: AsyncIterator<Answer>): Promise<Answer | undefined> {
  const { value, done } = await events.next();
  return done === true ? undefined : value;
}

const told = (type: string, id: string, status: string) => ({
  data: {
    sessionExpiry: {
      type,
      session: { id, status, device: { name: expect.any(String), site: { name: SITE } } },
    },
  },
});

describe.each(Object.keys(CLIENTS))('a client by %s', (name) => {
  const connect = (as: CallerName = 'operator'): Client => {
    client = CLIENTS[name]?.(fleet.url, as);
    if (client === undefined) throw new Error(name);
    return client;
  };

  test('follows a link, with its site, to its end', async () => {
    const id = await openLink();
    const events = connect().iterate({ query: FOLLOW, variables: { ids: [id] } });
    expect(await next(events)).toMatchObject(told('CURRENT', id, 'ACTIVE'));
    clock.advance((LINK_SECONDS - 60) * 1000);
    expect(await next(events)).toMatchObject(told('EXPIRING', id, 'ACTIVE'));
    clock.advance(60 * 1000);
    expect(await next(events)).toMatchObject(told('EXPIRED', id, 'EXPIRED'));
    expect(await next(events)).toBeUndefined();
  });

  test('is the caller that it says it is', async () => {
    const id = await openLink();
    const events = connect('reader').iterate({ query: FOLLOW, variables: { ids: [id] } });
    const refusal = await next(events).catch((thrown: unknown) => ({ errors: thrown }));
    expect(JSON.stringify(refusal?.errors)).toContain('FORBIDDEN');
  });

  test('that the gateway leaves learns of the end when it is back', async () => {
    const id = await openLink();
    const events = connect().iterate({ query: FOLLOW, variables: { ids: [id] } });
    expect(await next(events)).toMatchObject(told('CURRENT', id, 'ACTIVE'));
    const start = await fleet.stopGateway();
    clock.advance(LINK_SECONDS * 1000);
    await start();
    expect(await next(events)).toMatchObject(told('CURRENT', id, 'EXPIRED'));
    expect(await next(events)).toBeUndefined();
  });
});
