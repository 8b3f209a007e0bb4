import path from 'node:path';
import { Agent, request, setGlobalDispatcher } from 'undici';
import { startApp } from '../src/app';
import { loadConfig } from '../src/config/load';
import { variablesOf } from '../src/simulators/account-variables';
import { startSimulators } from '../src/simulators/simulators';
import { openLogger } from '../src/telemetry/logger';
import { vendors } from '../src/vendors';
import { percentile, temporaryFolder } from './surroundings';

/*
 * One vendor hangs while many operations are in flight: what that costs those that do not need it, next to their own
 * figure while all is well, in the same run; and how the circuit opens, refuses and closes.
 */

const IN_FLIGHT = Number(process.env['BENCH_IN_FLIGHT'] ?? 200);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 20);
const DEVICES = Number(process.env['BENCH_DEVICES'] ?? 300);
/** Between two operations of one caller, at most. */
const THINKING_MS = Number(process.env['BENCH_THINKING_MS'] ?? 4000);
const LATENCY = { min: 20, max: 60 };

const OTHERS =
  '{ devices(first: 50, filter: { account: ["remoteit", "everyware"] }) { nodes { id name status } problems { code } } }';
const HUNG = '{ devices(first: 50, filter: { account: ["rms"] }) { nodes { id } problems { code } } }';

interface Sample {
  readonly ms: number;
  readonly text: string;
}

async function ask(url: string, query: string): Promise<Sample> {
  const begun = performance.now();
  const { body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cache-control': 'max-age=1' },
    body: JSON.stringify({ query }),
  });
  const text = await body.text();
  return { ms: performance.now() - begun, text };
}

/** Keeps so many operations in flight for a while; every other one needs the vendor that may hang. */
async function load(url: string, seconds: number): Promise<{ others: Sample[]; hung: Sample[] }> {
  const until = performance.now() + seconds * 1000;
  const others: Sample[] = [];
  const hung: Sample[] = [];
  const worker = async (needsHung: boolean): Promise<void> => {
    // Callers think between two operations, or the figures would be those of a full processor.
    while (performance.now() < until) {
      (needsHung ? hung : others).push(await ask(url, needsHung ? HUNG : OTHERS));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * THINKING_MS));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, index) => worker(index % 2 === 0)));
  return { others, hung };
}

function row(name: string, samples: readonly Sample[]): void {
  const ms = samples.map((sample) => sample.ms);
  const [p50, p99, most] = [percentile(ms, 0.5), percentile(ms, 0.99), percentile(ms, 1)];
  console.log(`| ${name} | ${samples.length} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${most.toFixed(1)} |`);
}

async function main(): Promise<void> {
  setGlobalDispatcher(new Agent({ connections: IN_FLIGHT * 2 }));
  const simulators = await startSimulators({ devices: DEVICES, latencyMs: LATENCY });
  const { folder, remove } = await temporaryFolder();
  const env = {
    ...variablesOf(simulators),
    AUTH_DISABLED: '1',
    PORT: '0',
    DATABASE_URL: `file:${folder}/bench.db`,
    RMS_MONTHLY_CALLS: '0',
    CALLER_OPERATIONS_PER_MINUTE: '0',
    CALLER_CONCURRENCY: '0',
  };
  const config = loadConfig({ env, cwd: folder, vendors: Object.values(vendors) });
  const app = await startApp({
    config,
    logger: openLogger({ level: 'fatal', pretty: false }),
    // From dist/bench/bench.
    playgroundDirectory: path.resolve(__dirname, '../../playground'),
  });
  const { calls, faults } = simulators.rms;
  await load(app.url, 3);
  console.log(
    '| operations | how many | p50 ms | p99 ms | longest ms |\n| --- | ---: | ---: | ---: | ---: |',
  );
  const healthy = await load(app.url, SECONDS);
  row('that do not need RMS, all well', healthy.others);
  row('that need RMS, all well', healthy.hung);
  calls.reset();
  const beganAt = performance.now();
  const hang = faults.add({ kind: 'hang' });
  const circuit = async (): Promise<string> => {
    const { text } = await ask(app.url, '{ vendorAccounts { account circuit } }');
    const rows = JSON.parse(text).data.vendorAccounts as { account: string; circuit: string }[];
    return rows.find(({ account }) => account === 'rms')?.circuit ?? '';
  };
  const opening = (async () => {
    while ((await circuit()) === 'CLOSED') await new Promise((resolve) => setTimeout(resolve, 20));
    return { seconds: (performance.now() - beganAt) / 1000, calls: calls.count() };
  })();
  const broken = await load(app.url, SECONDS);
  const opened = await opening;
  row('that do not need RMS, RMS hung', broken.others);
  row('that need RMS, RMS hung', broken.hung);
  const refused = broken.hung.slice(Math.floor(broken.hung.length / 2)).map(({ ms }) => ms);
  const ratio =
    percentile(
      broken.others.map(({ ms }) => ms),
      0.99,
    ) /
    percentile(
      healthy.others.map(({ ms }) => ms),
      0.99,
    );
  console.log(`\np99 of those that do not need it: ${ratio.toFixed(2)} times the healthy figure`);
  console.log(`the circuit opened after ${opened.seconds.toFixed(1)} s and ${opened.calls} calls`);
  console.log(
    `while it is open: p50 ${percentile(refused, 0.5).toFixed(1)} ms, p90 ${percentile(refused, 0.9).toFixed(1)} ms`,
  );
  console.log(`calls to RMS in ${SECONDS} s of outage: ${calls.count()}`);
  hang.remove();
  const returnedAt = performance.now();
  while (JSON.parse((await ask(app.url, HUNG)).text).data.devices.problems.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log(`back ${((performance.now() - returnedAt) / 1000).toFixed(1)} s after the vendor`);
  await app.close();
  await simulators.close();
  await remove();
}

main().catch((thrown: unknown) => {
  console.error(thrown);
  process.exitCode = 1;
});
