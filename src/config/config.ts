import type { AccessProtocol } from '../domain/remote-access';
import type { Vendor } from '../domain/vendor';
import type { Secret } from './secret';
import type { ConfiguredSettings } from './settings';

/** How much the log says, from least to most but for `silent`, which says nothing. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** One level of the list. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What holds for the calls and links of one account. */
export interface AccountLimits {
  /** One try of a vendor call. Default 5000. */
  readonly timeoutMs: number;
  /** A read with its retries. Default 10000. */
  readonly deadlineMs: number;
  /** Calls in flight at most. Default 16. */
  readonly concurrency: number;
  /** Calls that the vendor allows in a calendar month; 0: no such allowance is known. */
  readonly monthlyCalls: number;
  /** The longest link. Default 28800. */
  readonly linkMaxSeconds: number;
  /** Protocols that a link may have. Default every one. */
  readonly linkProtocols: readonly AccessProtocol[];
  /** Networks that a remote access may point into, in CIDR notation. Default the private and loopback ranges. */
  readonly linkNetworks: readonly string[];
}

/** One account at a vendor. */
export interface AccountConfig extends AccountLimits {
  /** The first part of every id: 1 to 32 of a-z, 0-9 and the hyphen. */
  readonly key: string;
  readonly vendor: Vendor;
  readonly settings: ConfiguredSettings;
}

/** Who signs the tokens of callers. */
export interface JwksConfig {
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
}

/** Who is let in. */
export interface AuthConfig {
  /** The absolute path of the list of bearer tokens; it was readable and right at the start. */
  readonly tokensFile?: string;
  readonly jwks?: JwksConfig;
  /** True: everyone is let in as `anonymous` with every scope. Only ever on a loopback address. */
  readonly disabled: boolean;
}

/** How the simulated vendors are started. */
export interface SimulatorsConfig {
  /** Devices of all vendors together. Default 120. */
  readonly devices: number;
  /** The same seed makes the same fleet. Default 1. */
  readonly seed: number;
  /** How long a simulated vendor takes to answer; left out: as long as a real one might. */
  readonly latencyMs?: number;
}

/** How old a vendor's answer may be where an operation names no age, in milliseconds. */
export interface FreshnessConfig {
  readonly devices: number;
  readonly accesses: number;
  readonly sessions: number;
  readonly vpn: number;
}

/** How much callers may ask for; see docs/configuration.md. */
export interface CallersConfig {
  /** Operations of one caller in a minute; 0: any number. Default 6000. */
  readonly operationsPerMinute: number;
  /** Vendor calls at worst of the operations of one caller in a minute; 0: any number. Default 600000. */
  readonly costPerMinute: number;
  /** Operations of one caller at once; 0: any number. Default 100. */
  readonly concurrency: number;
  /** Event streams and callbacks of one caller at once; 0: any number. Default 20000. */
  readonly streams: number;
  /** Vendor calls at worst of one operation. Default 5000. */
  readonly operationMaxCost: number;
  /** Operations in one request; 0: one, and not in a list. Default 0. */
  readonly batchedOperations: number;
}

/** Everything that an operator set, with defaults filled in. Printing it shows no secret. */
export interface Config {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** By key, in its order. */
  readonly accounts: readonly AccountConfig[];
  /** True: no account is configured, so the simulated vendors are. */
  readonly simulated: boolean;
  readonly simulators: SimulatorsConfig;
  /** What holds for accounts that say nothing of their own, as the simulated ones do. */
  readonly limits: AccountLimits;
  readonly auth: AuthConfig;
  /** `file:` with an absolute path, or `postgres://`; closed, for it may hold a password. */
  readonly databaseUrl: Secret;
  /**
   * True: simulated vendors are served and DATABASE_URL is not set. They forget everything when they stop, so the
   * store is a temporary one that goes with them, in place of `databaseUrl`.
   */
  readonly storeIsTemporary: boolean;
  /** 32 bytes in base64, or several with commas between; left out: a key file beside the store. */
  readonly storeKey?: Secret;
  readonly freshness: FreshnessConfig;
  /** How often what is followed is looked at, at most and at least, in milliseconds. Default 5 s and 300 s. */
  readonly poll: { readonly minMs: number; readonly maxMs: number };
  /** How old what is served while a vendor cannot be read may be. Default 3600. */
  readonly staleMaxSeconds: number;
  /** `open`: introspection and playground for everyone let in; `scope`: for callers with graph:explore. */
  readonly explore: 'open' | 'scope';
  readonly corsOrigins: readonly string[];
  readonly callers: CallersConfig;
  /** The only documents that are executed, by the names that callers use for them; undefined: any. */
  readonly trustedDocuments?: ReadonlyMap<string, string> | undefined;
  /** True: a supergraph shows Node, node and nodes of this graph. Default false. */
  readonly supergraphNode: boolean;
  /** Origins of routers that events may be sent to by the HTTP callback protocol. Default none: it is refused. */
  readonly callbackOrigins: readonly string[];
  readonly logLevel: LogLevel;
  /** Where traces go: the base URL of an OTLP collector; left out: nowhere. */
  readonly tracesEndpoint?: string;
  /** Sentences for the operator on what is set and yet not used. */
  readonly warnings: readonly string[];
}
