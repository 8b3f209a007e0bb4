import path from 'node:path';
import { startApp } from '../src/app';
import { loadConfig } from '../src/config/load';
import { openLogger } from '../src/telemetry/logger';
import { vendors } from '../src/vendors';
import { measureMemory, serve } from './child';

/** The built service, as an operator starts it, configured by the environment. */
async function main(): Promise<void> {
  const cwd = process.cwd();
  const config = loadConfig({ env: process.env, cwd, vendors: Object.values(vendors) });
  const app = await startApp({
    config,
    logger: openLogger({ level: 'error', pretty: false }),
    // From dist/bench/bench.
    playgroundDirectory: path.resolve(__dirname, '../../playground'),
  });
  serve({ url: () => app.url, memory: measureMemory });
}

void main();
