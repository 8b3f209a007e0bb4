import { Account } from './accounts/account';
import { AccountHealth } from './accounts/health';
import type { AccountConfig, Config } from './config/config';
import { type Allowance, monthOf, pollPace } from './domain/allowance';
import type { CircuitState } from './domain/circuit';
import type { Clock } from './domain/time';
import type { Watches } from './services/expiry/watches';
import type { Rights } from './services/rights';
import type { DurableStore } from './stores/ports';
import type { ServiceLogger } from './telemetry/logger';
import type { Metrics } from './telemetry/metrics';
import type { Tracing } from './telemetry/tracing';
import { type Fetch, openFetch } from './transport/fetch';
import type { AttemptReport } from './transport/observe';
import { openPipeline } from './transport/pipeline';
import { Quota } from './transport/quota';
import { vendors } from './vendors';

/** What everything in the house is made with. */
export interface Tools {
  readonly config: Config;
  readonly logger: ServiceLogger;
  readonly clock: Clock;
  /** On which the time limits of vendor calls run. */
  readonly limitClock: Clock;
  readonly metrics: Metrics;
  /** Chance, from 0 to 1. */
  readonly random: () => number;
  /** What callers may do by now. */
  readonly rights: Rights;
  /** What is followed. */
  readonly watches: Watches;
  readonly tracing: Tracing;
}

/** One account: its connections, its credentials, its driver, and the memory in front of them. */
export async function openAccount(
  account: AccountConfig,
  store: Pick<DurableStore, 'quotas'>,
  tools: Tools,
): Promise<Account> {
  const { clock, metrics, logger, config } = tools;
  const module = vendors[account.vendor];
  const health = new AccountHealth(clock);
  const quota = account.monthlyCalls === 0 ? undefined : openQuota(account, store, tools);
  await quota?.open();
  const fetch = openFetchOf(account);
  const pipeline = openPipeline({
    account: account.key,
    fetch,
    clock,
    limitClock: tools.limitClock,
    random: tools.random,
    concurrency: account.concurrency,
    timeoutMs: account.timeoutMs,
    deadlineMs: account.deadlineMs,
    report: (attempt) => reportAttempt(attempt, health, tools),
    refused: (reason) => metrics.vendorCallRefused(account.key, reason),
    credentialsRejected: (why) => {
      if (!health.isNews('credentials')) return;
      logger.warn({ account: account.key, why }, "the vendor refuses the account's credentials");
    },
    circuitChanged: reportsOfCircuit(account.key, health, tools),
    ...(quota === undefined ? {} : { quota }),
  });
  metrics.circuit(account.key, pipeline.circuit());
  const authenticator = module.createAuthenticator(account.settings, {
    transport: pipeline.anonymous,
    clock,
  });
  return new Account({
    key: account.key,
    vendor: account.vendor,
    driver: module.createDriver(account.settings, {
      transport: pipeline.authenticated(authenticator, module.isUnauthorized),
      now: () => clock.now(),
      dropped: (row) => {
        metrics.droppedRow(account.key, row.what);
        logger.warn({ account: account.key, ...row }, 'a row of a vendor could not be read and was left out');
      },
    }),
    catalogue: module.catalogue,
    clock,
    freshness: config.freshness,
    staleMaxMs: config.staleMaxSeconds * 1000,
    health,
    circuit: () => pipeline.circuit(),
    ...(quota === undefined ? {} : { allowance: quota }),
    spared: (kind, from, keys) =>
      metrics.cacheRead({ account: account.key, kind, result: from === 'CACHE' ? 'hit' : 'shared' }, keys),
    observer: tools.watches,
    close: async () => {
      await fetch.close();
      await quota?.close();
    },
  });
}

