import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Account } from './accounts/account';
import { Fleet } from './accounts/fleet';
import { AccountHealth } from './accounts/health';
import type { AccountConfig, Config } from './config/config';
import { simulatedAccounts } from './config/shorthand-accounts';
import { TokenFile } from './config/token-file';
import type { Clock } from './domain/time';
import type { Services } from './graph/context';
import { CallerLimits } from './graph/limits/caller-limits';
import { OperationGate } from './graph/limits/operation-gate';
import { OPERATION_LIMITS } from './graph/limits/operation-limits';
import { buildGraph } from './graph/schema';
import { createApollo } from './server/apollo';
import { createAuthenticate } from './server/authenticate';
import { createHttp } from './server/http';
import { listen } from './server/listen';
import { openPlayground } from './server/playground/playground';
import { AccessGate } from './services/access-gate';
import { AccessService } from './services/access-service';
import { AccessWriteService } from './services/access-write-service';
import { AuditLog } from './services/audit-log';
import { Cursors } from './services/cursor';
import { DeviceService } from './services/device-service';
import { FleetService } from './services/fleet-service';
import { LinkBook } from './services/link-book';
import { LinkCloser } from './services/link-closer';
import { LinkKeeper } from './services/link-keeper';
import { LinkOpener } from './services/link-opener';
import { LinkService } from './services/link-service';
import { LinkSettler } from './services/link-settler';
import type { LinkTools } from './services/link-tools';
import { MadeAccesses } from './services/made-accesses';
import type { LinkPolicy } from './services/policy';
import { SessionList } from './services/session-list';
import { SessionService } from './services/session-service';
import { VpnService } from './services/vpn-service';
import { VpnWriteService } from './services/vpn-write-service';
import { type Simulators, startSimulators } from './simulators/simulators';
import { openStore, storeKeysFor } from './stores/open';
import type { DurableStore } from './stores/ports';
import { systemClock } from './system-clock';
import { openBoundedLog } from './telemetry/bounded-log';
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
  const storeOptions = {
    databaseUrl:
      folder === undefined ? config.databaseUrl.reveal() : `file:${path.join(folder, 'drawbridge.db')}`,
    key: config.storeKey?.reveal(),
    warn: (message: string) => logger.warn({}, message),
  };
  const store = await openStore(storeOptions);
  const cursors = new Cursors(await storeKeysFor('cursors', storeOptions));
  const simulators = config.simulated ? await startSimulators(config.simulators) : undefined;
  const accountConfigs = simulators === undefined ? config.accounts : accountsOf(simulators, config);
  const fleet = new Fleet(accountConfigs.map((account) => openAccount(account, tools)));

  const links = createServices(fleet, store, { ...tools, cursors, accounts: accountConfigs });

  const graph = buildGraph();
  const gate = new OperationGate({
    schema: graph.schema,
    limits: { ...OPERATION_LIMITS, cost: config.callers.operationMaxCost },
    explore: config.explore,
    trusted: config.trustedDocuments,
  });
  const callerLimits = new CallerLimits(config.callers, clock);
  const apollo = createApollo({
    schema: graph.schema,
    logger,
    metrics: tools.metrics,
    monotonic: () => clock.monotonic(),
    gate,
    callerLimits,
    batching: config.callers.batchedOperations > 1,
  });
  await apollo.start();
  const tokenFile = openTokenFile(tools);
  const http = createHttp({
    apollo,
    services: links.services,
    authenticate: createAuthenticate({
      everyone: config.auth.disabled,
      holders: () => tokenFile?.current() ?? [],
      ...(config.auth.jwks === undefined ? {} : { jwks: config.auth.jwks }),
    }),
    callerLimits,
    refusals: openBoundedLog(logger, clock, REFUSALS_LOGGED_PER_MINUTE),
    loopbackOnly: config.auth.disabled,
    batchedOperations: config.callers.batchedOperations,
    playground,
    logger,
    metrics: tools.metrics,
    health: { phase: () => phase, pingStore: () => store.ping(), degraded: () => degradedIn(fleet) },
    sdl: graph.sdl,
    explore: config.explore,
    corsOrigins: config.corsOrigins,
    staleMaxSeconds: config.staleMaxSeconds,
  });
  const close = async (): Promise<void> => {
    phase = 'draining';
    tokenFile?.close();
    await http.close();
    await apollo.stop();
    await links.stop();
    await fleet.close();
    await store.close();
    await simulators?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  const url = await listen(http, config).catch(async (thrown: unknown) => {
    await close();
    throw thrown;
  });
  phase = 'serving';
  links.start();
  return { url, simulators, close };
}

