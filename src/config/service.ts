import { resolve } from 'node:path';
import { LIMITS } from './account';
import {
  type AccountLimits,
  type CallersConfig,
  type FreshnessConfig,
  LOG_LEVELS,
  type LogLevel,
  type SimulatorsConfig,
} from './config';
import { Secret } from './secret';
import {
  baseUrl,
  commaList,
  flag,
  hostName,
  oneOf,
  type Parse,
  right,
  webOrigin,
  wholeNumber,
  wrong,
} from './values';
import { type Environment, type Problems, readVariable, type Variable } from './variables';

const DAY_SECONDS = 86_400;
const DEFAULT_STORE = './data/drawbridge.db';

/** What the service itself is told, apart from accounts and from who is let in. */
export interface ServiceConfig {
  readonly host: string;
  readonly port: number;
  readonly simulators: SimulatorsConfig;
  readonly limits: AccountLimits;
  readonly databaseUrl: Secret;
  readonly storeKey?: Secret;
  readonly freshness: FreshnessConfig;
  readonly poll: { readonly minMs: number; readonly maxMs: number };
  readonly staleMaxSeconds: number;
  /** Undefined: left to whether the vendors are simulated. */
  readonly explore: 'open' | 'scope' | undefined;
  readonly corsOrigins: readonly string[];
  readonly callers: CallersConfig;
  readonly supergraphNode: boolean;
  readonly callbackOrigins: readonly string[];
  readonly logLevel: LogLevel;
  readonly tracesEndpoint?: string;
}

const HOST: Variable<string> = { name: 'HOST', example: '127.0.0.1', parse: hostName, default: '127.0.0.1' };
const PORT = numeric('PORT', 4000, 0, 65_535);
const POLL_MIN_SECONDS = numeric('POLL_MIN_SECONDS', 5, 1, 3600);
const POLL_MAX_SECONDS = numeric('POLL_MAX_SECONDS', 300, 1, DAY_SECONDS);
const STALE_MAX_SECONDS = numeric('STALE_MAX_SECONDS', 3600, 0, 30 * DAY_SECONDS);
const SIMULATED_DEVICES = numeric('SIMULATED_DEVICES', 120, 0, 100_000);
const SIMULATED_SEED = numeric('SIMULATED_SEED', 1, 0, 4_294_967_295);
const SIMULATED_LATENCY_MS: Variable<number | undefined> = {
  name: 'SIMULATED_LATENCY_MS',
  example: '50',
  parse: wholeNumber(0, 60_000),
  default: undefined,
};
const STORE_KEY: Variable<Secret | undefined> = {
  name: 'STORE_KEY',
  example: '"$(openssl rand -base64 32)"',
  parse: storeKey,
  default: undefined,
};
const EXPLORE: Variable<'open' | 'scope' | undefined> = {
  name: 'EXPLORE',
  example: 'scope',
  parse: oneOf<'open' | 'scope'>(['open', 'scope']),
  default: undefined,
};
const CORS_ORIGINS: Variable<readonly string[]> = {
  name: 'CORS_ORIGINS',
  example: 'https://dashboard.example.com',
  parse: commaList(webOrigin),
  default: [],
};
const SUPERGRAPH_NODE: Variable<boolean> = {
  name: 'SUPERGRAPH_NODE',
  example: '1',
  parse: flag,
  default: false,
};
const CALLBACK_ORIGINS: Variable<readonly string[]> = {
  name: 'CALLBACK_ORIGINS',
  example: 'http://router.internal:4000',
  parse: commaList(webOrigin),
  default: [],
};
const LOG_LEVEL: Variable<LogLevel> = {
  name: 'LOG_LEVEL',
  example: 'info',
  parse: oneOf(LOG_LEVELS),
  default: 'info',
};

const TRACES_ENDPOINT: Variable<string | undefined> = {
  name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  example: 'http://127.0.0.1:4318',
  parse: baseUrl,
  default: undefined,
};

