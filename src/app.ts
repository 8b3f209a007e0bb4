import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Account } from './accounts/account';
import { Fleet } from './accounts/fleet';
import { AccountHealth } from './accounts/health';
import { loadCallerTokens } from './config/auth-tokens';
import type { AccountConfig, Config } from './config/config';
import { simulatedAccounts } from './config/shorthand-accounts';
import type { Clock } from './domain/time';
import type { Services } from './graph/context';
import { buildGraph } from './graph/schema';
import { createApollo } from './server/apollo';
import { createAuthenticate } from './server/authenticate';
import { createHttp } from './server/http';
import { openPlayground } from './server/playground/playground';
import { AccessService } from './services/access-service';
import { DeviceService } from './services/device-service';
import { FleetService } from './services/fleet-service';
import { SessionList } from './services/session-list';
import { SessionService } from './services/session-service';
import { VpnService } from './services/vpn-service';
import { type Simulators, startSimulators } from './simulators/simulators';
import { openStore } from './stores/open';
import type { DurableStore } from './stores/ports';
import { systemClock } from './system-clock';
import type { ServiceLogger } from './telemetry/logger';
import { type Metrics, openMetrics } from './telemetry/metrics';
import { openFetch } from './transport/fetch';
import { type AttemptReport, openAnonymousTransport, openTransport } from './transport/pipeline';
import { vendors } from './vendors';

/** What the service is started with. */
export interface AppOptions {
  readonly config: Config;
  readonly logger: ServiceLogger;
  /** Default: the machine's. */
  readonly clock?: Clock;
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

/** What everything is made with. */
interface Tools {
  readonly config: Config;
  readonly logger: ServiceLogger;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Starts the service: read from top to bottom, this is the whole house. Throws where it cannot be started. */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, logger, clock = systemClock } = options;
  const tools: Tools = { config, logger, clock, metrics: openMetrics() };
  let phase: 'starting' | 'serving' | 'draining' = 'starting';

  const playground = openPlayground(options.playgroundDirectory ?? path.join(__dirname, 'playground'));
  const folder = config.storeIsTemporary ? await mkdtemp(path.join(tmpdir(), 'drawbridge-')) : undefined;
  const store = await openStore({
    databaseUrl:
      folder === undefined ? config.databaseUrl.reveal() : `file:${path.join(folder, 'drawbridge.db')}`,
    key: config.storeKey?.reveal(),
    warn: (message) => logger.warn({}, message),
  });
  const simulators = config.simulated ? await startSimulators(config.simulators) : undefined;
  const accountConfigs = simulators === undefined ? config.accounts : accountsOf(simulators, config);
  const fleet = new Fleet(accountConfigs.map((account) => openAccount(account, tools)));

