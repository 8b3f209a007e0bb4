import { inspect } from 'node:util';
import { simulatedAccounts } from '../../src/config/shorthand-accounts';
import type { AccountSettings } from '../../src/vendors/driver';
import { load, OPEN, only, problemsOf, VENDOR_LIST } from './loading';

describe('nothing set', () => {
  const config = load({});

  it('listens on loopback at port 4000', () => {
    expect(config).toMatchObject({ host: '127.0.0.1', port: 4000 });
  });

  it('starts the simulated vendors with 120 devices, seed 1 and their own latencies', () => {
    expect(config.simulated).toBe(true);
    expect(config.accounts).toEqual([]);
    expect(config.simulators).toEqual({ devices: 120, seed: 1 });
  });

  it('has the promised defaults', () => {
    expect(config).toMatchObject({
      freshness: { devices: 30_000, accesses: 30_000, sessions: 10_000, vpn: 10_000 },
      staleMaxSeconds: 3600,
      explore: 'open',
      corsOrigins: [],
      supergraphNode: false,
      logLevel: 'info',
      warnings: [],
    });
    expect(config.databaseUrl.reveal()).toBe('file:/srv/drawbridge/data/drawbridge.db');
    expect(config.storeKey).toBeUndefined();
  });

  it('lets everyone in as anonymous', () => {
    expect(config.auth).toEqual({ disabled: true });
  });

  it('has the promised limits for accounts, simulated ones too', () => {
    expect(config.limits).toMatchObject({
      timeoutMs: 5000,
      deadlineMs: 10_000,
      concurrency: 16,
      monthlyCalls: 0,
      linkMaxSeconds: 28_800,
    });
    expect(config.limits.linkProtocols).toContain('OTHER');
  });

  it('lets links point into private and loopback networks, not into link-local ones', () => {
    expect(config.limits.linkNetworks).toEqual([
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '127.0.0.0/8',
      'fc00::/7',
      '::1/128',
    ]);
  });
});

describe('variables of the service', () => {
  it('reads every variable that the service has', () => {
    const config = load({
      HOST: '::1',
      PORT: '0',
      DATABASE_URL: 'postgres://drawbridge:pw@db:5432/drawbridge',
      STORE_KEY: Buffer.alloc(32, 7).toString('base64'),
      FRESH_DEVICES_SECONDS: '1',
      FRESH_ACCESSES_SECONDS: '2',
      FRESH_SESSIONS_SECONDS: '3',
      FRESH_VPN_SECONDS: '0',
      STALE_MAX_SECONDS: '60',
      EXPLORE: 'scope',
      CORS_ORIGINS: 'https://one.example.com, http://localhost:3000',
      LOG_LEVEL: 'DEBUG',
      SIMULATED_DEVICES: '9',
      SIMULATED_SEED: '42',
      SIMULATED_LATENCY_MS: '0',
    });
    expect(config).toMatchObject({
      host: '::1',
      port: 0,
      freshness: { devices: 1000, accesses: 2000, sessions: 3000, vpn: 0 },
      staleMaxSeconds: 60,
      explore: 'scope',
      corsOrigins: ['https://one.example.com', 'http://localhost:3000'],
      logLevel: 'debug',
      simulators: { devices: 9, seed: 42, latencyMs: 0 },
    });
    expect(config.databaseUrl.reveal()).toBe('postgres://drawbridge:pw@db:5432/drawbridge');
    expect(config.storeKey?.reveal()).toBe(Buffer.alloc(32, 7).toString('base64'));
  });

  it('takes a store at a relative or an absolute path', () => {
    const store = (url: string): string => load({ DATABASE_URL: url }).databaseUrl.reveal();
    expect(store('file:links.db')).toBe('file:/srv/drawbridge/links.db');
    expect(store('file:/var/lib/links.db')).toBe('file:/var/lib/links.db');
    expect(store('file:///var/lib/links.db')).toBe('file:/var/lib/links.db');
  });

  it('takes limits for all accounts', () => {
    const account = only(
      load({
        ...OPEN,
        RMS_TOKEN: 't',
        VENDOR_TIMEOUT_MS: '100',
        VENDOR_DEADLINE_MS: '200',
        VENDOR_CONCURRENCY: '3',
        LINK_MAX_SECONDS: '600',
        LINK_PROTOCOLS: 'https, ssh,HTTPS',
        LINK_NETWORKS: '192.168.1.0/24,10.1.2.3',
      }),
    );
    expect(account).toMatchObject({
      timeoutMs: 100,
      deadlineMs: 200,
      concurrency: 3,
      linkMaxSeconds: 600,
      linkProtocols: ['HTTPS', 'SSH'],
      linkNetworks: ['192.168.1.0/24', '10.1.2.3/32'],
    });
  });

  it('takes a variable that is empty or blank as not set', () => {
    expect(load({ PORT: '', HOST: '  ', RMS_TOKEN: '', EXPLORE: ' ', ACCOUNTS_FILE: '' })).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      simulated: true,
    });
  });

  it('says that a promised variable is not used yet, and starts', () => {
    expect(load({ REDIS_URL: 'redis://cache' }).warnings).toEqual([
      'REDIS_URL is set and not used: this version does not have what it sets.',
    ]);
  });
});

