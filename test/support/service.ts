import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type App, startApp } from '../../src/app';
import { loadConfig } from '../../src/config/load';
import type { Clock } from '../../src/domain/time';
import { buildPlayground } from '../../src/server/playground/playground-build';
import type { OperationPlan } from '../../src/services/plan/operation-plan';
import { variablesOf } from '../../src/simulators/account-variables';
import { type SimulatorOptions, type Simulators, startSimulators } from '../../src/simulators/simulators';
import { openLogger } from '../../src/telemetry/logger';
import { vendors } from '../../src/vendors';

export { variablesOf };

/** The real service over simulated vendors, on a free port, with a store of its own. */
export interface TestService {
  /** Where it listens, without a path. */
  readonly url: string;
  readonly simulators: Simulators;
  /** Every log line so far. */
  readonly log: readonly string[];
  /** Sends one operation and answers its JSON. */
  query<T = Record<string, unknown>>(query: string, options?: QueryOptions): Promise<GraphResult<T>>;
  close(): Promise<void>;
}

export interface QueryOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** An answer of the graph. */
export interface GraphResult<T> {
  readonly data: T;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
  readonly extensions?: {
    readonly vendorCalls?: readonly Readonly<Record<string, unknown>>[];
    readonly plan?: OperationPlan;
  };
}

export interface TestServiceOptions {
  readonly simulators?: SimulatorOptions;
  /** Variables beside those that name the simulated vendors, or in place of them. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
}

/** Starts the simulated vendors without latency, and the service with accounts at them. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const playground = path.join(tmpdir(), 'drawbridge-test-playground');
  await buildPlayground(playground);
  const { clock } = options;
  const simulators = await startSimulators({
    latencyMs: 0,
    ...(clock === undefined ? {} : { now: () => clock.now() }),
    ...options.simulators,
  });
  const log: string[] = [];
  const app = await openApp(simulators, folder, playground, log, options).catch(async (thrown: unknown) => {
    await simulators.close();
    throw thrown;
  });
  return {
    url: app.url,
    simulators,
    log,
    query: (query, asked) => send(app.url, query, asked),
    close: async () => {
      await app.close();
      await simulators.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openApp(
  simulators: Simulators,
  folder: string,
  playgroundDirectory: string,
  log: string[],
  options: TestServiceOptions,
): Promise<App> {
  const config = loadConfig({
    env: {
      ...variablesOf(simulators),
      AUTH_DISABLED: '1',
      // What a test asks must not depend on the day of the month.
      RMS_MONTHLY_CALLS: '0',
      PORT: '0',
      DATABASE_URL: `file:${path.join(folder, 'drawbridge.db')}`,
      LOG_LEVEL: 'debug',
      ...options.env,
    },
    cwd: folder,
    vendors: Object.values(vendors),
  });
  return startApp({
    config,
    logger: openLogger({
      level: config.logLevel,
      pretty: false,
      destination: { write: (line) => log.push(line) },
    }),
    playgroundDirectory,
    // Tries follow each other without a pause.
    random: () => 0,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
}

async function send<T>(url: string, query: string, options: QueryOptions = {}): Promise<GraphResult<T>> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...options.headers },
    body: JSON.stringify({ query, variables: options.variables, extensions: options.extensions }),
  });
  return (await answer.json()) as GraphResult<T>;
}