/** Reads the variables of the service; what is wrong goes to the problems. */
export function readService(env: Environment, cwd: string, problems: Problems): ServiceConfig {
  const read = <T>(variable: Variable<T>): T => readVariable(env, problems, variable);
  const freshMs = (kind: string, seconds: number): number =>
    read(numeric(`FRESH_${kind}_SECONDS`, seconds, 0, DAY_SECONDS)) * 1000;
  return {
    host: read(HOST),
    port: read(PORT),
    limits: readDefaultLimits(read),
    simulators: readSimulators(read),
    databaseUrl: read(databaseVariable(cwd)),
    ...optional('storeKey', read(STORE_KEY)),
    freshness: {
      devices: freshMs('DEVICES', 30),
      accesses: freshMs('ACCESSES', 30),
      sessions: freshMs('SESSIONS', 10),
      vpn: freshMs('VPN', 10),
    },
    poll: readPoll(read, problems),
    staleMaxSeconds: read(STALE_MAX_SECONDS),
    explore: read(EXPLORE),
    corsOrigins: read(CORS_ORIGINS),
    callers: {
      operationsPerMinute: read(numeric('CALLER_OPERATIONS_PER_MINUTE', 6000, 0, 10_000_000)),
      costPerMinute: read(numeric('CALLER_COST_PER_MINUTE', 600_000, 0, 1_000_000_000)),
      concurrency: read(numeric('CALLER_CONCURRENCY', 100, 0, 100_000)),
      streams: read(numeric('CALLER_STREAMS', 20_000, 0, 1_000_000)),
      operationMaxCost: read(numeric('OPERATION_MAX_COST', 5000, 1, 1_000_000)),
      batchedOperations: read(numeric('BATCHED_OPERATIONS', 0, 0, 10)),
    },
    supergraphNode: read(SUPERGRAPH_NODE),
    callbackOrigins: read(CALLBACK_ORIGINS),
    logLevel: read(LOG_LEVEL),
    ...optional('tracesEndpoint', read(TRACES_ENDPOINT)),
  };
}

type ReadOne = <T>(variable: Variable<T>) => T;

function readDefaultLimits(read: ReadOne): AccountLimits {
  return {
    timeoutMs: read(LIMITS.timeoutMs),
    deadlineMs: read(LIMITS.deadlineMs),
    concurrency: read(LIMITS.concurrency),
    monthlyCalls: 0,
    linkMaxSeconds: read(LIMITS.linkMaxSeconds),
    linkProtocols: read(LIMITS.linkProtocols),
    linkNetworks: read(LIMITS.linkNetworks),
  };
}

function readPoll(read: ReadOne, problems: Problems): ServiceConfig['poll'] {
  const minMs = read(POLL_MIN_SECONDS) * 1000;
  const maxMs = read(POLL_MAX_SECONDS) * 1000;
  if (minMs > maxMs) {
    problems.wrongValue(POLL_MAX_SECONDS, 'must not be less than POLL_MIN_SECONDS');
  }
  return { minMs, maxMs };
}

function readSimulators(read: ReadOne): SimulatorsConfig {
  return {
    devices: read(SIMULATED_DEVICES),
    seed: read(SIMULATED_SEED),
    ...optional('latencyMs', read(SIMULATED_LATENCY_MS)),
  };
}

function numeric(name: string, usual: number, least: number, most: number): Variable<number> {
  return { name, example: String(usual), parse: wholeNumber(least, most), default: usual };
}

function optional<K extends string, T>(name: K, value: T | undefined): { readonly [P in K]?: T } {
  const entry: { [P in K]?: T } = {};
  if (value !== undefined) entry[name] = value;
  return entry;
}

function databaseVariable(cwd: string): Variable<Secret> {
  return {
    name: 'DATABASE_URL',
    example: `file:${DEFAULT_STORE}`,
    parse: databaseUrl(cwd),
    default: new Secret(`file:${resolve(cwd, DEFAULT_STORE)}`),
  };
}

/** Never quoted: it may hold a password. */
function databaseUrl(cwd: string): Parse<Secret> {
  return (text) => {
    if (/^postgres(ql)?:\/\//i.test(text)) {
      if (URL.canParse(text)) return right(new Secret(text));
      return wrong('must be a URL that can be read, with % codes for special characters in its password');
    }
    if (!/^file:/i.test(text)) return wrong('must begin with file: or postgres://');
    const path = text.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === ':memory:') return right(new Secret(text));
    if (path === '' || path.startsWith('//')) return wrong('must name a file behind file:');
    return right(new Secret(`file:${resolve(cwd, path)}`));
  };
}

/** One key, or several with commas between: the first one is used, the others still open what they sealed. */
function storeKey(text: string): ReturnType<Parse<Secret>> {
  const keys = text.split(',').map((key) => key.trim());
  const bytes = keys.map((key) =>
    /^[A-Za-z0-9+/_-]{43}=?$/.test(key) ? Buffer.from(key, 'base64') : Buffer.alloc(0),
  );
  if (bytes.every(({ length }) => length === 32)) {
    return right(new Secret(bytes.map((key) => key.toString('base64')).join()));
  }
  return wrong('must be 32 bytes in base64, or several such with commas between, and what is set is not');
}
