import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCOPES } from '../src/domain/principal';
import type { Session } from '../src/domain/session';
import type { SessionEvent } from '../src/domain/session-event';
import { EventQueue } from '../src/services/expiry/event-queue';
import type { SessionFollower } from '../src/services/expiry/session-follower';
import { Watches } from '../src/services/expiry/watches';
import { openStore } from '../src/stores/open';
import { systemClock } from '../src/system-clock';

const SESSIONS = Number(process.env['BENCH_SESSIONS'] ?? 100_000);

/** The ends are spread over so long, but for those that come all at once. */
const SPREAD_MS = 30_000;
const AT_ONCE = 10_000;

/** The first end comes so long after the sessions were made: they are written and loaded before. */
const BEGIN_MS = 20_000;

/** How late EXPIRED reaches a subscriber who follows everything, on the machine's own clock and a real store. */
async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-bench-'));
  const store = await openStore({
    databaseUrl: `file:${path.join(folder, 'd.db')}`,
    key: undefined,
    warn: () => {},
  });
  const beginAt = Date.now() + BEGIN_MS;
  const sessions = Array.from({ length: SESSIONS }, (_, number) => sessionOf(number, beginAt));
  for (let from = 0; from < SESSIONS; from += 1000)
    await store.sessions.save(sessions.slice(from, from + 1000));
  const made: number[] = [];
  const watches = new Watches({ clock: systemClock, late: (ms) => made.push(ms), warn: console.error });
  watches.ledger.readFrom(store);
  const empty = heapMb();
  const subscribedAt = performance.now();
  const { follower, queue } = subscriber();
  await watches.ledger.begin(follower);
  const loadMs = performance.now() - subscribedAt;
  const heard = await listen(queue);
  await watches.stop();
  await store.close();
  await rm(folder, { recursive: true });
  if (Date.now() < beginAt) throw new Error('the ends came before their time');
  console.log(`sessions followed: ${SESSIONS}, loaded and told CURRENT in ${Math.round(loadMs)} ms`);
  console.log(`heap for them: ${Math.round(heard.heap - empty)} MB`);
  console.log(`EXPIRED in the subscriber's hands, late by ms: ${quantiles(heard.late)}`);
  console.log(`EXPIRED made, late by ms: ${quantiles(made)}`);
}

/** One tenth ends at one instant, in the middle of the others. */
function sessionOf(number: number, beginAt: number): Session {
  const now = new Date();
  const after = number < AT_ONCE ? SPREAD_MS / 2 : ((number - AT_ONCE) * SPREAD_MS) / (SESSIONS - AT_ONCE);
  const deviceId = `rms:device:${number}`;
  return {
    id: `rms:session:${number}:1:1`,
    account: 'rms',
    vendor: 'TELTONIKA_RMS',
    deviceId,
    remoteAccessId: `rms:access:${number}:1`,
    vendorRef: `${number}:1:1`,
    url: 'https://link.example',
    host: null,
    port: null,
    status: 'ACTIVE',
    createdAt: now,
    expiresAt: new Date(beginAt + Math.round(after)),
    createdBy: null,
    reason: null,
    observedAt: now,
  };
}

function subscriber(): { readonly follower: SessionFollower; readonly queue: EventQueue<SessionEvent> } {
  const queue = new EventQueue<SessionEvent>({ merge: (_, newer) => newer, closed: () => {} });
  const follower: SessionFollower = {
    followed: { sessionIds: [], deviceIds: [], everything: true },
    marks: [300, 60],
    queue,
    caller: { principal: { subject: 'bench', scopes: new Set(SCOPES) } },
    isLive: false,
    unfinished: 0,
  };
  return { follower, queue };
}

async function listen(
  queue: EventQueue<SessionEvent>,
): Promise<{ readonly late: number[]; readonly heap: number }> {
  const late: number[] = [];
  let heap = 0;
  let current = 0;
  for await (const { type, session } of queue) {
    if (type === 'CURRENT') current += 1;
    if (type === 'CURRENT' && current === SESSIONS) heap = heapMb();
    if (type !== 'EXPIRED') continue;
    late.push(Date.now() - (session.expiresAt?.getTime() ?? 0));
    if (late.length === SESSIONS) break;
  }
  return { late, heap };
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_048_576;
}

function quantiles(values: number[]): string {
  values.sort((a, b) => a - b);
  const at = (part: number): string =>
    String(Math.round(values[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0));
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, max ${at(1)}`;
}

void main();
