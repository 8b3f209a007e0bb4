import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { addService, closeSession, createLink, type Graph } from '../links/asking';
import { Following } from '../support/following';
import { type GraphResult, variablesOf } from '../support/service';
import { Launcher, type ServiceProcess } from './service-process';

const FOLLOW =
  'subscription ($ids: [ID!]!) { sessionExpiry(sessionIds: $ids, warnAtSeconds: []) { type session { id status } } }';

const launcher = new Launcher();
let simulators: Simulators;
let folder: string;
let client: Client | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-e2e-'));
  simulators = await startSimulators({ devices: 3, latencyMs: 0 });
});

afterEach(async () => {
  await client?.dispose();
  await launcher.cleanUp();
  await simulators.close();
  await rm(folder, { recursive: true });
});

const launch = (port = '0') =>
  launcher.launch({
    env: {
      ...variablesOf(simulators),
      AUTH_DISABLED: '1',
      PORT: port,
      DATABASE_URL: `file:${path.join(folder, 'drawbridge.db')}`,
    },
  });

function graphAt(url: string): Graph {
  return {
    query: async <T>(query: string, { variables }: { variables?: object } = {}) => {
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await answer.json()) as GraphResult<T>;
    },
  };
}

/** A client that connects again, as often as it takes; codes with which it was closed. */
function follow(
  url: string,
  ids: readonly string[],
): { readonly events: Following; readonly codes: number[] } {
  const codes: number[] = [];
  client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
    shouldRetry: () => true,
    on: { closed: (event) => codes.push((event as { code: number }).code) },
  });
  return { events: Following.by(client, FOLLOW, { ids }), codes };
}

/** Starts the service again where it was. */
async function restart(stopped: ServiceProcess, url: string, signal: NodeJS.Signals): Promise<void> {
  await stopped.stop(signal);
  await (await launch(new URL(url).port)).ready();
}

test('a service that was killed: subscribers come back, learn how all stands, and each end once', async () => {
  const service = await launch();
  const url = await service.ready();
  const graph = graphAt(url);
  const accesses = [1, 2].map(() => addService(simulators).access);
  const [short, long] = [
    await createLink(graph, accesses[0] ?? '', { durationSeconds: 12 }),
    await createLink(graph, accesses[1] ?? ''),
  ].map(({ session }) => session.id);
  const { events } = follow(url, [short ?? '', long ?? '']);
  const before = [await events.next(), await events.next()];
  expect(before.map(({ type }) => type)).toEqual(['CURRENT', 'CURRENT']);

  await restart(service, url, 'SIGKILL');

  const after = [await events.next(), await events.next()];
  expect(after).toEqual(expect.arrayContaining(before));
  expect(await events.next()).toEqual({ type: 'EXPIRED', session: { id: short, status: 'EXPIRED' } });
  await closeSession(graph, long ?? '');
  expect(await events.next()).toEqual({ type: 'CLOSED', session: { id: long, status: 'CLOSED' } });
  expect(await events.end).toBeUndefined();
  expect(events.waiting).toEqual([]);
});

test('a service that is stopped asks them to come back, and an end that they were away for is told as it stands', async () => {
  const service = await launch();
  const url = await service.ready();
  const { session } = await createLink(graphAt(url), addService(simulators).access);
  const { events, codes } = follow(url, [session.id]);
  expect(await events.next()).toMatchObject({ type: 'CURRENT', session: { status: 'ACTIVE' } });

  await service.stop();
  // Another service at the same store ends the link while the subscriber has nobody to talk to.
  const other = await launch();
  await closeSession(graphAt(await other.ready()), session.id);
  await other.stop();
  await (await launch(new URL(url).port)).ready();

  expect(await events.next()).toEqual({ type: 'CURRENT', session: { id: session.id, status: 'CLOSED' } });
  expect(await events.end).toBeUndefined();
  expect(events.waiting).toEqual([]);
  expect(codes[0]).toBe(1012);
});
