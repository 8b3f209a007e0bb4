import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Fleet } from './accounts/fleet';
import { openAccount, type Tools } from './app-accounts';
import { createServices } from './app-services';
import type { AccountConfig, Config } from './config/config';
import { simulatedAccounts } from './config/shorthand-accounts';
import { TokenFile } from './config/token-file';
import type { Clock } from './domain/time';
import { CallerLimits } from './graph/limits/caller-limits';
import { OperationGate } from './graph/limits/operation-gate';
import { OPERATION_LIMITS } from './graph/limits/operation-limits';
import { Planner } from './graph/planner';
import { buildGraph } from './graph/schema';
import { callerNow, createAuthenticate } from './server/authenticate';
import type { DegradedAccount } from './server/health';
import { listen } from './server/listen';
import { openPlayground } from './server/playground/playground';
import { createServer } from './server/server';
import { createStoreProbe } from './server/store-probe';
import { Cursors } from './services/cursor';
import { observeStore } from './services/expiry/observed-store';
import { Watches } from './services/expiry/watches';
import { readOnly } from './services/plan/ledger';
import { PlanService } from './services/plan/plan-service';
import { Rights } from './services/rights';
import { variablesOf } from './simulators/account-variables';
import { type Simulators, startSimulators } from './simulators/simulators';
import { openStore, storeKeysFor } from './stores/open';
import { systemClock } from './system-clock';
import { openBoundedLog } from './telemetry/bounded-log';
import type { ServiceLogger } from './telemetry/logger';
import { openMetrics } from './telemetry/metrics';
import { NO_TRACING, openTracing } from './telemetry/tracing';
import { vendors } from './vendors';

/** What the service is started with. */
export interface AppOptions {
  readonly config: Config;
  readonly logger: ServiceLogger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** On which the time limits of vendor calls run. Default: the machine's. */
  readonly limitClock?: Clock;
  /** From 0 to below 1, for the pauses between tries of vendor calls. Default: the machine's. */
  readonly random?: () => number;
  /** Where the built playground is. Default: beside this file. */
  readonly playgroundDirectory?: string;
}

/** The running service. */
export interface App {
  /** Where it listens, without a path. */
  readonly url: string;
  /** The simulated vendors, where no account is configured. */
  readonly simulators: Simulators | undefined;
  /** Takes no new work, lets running operations finish, and closes everything. */
  close(): Promise<void>;
}

