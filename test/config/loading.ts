import type { Config } from '../../src/config/config';
import { ConfigError } from '../../src/config/config-error';
import { loadConfig } from '../../src/config/load';
import type { Environment } from '../../src/config/variables';
import { vendors } from '../../src/vendors/index';

/** The texts of files by their absolute paths. */
export type Files = Readonly<Record<string, string>>;

/** The folder that tests are configured from. */
export const CWD = '/srv/drawbridge';

/** The vendors as the registry has them: what is promised to users holds for these. */
export const VENDOR_LIST = Object.values(vendors);

/** What lets a configured account start on loopback. */
export const OPEN: Environment = { AUTH_DISABLED: '1' };

/** Reads out of a record as if it were the disk. */
export function readFrom(files: Files): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return text;
  };
}

/** The configuration that an environment and files make. */
export function load(env: Environment, files: Files = {}): Config {
  return loadConfig({ env, cwd: CWD, vendors: VENDOR_LIST, readFile: readFrom(files) });
}

/** The sentences that an environment is refused with; none: it is not refused. */
export function problemsOf(env: Environment, files: Files = {}): readonly string[] {
  return refusals(() => load(env, files));
}

/** The sentences of the ConfigError that an attempt ends in; none: it succeeds. */
export function refusals(attempt: () => unknown): readonly string[] {
  try {
    attempt();
    return [];
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems;
    throw thrown;
  }
}

/** The configuration with one accounts file, which everyone may use on loopback. */
export function loadAccounts(yaml: string, env: Environment = {}): Config {
  return load({ ...OPEN, ACCOUNTS_FILE: 'accounts.yaml', ...env }, { [`${CWD}/accounts.yaml`]: yaml });
}

/** The sentences that an accounts file is refused with. */
export function accountsProblems(yaml: string, env: Environment = {}): readonly string[] {
  return refusals(() => loadAccounts(yaml, env));
}

/** The one account of a configuration. */
export function only(config: Config): Config['accounts'][number] {
  const [account, ...others] = config.accounts;
  if (account === undefined || others.length > 0) throw new Error('One account was expected.');
  return account;
}
