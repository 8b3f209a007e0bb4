import type { Environment } from '../../src/config/variables';
import { CWD, load, OPEN, problemsOf } from './loading';

const PLANTED = 'planted-5ecret';

/** Variable, a value that cannot be right, and what the sentence has to say. */
const BAD: readonly (readonly [variable: string, value: string, says: string, others?: Environment])[] = [
  ['HOST', 'not a host', '"not a host"'],
  ['PORT', 'http', 'from 0 to 65535, not "http"'],
  ['PORT', '65536', 'from 0 to 65535'],
  ['PORT', '80.5', 'a whole number'],
  ['PORT', '-1', 'a whole number'],
  ['DATABASE_URL', `mysql://u:${PLANTED}@db/x`, 'must begin with file: or postgres://'],
  ['DATABASE_URL', `postgres://u:${PLANTED}@db:port/x`, 'must be a URL'],
  ['DATABASE_URL', 'file:', 'must name a file'],
  ['DATABASE_URL', 'file://data/x.db', 'must name a file'],
  ['STORE_KEY', PLANTED, '32 bytes in base64'],
  ['FRESH_DEVICES_SECONDS', 'soon', 'a whole number'],
  ['FRESH_ACCESSES_SECONDS', '-3', 'a whole number'],
  ['FRESH_SESSIONS_SECONDS', '1e3', 'a whole number'],
  ['FRESH_VPN_SECONDS', '10s', 'a whole number'],
  ['STALE_MAX_SECONDS', 'ever', 'a whole number'],
  ['VENDOR_TIMEOUT_MS', '0', 'from 1 to'],
  ['VENDOR_DEADLINE_MS', 'x', 'from 1 to'],
  ['VENDOR_CONCURRENCY', '1001', 'from 1 to 1000'],
  ['VENDOR_CONCURRENCY', '0', 'from 1 to 1000'],
  ['LINK_MAX_SECONDS', '0', 'from 1 to'],
  ['LINK_PROTOCOLS', 'HTTPS,SHH', '"SHH" is none of them (nearest: SSH)'],
  ['LINK_PROTOCOLS', ',', 'at least one'],
  ['LINK_NETWORKS', '10.0.0.0/33', '"10.0.0.0/33" is none'],
  ['LINK_NETWORKS', 'intranet', '"intranet" is none'],
  ['LINK_NETWORKS', '10.0.0.0/8/8', 'is none'],
  ['EXPLORE', 'opne', 'nearest: open'],
  ['CORS_ORIGINS', '*', 'must list origins'],
  ['CORS_ORIGINS', 'https://a.example.com/app', 'must list origins'],
  ['LOG_LEVEL', 'warning', 'nearest: warn'],
  ['SIMULATED_DEVICES', 'many', 'a whole number'],
  ['SIMULATED_SEED', 'x', 'a whole number'],
  ['SIMULATED_LATENCY_MS', 'x', 'a whole number'],
  ['AUTH_DISABLED', 'yes', 'must be 1 or true, 0 or false, not "yes"'],
  [
    'AUTH_JWKS_URL',
    `https://u:${PLANTED}@login.example.com/jwks`,
    'user name or a password',
    { AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' },
  ],
  ['AUTH_TOKENS_FILE', 'absent.json', 'there is no such file (ENOENT)'],
  ['ACCOUNTS_FILE', 'absent.yaml', 'there is no such file (ENOENT)', OPEN],
  ['RMS_TOKEN', `${PLANTED}\n`, 'line break', OPEN],
  ['RMS_BASE_URL', `https://u:${PLANTED}@rms.example.com/api`, 'user name or a password'],
  ['RMS_BASE_URL', `rms.example.com/${PLANTED}`, 'must be a URL'],
  ['RMS_BASE_URL', `https://rms.example.com/api?token=${PLANTED}`, 'without ? or #'],
  ['RMS_BASE_URL', 'ftp://rms.example.com/api', 'http:// or https://'],
  ['RMS_STATUS_URL', 'status', 'must be a URL'],
  ['RMS_MONTHLY_CALLS', 'unlimited', 'a whole number'],
  ['REMOTEIT_BASE_URL', 'api', 'must be a URL'],
  ['REMOTEIT_DEFAULT_IP', 'any', 'must be an IPv4 address, not "any"'],
  ['REMOTEIT_DEFAULT_IP', '::1', 'must be an IPv4 address'],
  ['EVERYWARE_BASE_URL', 'ec', 'must be a URL'],
];

describe('a value that does not parse', () => {
  for (const [variable, value, says, others = {}] of BAD) {
    it(`${variable}=${JSON.stringify(value)} is refused with one sentence that names it, what was wrong and an example`, () => {
      const problems = problemsOf({ [variable]: value, ...others });
      expect(problems).toHaveLength(1);
      const [sentence = ''] = problems;
      expect(sentence.startsWith(variable)).toBe(true);
      expect(sentence).toContain(says);
      expect(sentence).toMatch(new RegExp(`; for example ${variable}=.+\\.$`));
      expect(sentence).not.toContain(PLANTED);
      expect(sentence).not.toContain('\n');
    });
  }

  it('is said together with all others', () => {
    const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'loud', RMS_BASE_URL: 'y', AUTH_ISSUER: 'me' });
    expect(problems.map((sentence) => sentence.split(' ')[0])).toEqual([
      'PORT',
      'LOG_LEVEL',
      'RMS_BASE_URL',
      'AUTH_JWKS_URL',
      'AUTH_AUDIENCE',
    ]);
  });

  it('is quoted no longer than helps', () => {
    expect(problemsOf({ PORT: 'x'.repeat(500) })[0]?.length).toBeLessThan(160);
  });
});

