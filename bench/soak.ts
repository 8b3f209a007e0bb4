import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request, setGlobalDispatcher } from 'undici';
import { startApp } from '../src/app';
import { loadConfig } from '../src/config/load';
import { variablesOf } from '../src/simulators/account-variables';
import type { Fault } from '../src/simulators/faults';
import { startSimulators } from '../src/simulators/simulators';
import { openLogger } from '../src/telemetry/logger';
import { vendors } from '../src/vendors';
import { measureMemory } from './child';
import { type SoakSample, soakVerdict } from './soak-verdict';
import { percentile, temporaryFolder } from './surroundings';

/*
 * Hours of load with vendors that fail at random. It states what a leak would show, and ends with 1 where one shows:
 * rejections that nobody handles, sockets and timers that stay, memory that grows. Run with --expose-gc; the argument is
 * the time in minutes.
 */

const MINUTES = Number(process.argv[2] ?? 30);
const CALLERS = Number(process.env['BENCH_CALLERS'] ?? 24);
const DEVICES = Number(process.env['BENCH_DEVICES'] ?? 200);

const QUERIES: readonly string[] = [
  '{ devices(first: 100) { nodes { id name status } problems { account code servedFrom } totalCount } }',
  '{ devices(first: 40, orderBy: { field: NAME }) { nodes { id remoteAccesses { id } vpnStatus { connected } } problems { code } } }',
  '{ devices(first: 20, filter: { status: [ONLINE] }) { nodes { id sessions { id } } problems { code } } }',
  '{ fleet { totalDevices byStatus { value count } vpnConnected problems { code } } }',
  '{ vendorAccounts { account circuit healthy lastError } }',
  '{ sessions(first: 50) { nodes { id status device { name } } } }',
];

const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503, headers: { 'retry-after': '3' } },
  { kind: 'status', status: 429, headers: { 'retry-after': '2' } },
  { kind: 'status', status: 401 },
  { kind: 'html' },
  { kind: 'malformed' },
  { kind: 'truncated' },
  { kind: 'gzip', broken: true },
  { kind: 'huge', bytes: 20 * 1024 * 1024 },
  { kind: 'reset' },
  { kind: 'reset-mid-body' },
  { kind: 'hang' },
  { kind: 'drip', everyMs: 500 },
];

function pick<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)] as T;
}