  const graph = buildGraph();
  const apollo = createApollo({
    schema: graph.schema,
    logger,
    metrics: tools.metrics,
    monotonic: () => clock.monotonic(),
    explore: config.explore,
  });
  await apollo.start();
  const http = createHttp({
    apollo,
    services: createServices(fleet, store, tools),
    authenticate: createAuthenticate({
      everyone: config.auth.disabled || config.simulated,
      tokens: config.auth.tokensFile === undefined ? [] : loadCallerTokens(config.auth.tokensFile),
      ...(config.auth.jwks === undefined ? {} : { jwks: config.auth.jwks }),
    }),
    playground,
    metrics: tools.metrics,
    health: { phase: () => phase, pingStore: () => store.ping(), degraded: () => degradedIn(fleet) },
    sdl: graph.sdl,
    explore: config.explore,
    corsOrigins: config.corsOrigins,
    staleMaxSeconds: config.staleMaxSeconds,
  });
  const url = await http.listen({ host: config.host, port: config.port });
  phase = 'serving';
  return {
    url,
    simulators,
    close: async () => {
      phase = 'draining';
      await http.close();
      await apollo.stop();
      await fleet.close();
      await store.close();
      await simulators?.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function createServices(fleet: Fleet, store: DurableStore, { clock, logger }: Tools): Services {
  const { sessions } = store;
  return {
    devices: new DeviceService(fleet),
    accesses: new AccessService(fleet),
    sessions: new SessionService({
      fleet,
      store: sessions,
      clock,
      warn: (message, cause) => logger.warn({ err: cause }, message),
    }),
    sessionList: new SessionList(fleet, sessions, clock),
    vpn: new VpnService(fleet),
    fleet: new FleetService(fleet, sessions, clock),
    clock,
  };
}

/** One account: its connections, its credentials, its driver, and the memory in front of them. */
function openAccount(account: AccountConfig, tools: Tools): Account {
  const { clock, metrics, logger, config } = tools;
  const module = vendors[account.vendor];
  const health = new AccountHealth(clock);
  const statusUrl = module.statusUrl?.(account.settings);
  const fetch = openFetch({
    baseUrl: account.settings.text('baseUrl'),
    ...(statusUrl === undefined ? {} : { statusUrl }),
    timeoutMs: account.timeoutMs,
    connections: account.concurrency,
  });
  const pipeline = {
    account: account.key,
    fetch,
    clock,
    concurrency: account.concurrency,
    deadlineMs: account.deadlineMs,
    report: (attempt: AttemptReport) => reportAttempt(attempt, health, tools),
  };
  const authenticator = module.createAuthenticator(account.settings, {
    transport: openAnonymousTransport(pipeline),
    clock,
  });
  return new Account({
    key: account.key,
    vendor: account.vendor,
    driver: module.createDriver(account.settings, {
      transport: openTransport(pipeline, authenticator, module.isUnauthorized),
      dropped: (row) => {
        metrics.droppedRow(account.key, row.what);
        logger.warn({ account: account.key, ...row }, 'a row of a vendor could not be read and was left out');
      },
    }),
    catalogue: module.catalogue,
    clock,
    freshness: config.freshness,
    health,
    spared: (kind, from, keys) =>
      metrics.cacheRead({ account: account.key, kind, result: from === 'CACHE' ? 'hit' : 'shared' }, keys),
    close: () => fetch.close(),
  });
}

function reportAttempt(attempt: AttemptReport, health: AccountHealth, { metrics, logger }: Tools): void {
  metrics.vendorCall(attempt);
  if (attempt.fault === undefined) health.succeeded();
  else health.failed(attempt.fault);
  metrics.accountHealthy(attempt.account, health.report().healthy);
  logger.debug({ ...attempt, durationMs: Math.round(attempt.durationMs) }, 'vendor call');
}

function degradedIn(fleet: Fleet): { account: string; lastError: string | null }[] {
  return fleet.all().flatMap((account) => {
    const { healthy, lastError } = account.health();
    return healthy ? [] : [{ account: account.key, lastError }];
  });
}

/** The simulated vendors as if an operator had configured them: nothing else knows that they are not real. */
function accountsOf({ rms, remoteit, everyware }: Simulators, config: Config): readonly AccountConfig[] {
  return simulatedAccounts({
    env: {},
    variables: {
      RMS_TOKEN: rms.credentials.token,
      RMS_BASE_URL: rms.baseUrl,
      RMS_STATUS_URL: rms.statusUrl,
      REMOTEIT_DEVELOPER_KEY: remoteit.credentials.developerKey,
      REMOTEIT_USERNAME: remoteit.credentials.username,
      REMOTEIT_PASSWORD: remoteit.credentials.password,
      REMOTEIT_BASE_URL: remoteit.baseUrl,
      EVERYWARE_USERNAME: everyware.credentials.username,
      EVERYWARE_PASSWORD: everyware.credentials.password,
      EVERYWARE_BASE_URL: everyware.baseUrl,
    },
    vendors: Object.values(vendors),
    limits: config.limits,
  });
}
