import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildGraph } from '../src/graph/schema';
import { variablesOf } from '../src/simulators/account-variables';
import { startSimulators } from '../src/simulators/simulators';
import { Child, type Memory } from './child';
import { Fuzz } from './fuzz-requests';

/** What came of the requests so far. */
interface Tally {
  sent: number;
  refused: number;
  readonly wrong: string[];
  readonly ms: number[];
}

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 300);
const PER_SECOND = Number(process.env['FUZZ_PER_SECOND'] ?? 100);
/** Requests in flight at most. */
const MOST_AT_ONCE = 100;

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

/** Sends fuzzed requests at an even rate and tells, every half minute, what was answered and what the service holds. */
async function main(): Promise<void> {
  const simulators = await startSimulators({ devices: 120, latencyMs: 0 });
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-fuzz-'));
  const service = await Child.start('service.js', {
    ...variablesOf(simulators),
    AUTH_DISABLED: '1',
    PORT: '0',
    DATABASE_URL: `file:${path.join(folder, 'drawbridge.db')}`,
    STORE_KEY: Buffer.alloc(32, 'fuzz').toString('base64'),
    // Nothing is to be refused for its number.
    CALLER_OPERATIONS_PER_MINUTE: '0',
    CALLER_COST_PER_MINUTE: '0',
    CALLER_CONCURRENCY: '0',
  });
  const url = `${await service.ask<string>('url')}/graphql`;
  const fuzz = new Fuzz(buildGraph().schema, SEED);
  const tally: Tally = { sent: 0, refused: 0, wrong: [], ms: [] };
  const running = new Set<Promise<void>>();
  const startedAt = performance.now();
  console.log('    s    sent  refused  wrong  median ms  p99 ms  heap MB  rss MB');
  for (let second = 1; second <= SECONDS; second += 1) {
    for (let count = 0; count < PER_SECOND; count += 1) {
      // Whoever waits for an answer does not ask on: what is measured is the service, not how many sockets there can be.
      while (running.size >= MOST_AT_ONCE) await Promise.race(running);
      const sending = send(url, fuzz, tally).finally(() => running.delete(sending));
      running.add(sending);
    }
    await new Promise((resolve) => setTimeout(resolve, startedAt + second * 1000 - performance.now()));
    if (second % 30 === 0 || second === SECONDS) tell(second, tally, await service.ask<Memory>('memory'));
  }
  await Promise.all(running);
  for (const wrong of tally.wrong.slice(0, 10)) console.log(wrong);
  process.exitCode = tally.wrong.length === 0 ? 0 : 1;
  service.stop();
  await simulators.close();
  await rm(folder, { recursive: true, force: true });
}

async function send(url: string, fuzz: Fuzz, tally: Tally): Promise<void> {
  const { body, headers } = fuzz.request();
  const startedAt = performance.now();
  tally.sent += 1;
  try {
    const answer = await fetch(url, { method: 'POST', headers, body });
    const text = await answer.text();
    tally.ms.push(performance.now() - startedAt);
    if (answer.status >= 400) tally.refused += 1;
    if (answer.status >= 500 || /INTERNAL_SERVER_ERROR|node_modules/.test(text)) {
      tally.wrong.push(`${answer.status} ${text.slice(0, 300)} for ${body.slice(0, 2000)}`);
    }
  } catch (thrown) {
    tally.wrong.push(
      `${String(thrown)} ${thrown instanceof Error ? String(thrown.cause) : ''} for ${body.slice(0, 2000)}`,
    );
  }
}

function tell(second: number, { sent, refused, wrong, ms }: Tally, { heapUsed, rss }: Memory): void {
  const sorted = ms.splice(0).sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  const columns = [
    String(second),
    String(sent),
    String(refused),
    String(wrong.length),
    at(0.5),
    at(0.99),
    mb(heapUsed),
    mb(rss),
  ];
  const widths = [5, 8, 9, 7, 11, 8, 9, 8];
  console.log(columns.map((column, index) => column.padStart(widths[index] ?? 8)).join(''));
}

void main();