/** Sockets and timers that keep the process alive, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function main(): Promise<void> {
  const rejections: unknown[] = [];
  process.on('unhandledRejection', (reason) => rejections.push(reason));
  const warnings: string[] = [];
  process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));
  const dispatcher = new Agent({ connections: CALLERS });
  setGlobalDispatcher(dispatcher);
  const simulators = await startSimulators({ devices: DEVICES, latencyMs: { min: 5, max: 30 } });
  const simulated = [simulators.rms, simulators.remoteit, simulators.everyware];
  const { folder, remove } = await temporaryFolder();
  const env = {
    ...variablesOf(simulators),
    AUTH_DISABLED: '1',
    PORT: '0',
    DATABASE_URL: `file:${folder}/soak.db`,
    RMS_MONTHLY_CALLS: '0',
    CALLER_OPERATIONS_PER_MINUTE: '0',
    CALLER_CONCURRENCY: '0',
    VENDOR_TIMEOUT_MS: '1500',
    VENDOR_DEADLINE_MS: '3000',
    STALE_MAX_SECONDS: '20',
  };
  const config = loadConfig({ env, cwd: folder, vendors: Object.values(vendors) });
  const app = await startApp({
    config,
    logger: openLogger({ level: 'fatal', pretty: false }),
    // From dist/bench/bench.
    playgroundDirectory: path.resolve(__dirname, '../../playground'),
  });
  const until = performance.now() + MINUTES * 60_000;
  const isOver = (): boolean => performance.now() >= until;
  const times: number[] = [];
  const count = { operations: 0, left: 0, withErrors: 0, withProblems: 0, failed: 0, links: 0 };
  const noLinks: Record<string, number> = {};

  const caller = async (): Promise<void> => {
    while (!isOver()) {
      const leaving = new AbortController();
      const isLeaving = Math.random() < 0.1;
      if (isLeaving) setTimeout(() => leaving.abort(), Math.random() * 300);
      const begun = performance.now();
      try {
        const { body } = await request(`${app.url}/graphql`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'cache-control': pick(['no-cache', 'max-age=2', '']),
          },
          body: JSON.stringify({ query: pick(QUERIES) }),
          signal: leaving.signal,
        });
        const text = await body.text();
        count.operations += 1;
        times.push(performance.now() - begun);
        if (text.includes('"errors"')) count.withErrors += 1;
        if (text.includes('"problems":[{')) count.withProblems += 1;
        if (text.includes('INTERNAL_SERVER_ERROR')) count.failed += 1;
      } catch {
        // It left, which is what was meant; anything else shows in the count of failures.
        if (isLeaving) count.left += 1;
        else count.failed += 1;
      }
      await pause(Math.random() * 200);
    }
  };

  const trouble = async (): Promise<void> => {
    while (!isOver()) {
      const vendor = pick(simulated);
      const rule = vendor.faults.add(pick(FAULTS));
      await pause(500 + Math.random() * 8_000);
      rule.remove();
      await pause(Math.random() * 4_000);
    }
  };

  const linker = async (): Promise<void> => {
    const row = simulators.remoteit.state
      .rows()
      .find(({ title, state }) => title !== 'Bulk Service' && state === 'active');
    const mutation = `mutation { createLink(input: { remoteAccessId: "remoteit:access:${row?.address}", durationSeconds: 10 }) { session { id } } }`;
    while (!isOver()) {
      const { body } = await request(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: mutation }),
      });
      const [, code = ''] = /"code":"(\w+)"/.exec(await body.text()) ?? [];
      if (code === '') count.links += 1;
      else noLinks[code] = (noLinks[code] ?? 0) + 1;
      await pause(2_000);
    }
  };

  const measure = async (): Promise<SoakSample & { readonly rssMB: number }> => {
    // They live in the same process, and each remembers its last ten thousand calls.
    for (const vendor of simulated) vendor.calls.reset();
    const { heapUsed, rss } = await measureMemory();
    return {
      heapMB: Math.round(heapUsed / 104_858) / 10,
      rssMB: Math.round(rss / 104_858) / 10,
      resources: resources(),
    };
  };
  const during: SoakSample[] = [];
  const report = async (): Promise<void> => {
    while (!isOver()) {
      await pause(Math.min(30_000, Math.max(0, until - performance.now())));
      const last = times.splice(0);
      const p99 = percentile(last, 0.99).toFixed(0);
      const minutes = (MINUTES - (until - performance.now()) / 60_000).toFixed(1);
      const sample = await measure();
      during.push(sample);
      console.log(JSON.stringify({ minutes, ...sample, p99, ...count, rejections: rejections.length }));
    }
  };
  const before = await measure();
  await Promise.all([...Array.from({ length: CALLERS }, caller), trouble(), trouble(), linker(), report()]);
  for (const vendor of simulated) vendor.faults.clear();
  // Circuits, pauses and links end within this time; what is left then would stay.
  await pause(60_000);
  const afterwards = await measure();
  await app.close();
  await dispatcher.close();
  await simulators.close();
  await remove();
  await pause(1_000);
  const closed = resources();
  console.log(
    JSON.stringify({
      before,
      afterwards,
      closed,
      rejections: rejections.length,
      warnings,
      ...count,
      noLinks,
    }),
  );
  const { failed } = count;
  const wrong = soakVerdict({
    before,
    during,
    afterwards,
    closed,
    rejections: rejections.length,
    warnings,
    failed,
  });
  console.log(wrong.length === 0 ? 'all is well: nothing stayed, nothing grew' : wrong.join('\n'));
  if (wrong.length > 0) process.exitCode = 1;
}

main().catch((thrown: unknown) => {
  console.error(thrown);
  process.exitCode = 1;
});
