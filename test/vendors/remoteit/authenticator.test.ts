import { settle } from '../../../src/domain/outcome';
import { remoteit } from '../../../src/vendors/remoteit/index';
import { ManualClock, START } from '../../support/manual-clock';
import { answer, answersInTurn, ScriptedTransport } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { refusalBody } from './fixtures';

const USER = { developerKey: 'dev-key', username: 'ops@example.com', password: 'pass-w0rd' };

// remoteit/docs, api-reference/authentication.md.
const LOGGED_IN = {
  status: 'true',
  token: 'a1327b84435481d9048504f0e924f431',
  email: 'ops@example.com',
  service_authhash: 'E1F1772EA75D04755B8BBD236C470550E7A9FB33',
};

function authenticatorOn(transport: ScriptedTransport, given: Record<string, string> = USER) {
  const clock = new ManualClock();
  const settings = settingsOf(remoteit.configuration, given);
  return { clock, authenticator: remoteit.createAuthenticator(settings, { transport, clock }) };
}

describe('a remote.it account with a token of its own', () => {
  it('sends it with the developer key, and never logs in', async () => {
    const transport = answersInTurn();
    const { authenticator } = authenticatorOn(transport, { ...USER, token: 'own-token' });
    const headers = await authenticator.headers({});
    expect(headers).toEqual({ developerkey: 'dev-key', token: 'own-token' });
    expect(await authenticator.renew(headers, {})).toBe(false);
    expect(transport.requests).toEqual([]);
  });
});

describe('a remote.it account with a user', () => {
  it('logs in with the developer key in a header and the user in the body', async () => {
    const transport = answersInTurn(answer(200, LOGGED_IN));
    const { authenticator } = authenticatorOn(transport);
    expect(await authenticator.headers({})).toEqual({ developerkey: 'dev-key', token: LOGGED_IN.token });
    expect(transport.lines).toEqual(['POST /user/login']);
    expect(transport.requests[0]).toMatchObject({
      endpoint: { anonymous: true },
      headers: { developerkey: 'dev-key' },
      json: { username: 'ops@example.com', password: 'pass-w0rd' },
    });
  });

  it('logs in once for fifty callers', async () => {
    const transport = answersInTurn(answer(200, LOGGED_IN));
    const { authenticator } = authenticatorOn(transport);
    await Promise.all(Array.from({ length: 50 }, () => authenticator.headers({})));
    expect(transport.requests).toHaveLength(1);
  });

  // Older clients read `auth_token`; `auth_expiration` is in Unix seconds. Source: mhutchie/remoteit-api-clients.
  it('takes the token under its older name, and its end where it is told', async () => {
    const old = { status: 'true', auth_token: 'old-1', auth_expiration: START / 1000 + 7_200 };
    const transport = answersInTurn(answer(200, old), answer(200, LOGGED_IN));
    const { authenticator, clock } = authenticatorOn(transport);
    expect((await authenticator.headers({}))['token']).toBe('old-1');
    clock.advance(7_200_000 - 60_001);
    expect((await authenticator.headers({}))['token']).toBe('old-1');
    clock.advance(1);
    expect((await authenticator.headers({}))['token']).toBe(LOGGED_IN.token);
  });

  it('logs in again after an hour where no end is told', async () => {
    const transport = answersInTurn(answer(200, LOGGED_IN), answer(200, LOGGED_IN));
    const { authenticator, clock } = authenticatorOn(transport);
    await authenticator.headers({});
    clock.advance(3_600_000 - 60_001);
    await authenticator.headers({});
    expect(transport.requests).toHaveLength(1);
    clock.advance(1);
    await authenticator.headers({});
    expect(transport.requests).toHaveLength(2);
  });

  it('logs in again when the vendor refuses the token', async () => {
    const transport = answersInTurn(answer(200, LOGGED_IN), answer(200, { ...LOGGED_IN, token: 'next' }));
    const { authenticator } = authenticatorOn(transport);
    const rejected = await authenticator.headers({});
    expect(await authenticator.renew(rejected, {})).toBe(true);
    expect((await authenticator.headers({}))['token']).toBe('next');
  });
});

describe('a login that remote.it refuses', () => {
  it.each([
    [401, refusalBody('[0102] The username or password is invalid')],
    [200, refusalBody('[0102] The username or password is invalid')],
    [200, { status: 'false' }],
    [401, undefined],
    [403, undefined],
  ])(
    'with status %i and body %j names the settings and no secret, and is not repeated',
    async (status, body) => {
      const transport = new ScriptedTransport(() => answer(status, body));
      const { authenticator } = authenticatorOn(transport);
      const callers = Array.from({ length: 50 }, () => settle(authenticator.headers({})));
      for (const outcome of await Promise.all(callers)) {
        expect(outcome).toMatchObject({ ok: false, error: { code: 'VENDOR_UNAUTHORIZED' } });
        if (!outcome.ok) {
          expect(outcome.error.message).toMatch(/REMOTEIT_USERNAME.*REMOTEIT_PASSWORD/);
          expect(outcome.error.message).not.toMatch(/pass-w0rd|dev-key|0102/);
        }
      }
      await settle(authenticator.headers({}));
      expect(transport.requests).toHaveLength(1);
    },
  );

  // remoteit/sdk-go, contracts/constants.go.
  it.each([['SMS_MFA'], ['SOFTWARE_TOKEN_MFA'], ['MFA_SETUP']])(
    'for a second factor (%s) says so',
    async (code) => {
      for (const body of [refusalBody('more is needed', code), refusalBody(`${code} is needed`)]) {
        const { authenticator } = authenticatorOn(answersInTurn(answer(200, body)));
        await expect(authenticator.headers({})).rejects.toMatchObject({
          code: 'VENDOR_UNAUTHORIZED',
          message: expect.stringMatching(/second factor.*REMOTEIT_TOKEN/),
        });
      }
    },
  );

  it.each([
    [200, { status: 'true' }, 'VENDOR_UNAVAILABLE'],
    [200, { ...LOGGED_IN, token: '' }, 'VENDOR_UNAVAILABLE'],
    [200, undefined, 'VENDOR_UNAVAILABLE'],
    [200, [], 'VENDOR_UNAVAILABLE'],
    [500, undefined, 'VENDOR_UNAVAILABLE'],
    [429, undefined, 'VENDOR_RATE_LIMITED'],
  ])('with status %i and body %j is a trouble of the vendor', async (status, body, code) => {
    const { authenticator } = authenticatorOn(answersInTurn(answer(status, body)));
    await expect(authenticator.headers({})).rejects.toMatchObject({ code });
  });
});

describe('the configuration of remote.it', () => {
  it.each([
    [['developerKey', 'token'], undefined],
    [['developerKey', 'username', 'password'], undefined],
    [['token'], 'developerKey'],
    [['username', 'password'], 'developerKey'],
    [['developerKey', 'username'], 'password'],
    [['developerKey', 'password'], 'username'],
    [['developerKey'], 'token'],
  ])('with %j lacks %j', (present, missing) => {
    expect(remoteit.configuration.missing(new Set(present))).toBe(missing);
  });
});
