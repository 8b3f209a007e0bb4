import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { Child, type Memory } from './child';
import type { SeenCall } from './vendors';

const DEVICES = Number(process.env['BENCH_DEVICES'] ?? 10_000);
const RUNS = Number(process.env['BENCH_RUNS'] ?? 7);

/** Before they count, both sides run this often: what V8 still has to compile is no cost of a page. */
const UNCOUNTED_RUNS = 3;

const PLAIN_FIELDS = 'id name vendor status model lastSeenAt';
const ALL_FIELDS = `id vendor account vendorDeviceId name status serialNumber macAddress model firmwareVersion tags
  lastSeenAt observedAt capabilities
  remoteAccesses { id name protocol host port sessions { id status } }
  sessions { id url host port status createdAt expiresAt secondsRemaining createdBy reason }
  vpnStatus { connected ipAddress checkedAt }`;

interface Answer {
  readonly data: { readonly devices: { readonly edges?: readonly { readonly cursor: string }[] } };
  readonly errors?: readonly { readonly message: string }[];
}

/** A page, and whether the service may answer it from what it knows. */
interface Case {
  readonly name: string;
  readonly query: string;
  readonly warm?: boolean;
}

class Bench {
  private constructor(
    readonly vendors: Child,
    readonly service: Child,
    readonly plain: Child,
    readonly url: string,
  ) {}

  static async open(folder: string): Promise<Bench> {
    const vendors = await Child.start('vendors.js', { SIMULATED_DEVICES: String(DEVICES) });
    const service = await Child.start('service.js', {
      ...(await vendors.ask<Record<string, string>>('variables')),
      AUTH_DISABLED: '1',
      PORT: '0',
      DATABASE_URL: `file:${path.join(folder, 'store.db')}`,
    });
    const plain = await Child.start('plain.js');
    return new Bench(vendors, service, plain, await service.ask<string>('url'));
  }

  stop(): void {
    for (const child of [this.service, this.plain, this.vendors]) child.stop();
  }

  /** How long the answer takes to be here and parsed, in milliseconds. */
  async query(query: string, warm = false): Promise<{ readonly ms: number; readonly answer: Answer }> {
    const startedAt = performance.now();
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(warm ? {} : { 'cache-control': 'no-cache' }) },
      body: JSON.stringify({ query }),
    });
    const answer: Answer = JSON.parse(await response.text());
    const ms = performance.now() - startedAt;
    if (answer.errors !== undefined) throw new Error(answer.errors[0]?.message);
    return { ms, answer };
  }

  /** Runs a case often enough, then makes the vendor calls of its cold run by themselves. */
  async measure({ name, query, warm = false }: Case): Promise<Record<string, string | number>> {
    await this.vendors.ask('reset');
    await this.query(query);
    const calls = await this.vendors.ask<readonly SeenCall[]>('seen');
    const graph: number[] = [];
    const plain: number[] = [];
    for (let run = -UNCOUNTED_RUNS; run < RUNS; run++) {
      graph.push((await this.query(query, warm)).ms);
      plain.push(await this.plain.ask<number>('replay', calls));
    }
    const [graphMs, plainMs] = [median(graph.slice(UNCOUNTED_RUNS)), median(plain.slice(UNCOUNTED_RUNS))];
    const graphMemory = await this.service.ask<Memory>('memory');
    const plainMemory = await this.plain.ask<Memory>('memory');
    return {
      page: name,
      'vendor calls': warm ? 0 : calls.length,
      'graph ms': round(graphMs),
      'plain ms': round(plainMs),
      'graph / plain': round(graphMs / plainMs),
      'graph heap MB': megabytes(graphMemory.heapUsed),
      'plain heap MB': megabytes(plainMemory.heapUsed),
      'graph rss MB': megabytes(graphMemory.rss),
      'plain rss MB': megabytes(plainMemory.rss),
    };
  }

  /** The cursor behind which the last 100 devices stand. */
  async cursorOfLastPage(): Promise<string> {
    let cursors: string[] = [];
    for (let after: string | undefined; ; after = cursors.at(-1)) {
      const place = after === undefined ? '' : `, after: "${after}"`;
      const { answer } = await this.query(`{ devices(first: 500${place}) { edges { cursor } } }`, true);
      const page = (answer.data.devices.edges ?? []).map(({ cursor }) => cursor);
      cursors = [...cursors, ...page];
      if (page.length < 500) break;
    }
    return cursors.at(-101) ?? '';
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-bench-'));
  const bench = await Bench.open(folder);
  try {
    const [idle, plainIdle] = await Promise.all([
      bench.service.ask<Memory>('memory'),
      bench.plain.ask<Memory>('memory'),
    ]);
    const first: Case = { name: 'first 100', query: `{ devices(first: 100) { nodes { ${PLAIN_FIELDS} } } }` };
    const coldest = (await bench.query(first.query)).ms;
    const rows = [
      await bench.measure(first),
      await bench.measure({ ...first, name: 'first 100, warm', warm: true }),
    ];
    const after = await bench.cursorOfLastPage();
    const ordered = `{ devices(first: 100, orderBy: { field: NAME }) { nodes { ${PLAIN_FIELDS} } } }`;
    const cases: readonly Case[] = [
      { name: 'last 100', query: `{ devices(first: 100, after: "${after}") { nodes { ${PLAIN_FIELDS} } } }` },
      { name: '100 by name', query: ordered },
      { name: '100 by name, warm', query: ordered, warm: true },
      ...['everyware', 'remoteit', 'rms'].map((account) => ({
        name: `500 of ${account}, all nested`,
        query: `{ devices(first: 500, filter: { account: ["${account}"] }) { nodes { ${ALL_FIELDS} } } }`,
      })),
    ];
    for (const one of cases) rows.push(await bench.measure(one));
    console.log(
      `${DEVICES} devices, ${RUNS} runs each, medians; Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`,
    );
    console.log(
      `before the first query: graph ${megabytes(idle.heapUsed)} MB heap, ${megabytes(idle.rss)} MB rss; plain ${megabytes(plainIdle.heapUsed)} MB heap, ${megabytes(plainIdle.rss)} MB rss`,
    );
    console.log(`very first query, with the logins: ${round(coldest)} ms`);
    console.table(rows);
  } finally {
    bench.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 102.4) / 10;
}

main().catch((thrown: unknown) => {
  console.error(thrown);
  process.exitCode = 1;
});
