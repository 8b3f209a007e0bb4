import { Launcher } from './service-process';

const launcher = new Launcher();

afterEach(() => launcher.cleanUp());

/** What is wrong; the variable that the sentence begins with; and what else it has to say. */
const WRONG: readonly (readonly [string, Record<string, string>, string, readonly string[]])[] = [
  ['a port that is no number', { PORT: 'http' }, 'PORT', ['whole number', '"http"', 'PORT=4000']],
  ['a port that no machine has', { PORT: '70000' }, 'PORT', ['0 to 65535', '70000']],
  [
    'a log level that does not exist',
    { LOG_LEVEL: 'verbos' },
    'LOG_LEVEL',
    ['info, debug', 'LOG_LEVEL=info'],
  ],
  ['a database of another kind', { DATABASE_URL: 'mysql://db' }, 'DATABASE_URL', ['file: or postgres://']],
  ['a key of the wrong length', { STORE_KEY: 'c2hvcnQ=' }, 'STORE_KEY', ['32 bytes in base64']],
  ['an origin with a path', { CORS_ORIGINS: 'https://a.example/x' }, 'CORS_ORIGINS', ['origins', 'https://']],
  ['a word where seconds are expected', { FRESH_VPN_SECONDS: '10s' }, 'FRESH_VPN_SECONDS', ['"10s"']],
  ['a wish for neither open nor scope', { EXPLORE: 'opn' }, 'EXPLORE', ['open, scope', 'nearest: open']],
  ['a network that is none', { LINK_NETWORKS: '10.0.0.0/40' }, 'LINK_NETWORKS', ['CIDR', '10.0.0.0/40']],
  ['a protocol that does not exist', { LINK_PROTOCOLS: 'HTPS' }, 'LINK_PROTOCOLS', ['nearest: HTTPS']],
  [
    'a URL that is none',
    { RMS_TOKEN: 't', RMS_BASE_URL: 'rms', AUTH_DISABLED: '1' },
    'RMS_BASE_URL',
    ['a URL'],
  ],
  [
    'half of the credentials of an account',
    { REMOTEIT_DEVELOPER_KEY: 'k', REMOTEIT_USERNAME: 'u', AUTH_DISABLED: '1' },
    'REMOTEIT_PASSWORD',
    ['not set and is needed', 'remoteit'],
  ],
  [
    'an Everyware account without its address',
    { EVERYWARE_API_KEY: 'k', AUTH_DISABLED: '1' },
    'EVERYWARE_BASE_URL',
    ['not set and is needed', '/v1'],
  ],
  [
    'a token file that is not there',
    { AUTH_TOKENS_FILE: 'no.json' },
    'AUTH_TOKENS_FILE no.json',
    ['cannot be read'],
  ],
  [
    'keys of JWTs without their issuer',
    { AUTH_JWKS_URL: 'https://a.example/k', AUTH_AUDIENCE: 'drawbridge' },
    'AUTH_ISSUER',
    ['AUTH_JWKS_URL'],
  ],
  [
    'an accounts file that is not there',
    { ACCOUNTS_FILE: 'no.yaml', AUTH_DISABLED: '1' },
    'ACCOUNTS_FILE no.yaml',
    ['cannot be read'],
  ],
  [
    'an account and nobody who is let in',
    { RMS_TOKEN: 't' },
    'AUTH_TOKENS_FILE',
    ['AUTH_JWKS_URL', 'vendor accounts are configured (rms)', 'AUTH_DISABLED=1'],
  ],
  [
    'everyone let in from everywhere',
    { AUTH_DISABLED: '1', HOST: '0.0.0.0' },
    'AUTH_DISABLED',
    ['0.0.0.0', 'HOST=127.0.0.1'],
  ],
  ['simulated vendors for everyone on the network', { HOST: '0.0.0.0' }, 'HOST', ['AUTH_TOKENS_FILE']],
];

test.each(WRONG)('%s ends the start with one helpful sentence, code 2', async (_, env, variable, said) => {
  const service = await launcher.launch({ env });
  expect(await service.exit).toEqual({ code: 2, signal: null });
  expect(service.stdout).toBe('');
  const sentences = service.stderr.trimEnd().split('\n');
  const own = sentences.filter((sentence) =>
    sentence.split(/,? /).slice(0, 2).join(' ').startsWith(variable),
  );
  expect([sentences.length, own.length]).toEqual([1, 1]);
  for (const part of said) expect(own[0]).toContain(part);
});

test('everything that is wrong is said at once, one sentence a line', async () => {
  const service = await launcher.launch({ env: { PORT: 'http', LOG_LEVEL: 'verbose', EXPLORE: 'yes' } });
  expect((await service.exit).code).toBe(2);
  const variables = service.stderr
    .trimEnd()
    .split('\n')
    .map((sentence) => sentence.split(' ')[0]);
  expect(variables.sort()).toEqual(['EXPLORE', 'LOG_LEVEL', 'PORT']);
});

test('a wrong key in an accounts file is answered with the nearest known one, and never with its value', async () => {
  const folder = await launcher.folder({
    'accounts.yaml': 'accounts:\n  north:\n    vendor: TELTONIKA_RMS\n    tokn: planted-secret\n',
  });
  const service = await launcher.launch({
    folder,
    env: { ACCOUNTS_FILE: 'accounts.yaml', AUTH_DISABLED: '1' },
  });
  expect((await service.exit).code).toBe(2);
  expect(service.stderr).toMatch(/tokn is not a known .*nearest one is token/);
  expect(service.stderr).not.toContain('planted-secret');
});

test('a .env file that cannot be read ends the start with a sentence, code 2', async () => {
  const folder = await launcher.folder({ '.env/not-a-file': '' });
  const service = await launcher.launch({ folder });
  expect((await service.exit).code).toBe(2);
  expect(service.stderr).toMatch(/^\.env in .* cannot be read: .*\n$/);
});