describe('shorthand accounts', () => {
  it('makes the account rms from its token, with the allowance of 100000 calls', () => {
    const account = only(load({ ...OPEN, RMS_TOKEN: 'rms-token' }));
    expect(account).toMatchObject({ key: 'rms', vendor: 'TELTONIKA_RMS', monthlyCalls: 100_000 });
    const settings: AccountSettings = account.settings;
    expect(settings.text('token')).toBe('rms-token');
    expect(settings.text('baseUrl')).toBe('https://rms.teltonika-networks.com/api');
    expect(settings.optional('statusUrl')).toBeUndefined();
  });

  it('takes an allowance of 0 as none known', () => {
    expect(only(load({ ...OPEN, RMS_TOKEN: 't', RMS_MONTHLY_CALLS: '0' })).monthlyCalls).toBe(0);
  });

  it('makes the account remoteit from a developer key and a user, or a token', () => {
    const user = { REMOTEIT_USERNAME: 'ops@example.com', REMOTEIT_PASSWORD: ' with blanks ' };
    const account = only(load({ ...OPEN, REMOTEIT_DEVELOPER_KEY: 'key', ...user }));
    expect(account).toMatchObject({ key: 'remoteit', vendor: 'REMOTE_IT', monthlyCalls: 0 });
    expect(account.settings.text('password')).toBe(' with blanks ');
    expect(account.settings.text('baseUrl')).toBe('https://api.remot3.it/apv/v27');
    expect(account.settings.text('defaultIp')).toBe('255.255.255.255');
    const other = only(load({ ...OPEN, REMOTEIT_DEVELOPER_KEY: 'key', REMOTEIT_TOKEN: 'tok' }));
    expect(other.settings.text('token')).toBe('tok');
  });

  it('makes the account everyware from a user or an API key, and its base URL', () => {
    const url = { EVERYWARE_BASE_URL: 'https://ec.example.com/v1/' };
    const account = only(load({ ...OPEN, EVERYWARE_USERNAME: 'u', EVERYWARE_PASSWORD: 'p', ...url }));
    expect(account).toMatchObject({ key: 'everyware', vendor: 'EVERYWARE' });
    expect(account.settings.text('baseUrl')).toBe('https://ec.example.com/v1');
    expect(account.settings.text('scopeId')).toBe('_');
    expect(only(load({ ...OPEN, EVERYWARE_API_KEY: 'k', ...url })).settings.text('apiKey')).toBe('k');
  });

  it('sorts accounts by their keys and closes the playground to those without its scope', () => {
    const config = load({
      ...OPEN,
      RMS_TOKEN: 't',
      REMOTEIT_DEVELOPER_KEY: 'k',
      REMOTEIT_TOKEN: 't',
      EVERYWARE_API_KEY: 'k',
      EVERYWARE_BASE_URL: 'https://ec.example.com/v1',
    });
    expect(config.accounts.map(({ key }) => key)).toEqual(['everyware', 'remoteit', 'rms']);
    expect(config).toMatchObject({ simulated: false, explore: 'scope' });
  });

  it('names everything that is still needed, at once', () => {
    const problems = problemsOf({ ...OPEN, REMOTEIT_USERNAME: 'ops@example.com', EVERYWARE_API_KEY: 'k' });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(
      /^REMOTEIT_DEVELOPER_KEY is not set and is needed.*REMOTEIT_USERNAME.*for example REMOTEIT_DEVELOPER_KEY=/,
    );
    expect(problems[1]).toMatch(/^REMOTEIT_PASSWORD is not set.*for example REMOTEIT_PASSWORD=/);
    expect(problems[2]).toMatch(/^EVERYWARE_BASE_URL is not set.*for example EVERYWARE_BASE_URL=https:/);
  });

  it('says that a variable which makes no account is not used', () => {
    const config = load({ RMS_BASE_URL: 'https://rms.example.com/api' });
    expect(config.simulated).toBe(true);
    expect(config.warnings).toEqual([
      'RMS_BASE_URL is set and not used: no account is made without one of RMS_TOKEN.',
    ]);
  });

  it('makes the accounts of simulated vendors from the variables that the simulators tell', () => {
    const accounts = simulatedAccounts({
      env: { RMS_MONTHLY_CALLS: '50' },
      variables: { RMS_TOKEN: 'simulated', RMS_BASE_URL: 'http://127.0.0.1:5000/api' },
      vendors: VENDOR_LIST,
      limits: load({ VENDOR_TIMEOUT_MS: '77' }).limits,
    });
    expect(accounts).toMatchObject([{ key: 'rms', timeoutMs: 77, monthlyCalls: 50 }]);
    expect(accounts[0]?.settings.text('baseUrl')).toBe('http://127.0.0.1:5000/api');
  });
});

describe('secrets', () => {
  const planted = 'planted-5ecret';
  const config = load({
    ...OPEN,
    RMS_TOKEN: planted,
    REMOTEIT_DEVELOPER_KEY: planted,
    REMOTEIT_USERNAME: 'u',
    REMOTEIT_PASSWORD: planted,
    DATABASE_URL: `postgres://drawbridge:${planted}@db/drawbridge`,
    STORE_KEY: Buffer.from(planted.padEnd(32, '.')).toString('base64'),
  });

  it('are never in a printed configuration', () => {
    const printed = `${inspect(config, { depth: 20, showHidden: true })}${JSON.stringify(config)}${config.databaseUrl}`;
    expect(printed).toContain('[redacted]');
    expect(printed).not.toContain(planted);
    expect(printed).not.toContain(Buffer.from(planted).toString('base64').slice(0, 12));
  });

  it('are given to a driver that asks for them by name', () => {
    expect(config.accounts.map(({ settings }) => settings.key)).toEqual(['remoteit', 'rms']);
    expect(config.accounts[1]?.settings.text('token')).toBe(planted);
  });

  it('are not to be had under a name that is not declared', () => {
    const settings = config.accounts[1]?.settings;
    expect(() => settings?.text('constructor')).toThrow('No setting constructor');
    expect(() => settings?.text('statusUrl')).toThrow('no value for its setting statusUrl');
    expect(() => settings?.flag('token')).toThrow('no flag');
  });
});