describe('who is let in', () => {
  const TOKENS = { [`${CWD}/tokens.json`]: '[]' };

  it.each(['127.0.0.1', '127.8.9.10', '::1', '[::1]', 'localhost', '0:0:0:0:0:0:0:1'])(
    'AUTH_DISABLED is taken on the loopback address %s',
    (HOST) => {
      expect(load({ HOST, AUTH_DISABLED: '1', RMS_TOKEN: 't' }).auth).toEqual({ disabled: true });
    },
  );

  it.each(['0.0.0.0', '::', '192.168.1.5', 'drawbridge.example.com', 'localhost.example.com', '128.0.0.1'])(
    'AUTH_DISABLED is refused on %s',
    (HOST) => {
      const problems = problemsOf({ HOST, AUTH_DISABLED: '1', RMS_TOKEN: 't' });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^AUTH_DISABLED must not be set.*for example HOST=127\.0\.0\.1/);
    },
  );

  it('simulated vendors without AUTH_ are refused where others reach them', () => {
    const problems = problemsOf({ HOST: '0.0.0.0' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^HOST is 0\.0\.0\.0.*AUTH_TOKENS_FILE/);
    expect(problemsOf({ HOST: '0.0.0.0', AUTH_TOKENS_FILE: 'tokens.json' }, TOKENS)).toEqual([]);
  });

  it('an account without AUTH_ is refused with a sentence that says what to set', () => {
    const problems = problemsOf({ RMS_TOKEN: PLANTED });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^AUTH_TOKENS_FILE, or AUTH_JWKS_URL.*\(rms\).*for example AUTH_TOKENS_FILE=.*AUTH_DISABLED=1/,
    );
    expect(problems[0]).not.toContain(PLANTED);
  });

  it('an account with AUTH_DISABLED=0 and nothing else is refused too', () => {
    expect(problemsOf({ RMS_TOKEN: 't', AUTH_DISABLED: '0' })).toHaveLength(1);
  });

  it('a token file lets in its callers only, also with simulated vendors', () => {
    expect(load({ AUTH_TOKENS_FILE: 'tokens.json' }, TOKENS).auth).toEqual({
      tokensFile: `${CWD}/tokens.json`,
      disabled: false,
    });
  });

  it.each([
    [{ AUTH_JWKS_URL: 'https://login.example.com/jwks' }, ['AUTH_ISSUER', 'AUTH_AUDIENCE']],
    [{ AUTH_ISSUER: 'me' }, ['AUTH_JWKS_URL', 'AUTH_AUDIENCE']],
    [{ AUTH_AUDIENCE: 'you', AUTH_ISSUER: 'me' }, ['AUTH_JWKS_URL']],
  ])('%j alone is refused, naming what is needed with it', (env, names) => {
    const problems = problemsOf({ ...env, RMS_TOKEN: 't' });
    expect(problems.map((sentence) => sentence.split(' ')[0])).toEqual(names);
    for (const sentence of problems)
      expect(sentence).toMatch(/is not set and is needed with .*for example AUTH_/);
  });

  it('the issuer of JWTs is taken with its audience, and a key set URL with a query', () => {
    const env = {
      AUTH_JWKS_URL: 'https://login.example.com/keys?p=x',
      AUTH_ISSUER: 'me',
      AUTH_AUDIENCE: 'you',
    };
    expect(load({ ...env, RMS_TOKEN: 't' }).auth).toEqual({
      jwks: { url: 'https://login.example.com/keys?p=x', issuer: 'me', audience: 'you' },
      disabled: false,
    });
  });

  it('AUTH_DISABLED beside other AUTH_ variables wins, and that is said', () => {
    const config = load({ AUTH_DISABLED: '1', AUTH_TOKENS_FILE: 'tokens.json' }, TOKENS);
    expect(config.auth.disabled).toBe(true);
    expect(config.warnings).toEqual([
      'AUTH_DISABLED is set: everyone is let in, whatever the other AUTH_ variables say.',
    ]);
  });
});
