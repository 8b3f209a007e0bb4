import { resolve } from 'node:path';
import { type AccountsFile, readAccountsFile } from './accounts-file';
import { readAuth } from './auth';
import type { AccountConfig, Config } from './config';
import { ConfigError } from './config-error';
import { type ReadFile, readFromDisk, whyUnreadable } from './read-text';
import { readService, type ServiceConfig } from './service';
import type { ConfigurableVendor } from './settings';
import { readShorthands, setShorthandVariables } from './shorthand-accounts';
import { readTrustedDocuments } from './trusted-documents';
import { type Environment, Problems, textOf } from './variables';

/** What the configuration is made from. */
export interface LoadOptions {
  readonly env: Environment;
  /** The folder that relative paths are meant from. */
  readonly cwd: string;
  readonly vendors: readonly ConfigurableVendor[];
  /** Default: from the disk. */
  readonly readFile?: ReadFile;
}

/** Promised variables whose features this version does not have. Who sets one is told, for it changes nothing. */
const NOT_YET = ['REDIS_URL'] as const;

/** Reads the whole configuration. Throws one ConfigError with everything that is wrong. */
export function loadConfig(options: LoadOptions): Config {
  const { env, cwd, vendors, readFile = readFromDisk } = options;
  const problems = new Problems();
  const { explore, ...service } = readService(env, cwd, problems);
  const { accounts, configured, warnings } = readAccounts({ ...options, readFile }, service, problems);
  const simulated = !configured;
  const shorthandKeys = vendors.map(({ configuration }) => configuration.shorthandKey);
  const { auth, warnings: authWarnings } = readAuth({
    env,
    cwd,
    readFile,
    host: service.host,
    simulated,
    accounts,
    accountKeys: simulated ? shorthandKeys : accounts.map(({ key }) => key),
    problems,
  });
  const trustedDocuments = readTrustedDocuments({ env, cwd, readFile, problems });
  if (problems.sentences.length > 0) throw new ConfigError(problems.sentences);
  return {
    ...service,
    accounts,
    simulated,
    storeIsTemporary: simulated && textOf(env, 'DATABASE_URL') === undefined,
    auth,
    ...(trustedDocuments === undefined ? {} : { trustedDocuments }),
    explore: explore ?? (simulated ? 'open' : 'scope'),
    warnings: [...warnings, ...authWarnings, ...notYetWarnings(env)],
  };
}

interface AccountsAnswer {
  readonly accounts: readonly AccountConfig[];
  /** True also where what is configured is wrong. */
  readonly configured: boolean;
  readonly warnings: readonly string[];
}

function readAccounts(
  options: Required<LoadOptions>,
  service: Omit<ServiceConfig, 'explore'>,
  problems: Problems,
): AccountsAnswer {
  const { env, vendors } = options;
  const tools = { limits: service.limits, problems };
  const path = textOf(env, 'ACCOUNTS_FILE');
  if (path === undefined) {
    const { accounts, warnings } = readShorthands(env, vendors, tools);
    return { accounts, configured: accounts.length > 0, warnings };
  }
  const text = readText(path, options, problems);
  if (text === undefined) return { accounts: [], configured: true, warnings: [] };
  const name = `ACCOUNTS_FILE ${path}`;
  const file = readAccountsFile(text, { ...tools, name, env, vendors });
  return {
    accounts: file.accounts,
    configured: true,
    warnings: replacedWarnings(options, file, name),
  };
}

function readText(
  path: string,
  { cwd, readFile }: Required<LoadOptions>,
  problems: Problems,
): string | undefined {
  try {
    return readFile(resolve(cwd, path));
  } catch (thrown) {
    const place = { name: `ACCOUNTS_FILE ${path}`, example: 'ACCOUNTS_FILE=./accounts.yaml' };
    problems.wrongValue(place, `cannot be read: ${whyUnreadable(thrown)}`);
    return undefined;
  }
}

/** A shorthand that the file reads by name is used; one that it does not is not. */
function replacedWarnings({ env, vendors }: LoadOptions, file: AccountsFile, name: string): string[] {
  return setShorthandVariables(env, vendors)
    .filter((variable) => !file.variables.has(variable))
    .map(
      (variable) => `${variable} is set and not used: ${name} stands in place of the shorthand variables.`,
    );
}

function notYetWarnings(env: Environment): string[] {
  return NOT_YET.filter((name) => textOf(env, name) !== undefined).map(
    (name) => `${name} is set and not used: this version does not have what it sets.`,
  );
}
