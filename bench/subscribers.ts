import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { Child, type Memory } from './child';

const SUBSCRIBERS = Number(process.env['BENCH_SUBSCRIBERS'] ?? 10_000);
const RUNS = Number(process.env['BENCH_RUNS'] ?? 5);
const SESSIONS = 50;

/** Before they count, so many sockets make what is made once: compiled code, pools, parsed documents. */
const UNCOUNTED = 200;

const FOLLOW = `subscription Follow($ids: [ID!]!) {
  sessionExpiry(sessionIds: $ids) { type secondsRemaining at session { id status expiresAt url host port } }
}`;

/** A socket as a program sees it that only holds sockets. */
const FOLLOWING_NOTHING: readonly unknown[] = [];

/** The service, with what it stands on. */
class Service {
  private constructor(
    private readonly vendors: Child,
    readonly child: Child,
    readonly url: string,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Service> {
    const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-bench-'));
    const vendors = await Child.start('vendors.js', { SIMULATED_DEVICES: '300' });
    const child = await Child.start('service.js', {
      ...(await vendors.ask<Record<string, string>>('variables')),
      AUTH_DISABLED: '1',
      // All subscribers are one caller here.
      CALLER_OPERATIONS_PER_MINUTE: '0',
      CALLER_CONCURRENCY: '0',
      PORT: '0',
      DATABASE_URL: `file:${path.join(folder, 'store.db')}`,
    });
    return new Service(vendors, child, await child.ask<string>('url'), folder);
  }

  async stop(): Promise<void> {
    this.child.stop();
    this.vendors.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  get socketUrl(): string {
    return `${this.url.replace(/^http/, 'ws')}/graphql`;
  }

  async query<T>(query: string, variables: unknown = {}): Promise<T> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: T; errors?: readonly { message: string }[] };
    if (errors !== undefined) throw new Error(errors[0]?.message);
    return data;
  }

  /** Opens links, and answers the ids of their sessions. */
  async openLinks(count: number): Promise<readonly string[]> {
    const { devices } = await this.query<{ devices: { nodes: { remoteAccesses: { id: string }[] }[] } }>(
      '{ devices(first: 300, filter: { account: ["remoteit"], status: [ONLINE] }) { nodes { remoteAccesses { id } } } }',
    );
    const accesses = devices.nodes.flatMap(({ remoteAccesses }) => remoteAccesses).slice(0, count);
    const made = accesses.map(({ id }) =>
      this.query<{ createLink: { session: { id: string } } }>(
        'mutation ($id: ID!) { createLink(input: { remoteAccessId: $id, durationSeconds: 28800 }) { session { id } } }',
        { id },
      ),
    );
    return (await Promise.all(made)).map(({ createLink }) => createLink.session.id);
  }

  close(id: string): Promise<unknown> {
    return this.query('mutation ($id: ID!) { closeSession(id: $id) { session { status } } }', { id });
  }
}

/** What each of many idle subscribers costs a server's process. */
async function memoryOf(
  name: string,
  [server, url]: readonly [Child, string],
  payloads: readonly unknown[],
): Promise<Record<string, string | number>> {
  const clients = await Child.start('subscriber-client.js');
  await clients.ask('join', { url, count: UNCOUNTED, payloads });
  const before = await server.ask<Memory>('memory');
  await clients.ask('join', { url, count: SUBSCRIBERS, payloads });
  const after = await server.ask<Memory>('memory');
  clients.stop();
  return {
    'an idle subscriber': name,
    'KiB rss': each(after.rss - before.rss),
    'KiB heap': each(after.heapUsed - before.heapUsed),
  };
}

/** One message to all sockets, again and again: from the first that has it to the last. */
async function spreadOf(
  name: string,
  url: string,
  payloads: readonly unknown[],
  tell: (run: number) => Promise<unknown>,
): Promise<Record<string, string | number>> {
  const clients = await Child.start('subscriber-client.js');
  const spreads: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await clients.ask('join', {
      url,
      count: SUBSCRIBERS,
      payloads: payloads.length === 0 ? [] : [payloads[run]],
    });
    await clients.ask('expectOne');
    await tell(run);
    spreads.push(await clients.ask<number>('spread'));
    await clients.ask('leave');
  }
  clients.stop();
  const sorted = spreads.sort((one, other) => one - other);
  return {
    'one event to all': name,
    'first to last ms': round(sorted[Math.floor(RUNS / 2)] ?? 0),
    'slowest run ms': round(sorted.at(-1) ?? 0),
  };
}

/** The payloads of many who follow what is named. */
type Following = (sessions: readonly string[]) => readonly (readonly string[])[];

/** In a process of its own, for memory that was used before costs nothing the second time. */
async function idle(name: string, following: Following): Promise<Record<string, string | number>> {
  const service = await Service.start();
  try {
    const sessions = await service.openLinks(SESSIONS);
    return await memoryOf(name, [service.child, service.socketUrl], following(sessions).map(payloadOf));
  } finally {
    await service.stop();
  }
}

async function idleBare(): Promise<Record<string, string | number>> {
  const bare = await Child.start('bare-sockets.js');
  const row = await memoryOf('bare ws', [bare, await bare.ask<string>('url')], FOLLOWING_NOTHING);
  bare.stop();
  return row;
}

async function events(): Promise<readonly Record<string, string | number>[]> {
  const service = await Service.start();
  const bare = await Child.start('bare-sockets.js');
  try {
    const sessions = await service.openLinks(RUNS);
    const payloads = sessions.map((id) => payloadOf([id]));
    const text = JSON.stringify({ id: '1', type: 'next', payload: { data: 'x'.repeat(300) } });
    const url = await bare.ask<string>('url');
    return [
      await spreadOf('bare ws', url, FOLLOWING_NOTHING, () => bare.ask('broadcast', text)),
      await spreadOf('the graph', service.socketUrl, payloads, (run) => service.close(sessions[run] ?? '')),
    ];
  } finally {
    bare.stop();
    await service.stop();
  }
}

async function main(): Promise<void> {
  console.log(
    `${SUBSCRIBERS} subscribers; Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`,
  );
  console.table([
    await idleBare(),
    await idle('one link, the same for all', ([one = '']) => [[one]]),
    await idle('one link of fifty', (sessions) => sessions.map((id) => [id])),
    await idle('fifty links', (sessions) => [sessions]),
  ]);
  console.table(await events());
}

function payloadOf(ids: readonly string[]): unknown {
  return { query: FOLLOW, variables: { ids } };
}

function each(bytes: number): number {
  return round(bytes / SUBSCRIBERS / 1024);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

main().catch((thrown: unknown) => {
  console.error(thrown);
  process.exitCode = 1;
});
