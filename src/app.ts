import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Fleet } from './accounts/fleet';
import { openAccount, type Tools } from './app-accounts';
import { loadCallerTokens } from './config/auth-tokens';
import type { AccountConfig, Config } from './config/config';
import { simulatedAccounts } from './config/shorthand-accounts';
import type { Clock } from './domain/time';
import type { Services } from './graph/context';
import { buildGraph } from './graph/schema';
import { createAuthenticate } from './server/authenticate';
import { listen } from './server/listen';
import { openPlayground } from './server/playground/playground';
import { createServer } from './server/server';
import { AccessGate } from './services/access-gate';
import { AccessService } from './services/access-service';
import { AccessWriteService } from './services/access-write-service';
import { AuditLog } from './services/audit-log';
import { DeviceService } from './services/device-service';
import { FleetService } from './services/fleet-service';
import { IntentLeases } from './services/intent-leases';
import { LinkBook } from './services/link-book';
import { LinkCloser } from './services/link-closer';
import { LinkFinder } from './services/link-finder';
import { LinkKeeper } from './services/link-keeper';
import { LinkOpener } from './services/link-opener';
import { LinkService } from './services/link-service';
import { LinkSettler } from './services/link-settler';
import type { LinkTools } from './services/link-tools';
import { MadeAccesses } from './services/made-accesses';
import { Pauses } from './services/pauses';
import type { LinkPolicy } from './services/policy';
import { SessionList } from './services/session-list';
import { SessionService } from './services/session-service';
import { VpnService } from './services/vpn-service';
import { VpnWriteService } from './services/vpn-write-service';
import { type Simulators, startSimulators } from './simulators/simulators';
import { openStore } from './stores/open';
import type { DurableStore } from './stores/ports';
import { systemClock } from './system-clock';
import type { ServiceLogger } from './telemetry/logger';
import { openMetrics } from './telemetry/metrics';
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
  const fleet = new Fleet(
    await Promise.all(accountConfigs.map((account) => openAccount(account, store, tools))),
  );

  const links = createServices(fleet, store, { ...tools, accounts: accountConfigs });

  const graph = buildGraph();
  const server = await createServer({
    schema: graph.schema,
    services: links.services,
    clock,
    authenticate: createAuthenticate({
      everyone: config.auth.disabled,
      tokens: config.auth.tokensFile === undefined ? [] : loadCallerTokens(config.auth.tokensFile),
      ...(config.auth.jwks === undefined ? {} : { jwks: config.auth.jwks }),
    }),
    rights: { now: (principal) => principal, onChange: () => {} },
    playground,
    logger,
    metrics: tools.metrics,
    health: { phase: () => phase, pingStore: () => store.ping(), degraded: () => degradedIn(fleet) },
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
    await server.close();
    await links.stop();
    await fleet.close();
    await store.close();
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
  { clock, logger, accounts }: Tools & { readonly accounts: readonly AccountConfig[] },
): RunningServices {
  const warn = (message: string, cause: unknown): void => logger.warn({ err: cause }, message);
  const leases = new IntentLeases(store.intents, clock);
  const book = new LinkBook(store, clock, randomUUID, leases);
  const pauses = new Pauses(clock);
  const policies = new Map(accounts.map((account) => [account.key, policyOf(account)]));
  const tools: LinkTools = {
    fleet,
    store,
    book,
    clock,
    gate: new AccessGate(),
    pauses,
    newId: randomUUID,
    policyOf: (key) => policies.get(key) ?? NOTHING_ALLOWED,
    warn,
  };
  const made = new MadeAccesses(tools);
  const opener = new LinkOpener(tools, new LinkFinder(tools), made);
  const closer = new LinkCloser(tools);
  const keeper = new LinkKeeper(tools, closer, made);
  const settler = new LinkSettler({ tools, leases, opener, made, keeper });
  const links = new LinkService(tools, opener, closer, keeper, made);
  const services: Services = {
    devices: new DeviceService(fleet),
    accesses: new AccessService(fleet),
    sessions: new SessionService({
      fleet,
      store: store.sessions,
      clock,
      entriesOf: (saved) => book.entriesOfRead(saved),
      warn,
    }),
    sessionList: new SessionList(fleet, store.sessions, clock),
    vpn: new VpnService(fleet),
    fleet: new FleetService(fleet, store.sessions, clock),
    links,
    accessWrites: new AccessWriteService(tools),
    vpnWrites: new VpnWriteService(tools),
    auditLog: new AuditLog(fleet, store.audit),
    clock,
  };
  return {
    services,
    start: () => {
      keeper.start();
      settler.start();
    },
    stop: async () => {
      pauses.stop();
      await settler.stop();
      await keeper.stop();
      await links.idle();
      await leases.stop();
    },
  };
}

/** The policy of an account that is not configured. */
const NOTHING_ALLOWED: LinkPolicy = { maxSeconds: 0, protocols: [], networks: [] };

function policyOf({ linkMaxSeconds, linkProtocols, linkNetworks }: AccountConfig): LinkPolicy {
  return { maxSeconds: linkMaxSeconds, protocols: linkProtocols, networks: linkNetworks };
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