/** Counts an account's calls against what its vendor allows. */
function openQuota(
  { key, monthlyCalls }: AccountConfig,
  store: Pick<DurableStore, 'quotas'>,
  { clock, metrics, logger, config }: Tools,
): Quota {
  return new Quota({
    account: key,
    limit: monthlyCalls,
    store: store.quotas,
    clock,
    oldestMs: config.staleMaxSeconds * 1000,
    report: (report, exhaustedAt) => metrics.allowance({ account: key, ...report, exhaustedAt }),
    warn: (percent, { used, limit, resetsAt }) =>
      logger.warn(
        { account: key, percent, used, limit, resetsAt },
        `${percent} % of the month's vendor calls are used`,
      ),
    lost: (error) =>
      logger.warn(
        { account: key, err: error },
        'vendor calls are counted in memory until the store answers again',
      ),
  });
}

function openFetchOf(account: AccountConfig): Fetch {
  const statusUrl = vendors[account.vendor].statusUrl?.(account.settings);
  return openFetch({
    baseUrl: account.settings.text('baseUrl'),
    ...(statusUrl === undefined ? {} : { statusUrl }),
    timeoutMs: account.timeoutMs,
    connections: account.concurrency,
  });
}

/** Outcomes that say that the account's vendor answers. */
const ANSWERED: ReadonlySet<string> = new Set(['ok', 'http_4xx']);

function reportAttempt(
  attempt: AttemptReport,
  health: AccountHealth,
  { metrics, logger, tracing }: Tools,
): void {
  const { account, route, outcome, fault, missingPermission } = attempt;
  metrics.vendorCall(attempt);
  tracing.vendorCall(attempt);
  if (fault !== undefined) health.failed(fault);
  else if (ANSWERED.has(outcome)) health.succeeded();
  metrics.accountHealthy(account, health.report().healthy);
  logger.debug({ ...attempt, durationMs: Math.round(attempt.durationMs) }, 'vendor call');
  if (missingPermission !== undefined && health.isNews(route)) {
    logger.warn({ account, route, missingPermission }, "the account's credentials lack a permission");
  }
}

/** The log tells once that a circuit opened, and once that it closed: a trial that fails is no news. */
function reportsOfCircuit(
  account: string,
  health: AccountHealth,
  { metrics, logger }: Tools,
): (state: CircuitState) => void {
  let isOpen = false;
  return (state) => {
    metrics.circuit(account, state);
    const { lastError } = health.report();
    if (state === 'OPEN' && !isOpen) logger.warn({ account, lastError }, 'the circuit of an account is open');
    if (state === 'CLOSED') logger.info({ account }, 'the circuit of an account is closed again');
    if (state !== 'HALF_OPEN') isOpen = state === 'OPEN';
  };
}

/** An account that asks nobody anything: it is only imagined, for plans. */
export function idleAccount(account: AccountConfig, config: Config, clock: Clock): Account {
  const module = vendors[account.vendor];
  const { key, vendor, settings, monthlyCalls } = account;
  const driver = module.createDriver(settings, {
    transport: {
      send: () => Promise.reject(new Error('a plan calls nobody')),
    },
    now: () => clock.now(),
    dropped: () => {},
  });
  return new Account({
    key,
    vendor,
    driver,
    catalogue: module.catalogue,
    clock,
    freshness: config.freshness,
    staleMaxMs: 0,
    circuit: () => 'CLOSED',
    health: new AccountHealth(clock),
    ...(monthlyCalls === 0 ? {} : { allowance: untouched(monthlyCalls, clock) }),
    spared: () => {},
    close: async () => {},
  });
}

/** An allowance of which nobody knows what is used. */
function untouched(limit: number, clock: Clock): Allowance {
  const window = monthOf(clock.now());
  const spending = { limit, used: 0, window, nowMs: clock.now() };
  return {
    report: () => ({ limit, used: 0, remaining: limit, resetsAt: new Date(window.endMs) }),
    leastAgeMs: () => 0,
    easesAt: () => new Date(clock.now()),
    pollCallsPerHour: () => pollPace(spending, 0),
  };
}
