import { Pool } from 'undici';
import { measureMemory, serve } from './child';
import type { SeenCall } from './vendors';

/** As many connections to each vendor as the service opens. */
const CONNECTIONS = 16;

const pools = new Map<string, Pool>();
/** What the last run read, so that it is in memory when that is measured. */
let kept: unknown[] = [];

/** Makes the calls, all at once as far as the connections go, and reads the answers: nothing else. */
async function replay(calls: readonly SeenCall[]): Promise<number> {
  const startedAt = performance.now();
  kept = await Promise.all(calls.map(call));
  return performance.now() - startedAt;
}

async function call({ method, url, headers, body }: SeenCall): Promise<unknown> {
  const { origin, pathname, search } = new URL(url);
  const pool = pools.get(origin) ?? new Pool(origin, { connections: CONNECTIONS });
  pools.set(origin, pool);
  const answer = await pool.request({
    method: method === 'POST' ? 'POST' : 'GET',
    path: pathname + search,
    headers,
    body: body ?? null,
  });
  if (answer.statusCode >= 400) throw new Error(`${method} ${pathname} was answered ${answer.statusCode}`);
  return JSON.parse(await answer.body.text());
}

serve({ replay, memory: async () => ({ ...(await measureMemory()), kept: kept.length }) });