/** Starts the service: read from top to bottom, this is the whole house. Throws where it cannot be started. */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, logger, clock = systemClock } = options;
  const { limitClock = systemClock, random = Math.random } = options;
  const tracing = config.tracesEndpoint === undefined ? NO_TRACING : await openTracing(config.tracesEndpoint);
  const tools = openTools({ config, logger, clock, limitClock, tracing, random });
  let phase: 'starting' | 'serving' | 'draining' = 'starting';

  const playground = openPlayground(options.playgroundDirectory ?? path.join(__dirname, 'playground'));
  const folder = config.storeIsTemporary ? await mkdtemp(path.join(tmpdir(), 'drawbridge-')) : undefined;
  const storeOptions = {
    databaseUrl:
      folder === undefined ? config.databaseUrl.reveal() : `file:${path.join(folder, 'drawbridge.db')}`,
    key: config.storeKey?.reveal(),
    warn: (message: string) => logger.warn({}, message),
  };
  const durable = await openStore(storeOptions);
  const cursors = new Cursors(await storeKeysFor('cursors', storeOptions));
  const store = observeStore(durable, tools.watches.ledger);
  tools.watches.ledger.readFrom(durable);
  const simulators = config.simulated ? await startSimulators(config.simulators) : undefined;
  const accountConfigs = simulators === undefined ? config.accounts : accountsOf(simulators, config);
  const fleet = new Fleet(
    await Promise.all(accountConfigs.map((account) => openAccount(account, store, tools))),
  );

  const links = createServices(fleet, store, { ...tools, cursors, accounts: accountConfigs });

  const graph = buildGraph({ supergraphNode: config.supergraphNode });
  const tokenFile = openTokenFile(tools);
  const server = await createServer({
    schema: graph.schema,
    planner: new Planner(
      graph.schema,
      new PlanService({ fleet, clock, cursors, ledgerIn: () => readOnly(store) }),
    ),
    gate: new OperationGate({
      schema: graph.schema,
      limits: { ...OPERATION_LIMITS, cost: config.callers.operationMaxCost },
      explore: config.explore,
      trusted: config.trustedDocuments,
    }),
    callerLimits: new CallerLimits(config.callers, clock),
    refusals: openBoundedLog(logger, clock, REFUSALS_LOGGED_PER_MINUTE),
    loopbackOnly: config.auth.disabled,
    batchedOperations: config.callers.batchedOperations,
    services: links.services,
    clock,
    authenticate: createAuthenticate({
      everyone: config.auth.disabled,
      holders: () => tokenFile?.current() ?? [],
      ...(config.auth.jwks === undefined ? {} : { jwks: config.auth.jwks }),
    }),
    rights: tools.rights,
    playground,
    logger,
    metrics: tools.metrics,
    tracing,
    health: {
      phase: () => phase,
      pingStore: createStoreProbe(() => store.ping(), clock),
      degraded: () => degradedIn(fleet),
    },
    sdl: graph.sdl,
    explore: config.explore,
    corsOrigins: config.corsOrigins,
    callbackOrigins: config.callbackOrigins,
    staleMaxSeconds: config.staleMaxSeconds,
    newId: randomUUID,
    fetch,
  });
  const close = async (): Promise<void> => {
    phase = 'draining';
    tokenFile?.close();
    await server.close();
    await links.stop();
    await fleet.close();
    await store.close();
    await tracing.close();
    await simulators?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  const url = await listen(server.http, config).catch(async (thrown: unknown) => {
    await close();
    throw thrown;
  });
  phase = 'serving';
  links.start();
  return { url, simulators, close };
}

/** Requests that strangers are refused can be many: this many of them are a line in the log. */
const REFUSALS_LOGGED_PER_MINUTE = 60;

/** The bearer tokens of callers, which an operator may change while the service runs: whoever stays is told. */
function openTokenFile({ config, logger, clock, rights }: Tools): TokenFile | undefined {
  const { tokensFile } = config.auth;
  if (tokensFile === undefined) return undefined;
  const file = new TokenFile({
    path: tokensFile,
    clock,
    onChange: (callers) => {
      logger.info({ callers }, 'the list of callers has changed');
      rights.change((principal) => callerNow(principal, file.current()));
    },
    onBroken: (problems) =>
      logger.error(
        { problems },
        'the list of callers has changed and cannot be read: the earlier one stands',
      ),
  });
  return file;
}

/** What everything is made with, for one service. */
export function openTools(
  given: Pick<Tools, 'config' | 'logger' | 'clock' | 'limitClock' | 'tracing' | 'random'>,
): Tools {
  const metrics = openMetrics();
  const rights = new Rights();
  const watches = new Watches({
    clock: given.clock,
    late: (ms) => metrics.eventLate(ms),
    warn: (message, cause) => given.logger.warn({ err: cause }, message),
  });
  return { ...given, metrics, rights, watches };
}

function degradedIn(fleet: Fleet): readonly DegradedAccount[] {
  return fleet.all().flatMap((account) => {
    const { healthy, lastError } = account.health();
    const circuit = account.circuit();
    return healthy && circuit === 'CLOSED' ? [] : [{ account: account.key, lastError, circuit }];
  });
}

/** The simulated vendors as if an operator had configured them: nothing else knows that they are not real. */
function accountsOf(simulators: Simulators, config: Config): readonly AccountConfig[] {
  return simulatedAccounts({
    env: {},
    variables: variablesOf(simulators),
    vendors: Object.values(vendors),
    limits: config.limits,
  });
}