/** Requests that strangers are refused can be many: this many of them are a line in the log. */
const REFUSALS_LOGGED_PER_MINUTE = 60;

/** The bearer tokens of callers, which an operator may change while the service runs. */
function openTokenFile({ config, logger, clock }: Tools): TokenFile | undefined {
  const { tokensFile } = config.auth;
  if (tokensFile === undefined) return undefined;
  return new TokenFile({
    path: tokensFile,
    clock,
    onChange: (callers) => logger.info({ callers }, 'the list of callers has changed'),
    onBroken: (problems) =>
      logger.error(
        { problems },
        'the list of callers has changed and cannot be read: the earlier one stands',
      ),
  });
}

/** The use cases, and the work on links that goes on by itself. */
interface RunningServices {
  readonly services: Services;
  /** Settles what an earlier run left open, and ends what is due. */
  start(): void;
  /** Begins nothing more, and waits for what is on its way. */
  stop(): Promise<void>;
}

function createServices(
  fleet: Fleet,
  store: DurableStore,
  around: Tools & { readonly cursors: Cursors; readonly accounts: readonly AccountConfig[] },
): RunningServices {
  const { clock, logger, accounts, cursors } = around;
  const warn = (message: string, cause: unknown): void => logger.warn({ err: cause }, message);
  const book = new LinkBook(store, clock, randomUUID);
  const policies = new Map(accounts.map((account) => [account.key, policyOf(account)]));
  const tools: LinkTools = {
    fleet,
    store,
    book,
    clock,
    gate: new AccessGate(),
    newId: randomUUID,
    policyOf: (key) => policies.get(key) ?? NOTHING_ALLOWED,
    warn,
  };
  const opener = new LinkOpener(tools);
  const closer = new LinkCloser(tools);
  const keeper = new LinkKeeper(tools, closer);
  const made = new MadeAccesses(tools);
  const settler = new LinkSettler(tools, opener, made, keeper);
  const links = new LinkService(tools, opener, closer, keeper, made);
  const services: Services = {
    devices: new DeviceService(fleet, cursors),
    accesses: new AccessService(fleet),
    sessions: new SessionService({
      fleet,
      store: store.sessions,
      clock,
      recordSeen: (seen) => book.auditSeen(seen),
      warn,
    }),
    sessionList: new SessionList(fleet, store.sessions, clock, cursors),
    vpn: new VpnService(fleet),
    fleet: new FleetService(fleet, store.sessions, clock),
    links,
    accessWrites: new AccessWriteService(tools),
    vpnWrites: new VpnWriteService(tools),
    auditLog: new AuditLog(fleet, store.audit, cursors),
    clock,
  };
  return {
    services,
    start: () => {
      keeper.start();
      settler
        .run()
        .catch((thrown: unknown) => warn('what an earlier run left open could not be read', thrown));
    },
    stop: async () => {
      settler.stop();
      opener.stop();
      await keeper.stop();
      await links.idle();
    },
  };
}

/** The policy of an account that is not configured. */
const NOTHING_ALLOWED: LinkPolicy = { maxSeconds: 0, protocols: [], networks: [] };

function policyOf({ linkMaxSeconds, linkProtocols, linkNetworks }: AccountConfig): LinkPolicy {
  return { maxSeconds: linkMaxSeconds, protocols: linkProtocols, networks: linkNetworks };
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
      now: () => clock.now(),
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
