import { type AccountEntry, byKey, readAccount, readSettings } from './account';
import type { AccountConfig, AccountLimits } from './config';
import { ConfigError } from './config-error';
import type { ConfigurableVendor } from './settings';
import { type Environment, Problems, placeOf, textOf } from './variables';

/** What the shorthand variables of the environment make. */
export interface Shorthands {
  readonly accounts: readonly AccountConfig[];
  readonly warnings: readonly string[];
}

/**
 * The accounts that the environment's shorthand variables make, one a vendor at most. A variable that does not parse
 * is a problem also where it makes no account.
 */
export function readShorthands(
  env: Environment,
  vendors: readonly ConfigurableVendor[],
  tools: { readonly limits: AccountLimits; readonly problems: Problems },
): Shorthands {
  const accounts: AccountConfig[] = [];
  const warnings: string[] = [];
  for (const vendor of vendors) {
    const { madeBy } = vendor.configuration;
    const texts = textsOf(env, vendor);
    const maker = madeBy.find((name) => texts.has(name));
    const entry = entryOf(vendor, texts, maker);
    if (maker !== undefined) {
      accounts.push(readAccount(entry, tools.limits, tools.problems));
    } else {
      readSettings(entry, tools.problems);
      warnings.push(...unusedWarnings(vendor, texts));
    }
  }
  return { accounts: byKey(accounts), warnings };
}

/**
 * The accounts of simulated vendors: as if `variables` (the simulators' URLs and credentials, by the names of the
 * shorthand variables) stood in the environment. Throws ConfigError where they make no proper account.
 */
export function simulatedAccounts(options: {
  readonly env: Environment;
  readonly variables: Readonly<Record<string, string>>;
  readonly vendors: readonly ConfigurableVendor[];
  readonly limits: AccountLimits;
}): readonly AccountConfig[] {
  const problems = new Problems();
  const { env, variables, vendors, limits } = options;
  const { accounts } = readShorthands({ ...env, ...variables }, vendors, { limits, problems });
  if (problems.sentences.length > 0) throw new ConfigError(problems.sentences);
  return accounts;
}

/** The shorthand variables of all vendors that are set, in the vendors' order. */
export function setShorthandVariables(env: Environment, vendors: readonly ConfigurableVendor[]): string[] {
  return vendors.flatMap((vendor) =>
    [...textsOf(env, vendor).keys()].map((name) => variableOf(vendor, name)),
  );
}

function textsOf(env: Environment, vendor: ConfigurableVendor): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [name, { variable, kind }] of Object.entries(vendor.configuration.settings)) {
    const text = variable === undefined ? undefined : textOf(env, variable);
    if (variable === undefined || text === undefined) continue;
    // A blank may be part of a password.
    texts.set(name, kind === 'secret' ? (env[variable] ?? text) : text);
  }
  return texts;
}

function entryOf(
  vendor: ConfigurableVendor,
  texts: ReadonlyMap<string, string>,
  maker: string | undefined,
): AccountEntry {
  const key = vendor.configuration.shorthandKey;
  const made = maker === undefined ? '' : `, because ${variableOf(vendor, maker)} makes the account ${key}`;
  return {
    key,
    vendor,
    texts,
    place: (name, example) => placeOf({ name: variableOf(vendor, name), example }),
    needed: `is not set and is needed${made}`,
  };
}

function variableOf(vendor: ConfigurableVendor, setting: string): string {
  return vendor.configuration.settings[setting]?.variable ?? setting;
}

function unusedWarnings(vendor: ConfigurableVendor, texts: ReadonlyMap<string, string>): string[] {
  const { settings, madeBy } = vendor.configuration;
  // An allowance also holds for the simulated account of the vendor.
  const unused = [...texts.keys()].filter((name) => settings[name]?.kind !== 'number');
  const makers = madeBy.map((name) => variableOf(vendor, name)).join(', ');
  return unused.map(
    (name) => `${variableOf(vendor, name)} is set and not used: no account is made without one of ${makers}.`,
  );
}
