import { ACCESS_PROTOCOLS } from '../domain/remote-access';
import type { AccountConfig, AccountLimits } from './config';
import { Secret } from './secret';
import { type ConfigurableVendor, ConfiguredSettings, type SettingLike, type SettingValue } from './settings';
import {
  baseUrl,
  flag,
  ipv4,
  network,
  type Parse,
  plainText,
  protocols,
  right,
  someOf,
  wholeNumber,
} from './values';
import type { Place, Problems, Variable } from './variables';

/*
 * The private ranges of RFC 1918 and RFC 4193 and the loopback ranges. Link-local addresses (169.254.0.0/16,
 * fe80::/10) are left out: nothing behind a router is configured with one, and cloud hosts keep secrets there.
 */
const PRIVATE_NETWORKS = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  '::1/128',
] as const;

const MOST_CALLS = 1_000_000_000;

/** A limit of accounts: the variable that sets it for all of them. */
type Limit<K extends keyof AccountLimits> = Variable<AccountLimits[K]>;

/** The limits that every account has, by their names in an accounts file. */
export const LIMITS: { readonly [K in Exclude<keyof AccountLimits, 'monthlyCalls'>]: Limit<K> } = {
  timeoutMs: { name: 'VENDOR_TIMEOUT_MS', example: '5000', parse: wholeNumber(1, 300_000), default: 5000 },
  deadlineMs: {
    name: 'VENDOR_DEADLINE_MS',
    example: '10000',
    parse: wholeNumber(1, 600_000),
    default: 10_000,
  },
  concurrency: { name: 'VENDOR_CONCURRENCY', example: '16', parse: wholeNumber(1, 1000), default: 16 },
  linkMaxSeconds: {
    name: 'LINK_MAX_SECONDS',
    example: '28800',
    parse: wholeNumber(1, 31_536_000),
    default: 28_800,
  },
  linkProtocols: {
    name: 'LINK_PROTOCOLS',
    example: 'HTTPS,SSH',
    parse: protocols,
    default: ACCESS_PROTOCOLS,
  },
  linkNetworks: {
    name: 'LINK_NETWORKS',
    example: '192.168.0.0/16,10.0.0.0/8',
    parse: someOf(network),
    default: PRIVATE_NETWORKS,
  },
};

/** Names that every account takes in an accounts file, beside `vendor` and the settings of its vendor. */
export const LIMIT_NAMES: readonly string[] = [...Object.keys(LIMITS), 'monthlyCalls'];

/** What somebody wrote down about one account. */
export interface AccountEntry {
  readonly key: string;
  readonly vendor: ConfigurableVendor;
  /** By the name of a setting or limit; undefined: it is set, but not to be read, and that was said already. */
  readonly texts: ReadonlyMap<string, string | undefined>;
  /** Where a setting or limit stands, for sentences. */
  place(name: string, example: string): Place;
  /** Why a setting that is missing is needed, as the rest of a sentence that begins with its name. */
  readonly needed: string;
}

/** Reads one account; what is wrong or missing goes to the problems. */
export function readAccount(entry: AccountEntry, defaults: AccountLimits, problems: Problems): AccountConfig {
  const { key, vendor } = entry;
  sayMissing(entry, problems);
  const values = readSettings(entry, problems);
  const settings = new ConfiguredSettings(key, vendor.configuration.settings, values);
  return { key, vendor: vendor.vendor, settings, ...readLimits(entry, defaults, problems) };
}

/** Accounts in the order of their keys, which is the order of every list of them. */
export function byKey(accounts: readonly AccountConfig[]): readonly AccountConfig[] {
  return [...accounts].sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** Reads the settings that are set, by name. */
export function readSettings(entry: AccountEntry, problems: Problems): Map<string, SettingValue> {
  const values = new Map<string, SettingValue>();
  for (const [name, declaration] of Object.entries(entry.vendor.configuration.settings)) {
    const text = entry.texts.get(name);
    if (text === undefined) continue;
    const place = entry.place(name, declaration.example);
    const value = problems.take(place, PARSE[declaration.kind](text));
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

const PARSE: Readonly<Record<SettingLike['kind'], Parse<SettingValue>>> = {
  text: plainText,
  secret: (text) => {
    const read = plainText(text);
    return read.ok ? right(new Secret(read.value)) : read;
  },
  url: baseUrl,
  flag,
  number: wholeNumber(0, MOST_CALLS),
  address: ipv4,
};

function sayMissing(entry: AccountEntry, problems: Problems): void {
  const { settings, missing } = entry.vendor.configuration;
  const present = new Set([...entry.texts.keys()].filter((name) => Object.hasOwn(settings, name)));
  // What is missing is taken as given in the next round, so that everything missing is said at once.
  for (const _ of Object.keys(settings)) {
    const name = missing(present);
    if (name === undefined || present.has(name)) return;
    problems.wrongValue(entry.place(name, settings[name]?.example ?? '…'), entry.needed);
    present.add(name);
  }
}

function readLimits(entry: AccountEntry, defaults: AccountLimits, problems: Problems): AccountLimits {
  const read = <T>(name: string, example: string, parse: Parse<T>): T | undefined => {
    const text = entry.texts.get(name);
    return text === undefined ? undefined : problems.take(entry.place(name, example), parse(text));
  };
  const limit = <K extends keyof typeof LIMITS>(name: K): AccountLimits[K] => {
    const { example, parse }: Limit<K> = LIMITS[name];
    return read(name, example, parse) ?? defaults[name];
  };
  return {
    timeoutMs: limit('timeoutMs'),
    deadlineMs: limit('deadlineMs'),
    concurrency: limit('concurrency'),
    monthlyCalls: monthlyCalls(entry, defaults, problems),
    linkMaxSeconds: limit('linkMaxSeconds'),
    linkProtocols: limit('linkProtocols'),
    linkNetworks: limit('linkNetworks'),
  };
}

/** Where the vendor declares its own allowance as a setting, its default holds. */
function monthlyCalls(entry: AccountEntry, defaults: AccountLimits, problems: Problems): number {
  const declaration = entry.vendor.configuration.settings['monthlyCalls'];
  const usual = typeof declaration?.default === 'number' ? declaration.default : defaults.monthlyCalls;
  const text = entry.texts.get('monthlyCalls');
  if (text === undefined) return usual;
  const read = wholeNumber(0, MOST_CALLS)(text);
  if (read.ok) return read.value;
  // A declared setting was read, and complained of, with the others.
  if (declaration === undefined) problems.wrongValue(entry.place('monthlyCalls', '100000'), read.wrong);
  return usual;
}
