import { Account } from './accounts/account';
import { AccountHealth } from './accounts/health';
import type { AccountConfig, Config } from './config/config';
import { type Allowance, monthOf, pollPace } from './domain/allowance';
import type { Clock } from './domain/time';
import type { Watches } from './services/expiry/watches';
import type { Rights } from './services/rights';
import type { DurableStore } from './stores/ports';
import type { ServiceLogger } from './telemetry/logger';
import type { Metrics } from './telemetry/metrics';
import type { Tracing } from './telemetry/tracing';
import { openFetch } from './transport/fetch';
import { type AttemptReport, openAnonymousTransport, openTransport } from './transport/pipeline';
import { Quota } from './transport/quota';
import { vendors } from './vendors';

/** What everything in the house is made with. */
export interface Tools {
  readonly config: Config;
  readonly logger: ServiceLogger;
  readonly clock: Clock;
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
  store: DurableStore,
  tools: Tools,
): Promise<Account> {
  const { clock, metrics, logger, config } = tools;
  const module = vendors[account.vendor];
  const health = new AccountHealth(clock);
  const quota = account.monthlyCalls === 0 ? undefined : openQuota(account, store, tools);
  await quota?.open();
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
    ...(quota === undefined ? {} : { quota }),
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
  store: DurableStore,
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

function reportAttempt(
  attempt: AttemptReport,
  health: AccountHealth,
  { metrics, logger, tracing }: Tools,
): void {
  metrics.vendorCall(attempt);
  tracing.vendorCall(attempt);
  if (attempt.fault === undefined) health.succeeded();
  else health.failed(attempt.fault);
  metrics.accountHealthy(attempt.account, health.report().healthy);
  logger.debug({ ...attempt, durationMs: Math.round(attempt.durationMs) }, 'vendor call');
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
