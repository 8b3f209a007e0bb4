import { describeConfig } from '../../src/config/describe';
import { CWD, load, OPEN } from './loading';

const PLANTED = 'planted-5ecret';

describe('the summary of a configuration', () => {
  it('says that nothing is configured, and what is started then', () => {
    expect(describeConfig(load({}))).toBe(
      [
        'Listens on: 127.0.0.1, port 4000',
        'Accounts: none, so simulated vendors with 120 devices are started',
        'Lets in: everyone, as anonymous with every scope (loopback only)',
        'Store: a temporary one, as the simulated vendors are',
        'Playground and introspection: for everyone let in',
      ].join('\n'),
    );
  });

  it('names accounts, the store and who is let in, without any secret', () => {
    const text = describeConfig(
      load(
        {
          HOST: '::',
          PORT: '0',
          RMS_TOKEN: PLANTED,
          REMOTEIT_DEVELOPER_KEY: PLANTED,
          REMOTEIT_TOKEN: PLANTED,
          AUTH_TOKENS_FILE: 'tokens.json',
          AUTH_JWKS_URL: 'https://login.example.com/jwks',
          AUTH_ISSUER: 'https://login.example.com/',
          AUTH_AUDIENCE: 'drawbridge',
          DATABASE_URL: `postgres://drawbridge:${PLANTED}@db:5432/links?password=${PLANTED}`,
          REDIS_URL: `redis://:${PLANTED}@cache`,
        },
        { [`${CWD}/tokens.json`]: '[]' },
      ),
    );
    expect(text).toBe(
      [
        'Listens on: [::], any free port',
        'Accounts:',
        '  remoteit: REMOTE_IT at https://api.remot3.it/apv/v27',
        '  rms: TELTONIKA_RMS at https://rms.teltonika-networks.com/api, 100000 calls a month',
        'Lets in: bearer tokens of /srv/drawbridge/tokens.json, and JWTs of https://login.example.com/ for drawbridge',
        'Store: PostgreSQL at db:5432/links',
        'Playground and introspection: for callers with graph:explore',
        'Note: REDIS_URL is set and not used: this version does not have what it sets.',
      ].join('\n'),
    );
    expect(text).not.toContain(PLANTED);
  });

  it('tells what a warning tells', () => {
    expect(describeConfig(load({ ...OPEN, REDIS_URL: 'redis://cache' }))).toContain('Note: REDIS_URL is set');
  });
});
