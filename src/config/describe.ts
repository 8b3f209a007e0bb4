import type { AccountConfig, Config } from './config';

/** The configuration as an operator reads it, a few plain lines without any secret. */
export function describeConfig(config: Config): string {
  return [
    `Listens on: ${config.host.includes(':') ? `[${config.host}]` : config.host}, ${portOf(config)}`,
    ...accountLines(config),
    `Lets in: ${lettingIn(config)}`,
    `Store: ${config.storeIsTemporary ? 'a temporary one, as the simulated vendors are' : storeOf(config.databaseUrl.reveal())}`,
    `Playground and introspection: ${
      config.explore === 'open' ? 'for everyone let in' : 'for callers with graph:explore'
    }`,
    ...config.warnings.map((warning) => `Note: ${warning}`),
  ].join('\n');
}

function portOf({ port }: Config): string {
  return port === 0 ? 'any free port' : `port ${port}`;
}

function accountLines({ accounts, simulated, simulators }: Config): string[] {
  if (simulated) {
    return [`Accounts: none, so simulated vendors with ${simulators.devices} devices are started`];
  }
  return ['Accounts:', ...accounts.map((account) => `  ${accountLine(account)}`)];
}

function accountLine({ key, vendor, settings, monthlyCalls }: AccountConfig): string {
  const allowance = monthlyCalls === 0 ? '' : `, ${monthlyCalls} calls a month`;
  return `${key}: ${vendor} at ${settings.optional('baseUrl') ?? 'its usual address'}${allowance}`;
}

function lettingIn({ auth }: Config): string {
  if (auth.disabled) return 'everyone, as anonymous with every scope (loopback only)';
  return [
    ...(auth.tokensFile === undefined ? [] : [`bearer tokens of ${auth.tokensFile}`]),
    ...(auth.jwks === undefined ? [] : [`JWTs of ${auth.jwks.issuer} for ${auth.jwks.audience}`]),
  ].join(', and ');
}

function storeOf(databaseUrl: string): string {
  if (databaseUrl.startsWith('file:')) return `SQLite at ${databaseUrl.slice('file:'.length)}`;
  const { host, pathname } = new URL(databaseUrl);
  return `PostgreSQL at ${host}${pathname}`;
}
