import { settle } from '../../../src/domain/outcome';
import { everyware } from '../../../src/vendors/everyware/index';
import { ManualClock } from '../../support/manual-clock';
import { answer, answersInTurn, ScriptedTransport } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { exceptionBody, tokenBody } from './fixtures';

const MINUTE_MS = 60_000;
const USER = { username: 'reader', password: 'pass-w0rd', baseUrl: 'https://ec.example.com/v1' };
const SECOND = tokenBody({
  tokenId: 'jwt-2',
  refreshToken: 'refresh-2',
  expiresOn: '2026-11-20T10:59:00.000Z',
});

function authenticatorOn(transport: ScriptedTransport, given: Record<string, string> = USER) {
  const clock = new ManualClock();
  const settings = settingsOf(everyware.configuration, given);
  return { clock, authenticator: everyware.createAuthenticator(settings, { transport, clock }) };
}

// Everyware Cloud OpenAPI 6.0.8, POST /authentication/user, /authentication/apikey, /authentication/refresh.
describe('a login at Everyware Cloud', () => {
  it('sends name and password, and takes tokenId for the bearer', async () => {
    const transport = answersInTurn(answer(200, tokenBody()));
    const { authenticator } = authenticatorOn(transport);
    expect(await authenticator.headers({})).toEqual({ authorization: 'Bearer jwt-1' });
    expect(transport.lines).toEqual(['POST /authentication/user']);
    expect(transport.requests[0]?.json).toEqual({ username: 'reader', password: 'pass-w0rd' });
    expect(transport.requests[0]?.endpoint.anonymous).toBe(true);
  });

  it('sends the API key where there is one', async () => {
    const transport = answersInTurn(answer(200, tokenBody()));
    await authenticatorOn(transport, { ...USER, apiKey: 'key-1' }).authenticator.headers({});
    expect(transport.lines).toEqual(['POST /authentication/apikey']);
    expect(transport.requests[0]?.json).toEqual({ apiKey: 'key-1' });
  });

  it('happens once for fifty callers', async () => {
    const transport = answersInTurn(answer(200, tokenBody()));
    const { authenticator } = authenticatorOn(transport);
    await Promise.all(Array.from({ length: 50 }, () => authenticator.headers({})));
    expect(transport.requests).toHaveLength(1);
  });
});

describe('the refresh of an Everyware Cloud token', () => {
  it('comes a minute before the end, once for fifty callers, with both tokens', async () => {
    const transport = answersInTurn(answer(200, tokenBody()), answer(200, SECOND));
    const { authenticator, clock } = authenticatorOn(transport);
    await authenticator.headers({});
    clock.advance(29 * MINUTE_MS - 1);
    await authenticator.headers({});
    expect(transport.requests).toHaveLength(1);
    clock.advance(1);
    const headers = await Promise.all(Array.from({ length: 50 }, () => authenticator.headers({})));
    expect(new Set(headers.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer jwt-2']));
    expect(transport.lines[1]).toBe('POST /authentication/refresh');
    expect(transport.requests[1]?.json).toEqual({ refreshToken: 'refresh-1', tokenId: 'jwt-1' });
    expect(transport.requests).toHaveLength(2);
  });

  it('uses each refresh token once', async () => {
    const transport = answersInTurn(answer(200, tokenBody()), answer(200, SECOND), answer(200, tokenBody()));
    const { authenticator, clock } = authenticatorOn(transport);
    await authenticator.headers({});
    clock.advance(29 * MINUTE_MS);
    await authenticator.headers({});
    clock.advance(29 * MINUTE_MS);
    await authenticator.headers({});
    expect(transport.requests[2]?.json).toEqual({ refreshToken: 'refresh-2', tokenId: 'jwt-2' });
  });

  it('comes when the token is refused before its end, once for fifty callers', async () => {
    const transport = answersInTurn(answer(200, tokenBody()), answer(200, SECOND));
    const { authenticator } = authenticatorOn(transport);
    const rejected = await authenticator.headers({});
    await Promise.all(Array.from({ length: 50 }, () => authenticator.renew(rejected, {})));
    expect(await authenticator.headers({})).toEqual({ authorization: 'Bearer jwt-2' });
    expect(transport.requests).toHaveLength(2);
  });

  // A refresh that failed may have voided the token all the same: only a login is sure to help.
  it.each([
    [401, exceptionBody('REFRESH_ERROR', 401)],
    [401, undefined],
    [403, undefined],
    [500, undefined],
    [200, {}],
  ])('that is answered with status %i and body %j is followed by one login', async (status, body) => {
    const transport = answersInTurn(answer(200, tokenBody()), answer(status, body), answer(200, SECOND));
    const { authenticator, clock } = authenticatorOn(transport);
    await authenticator.headers({});
    clock.advance(30 * MINUTE_MS);
    const headers = await Promise.all(Array.from({ length: 50 }, () => authenticator.headers({})));
    expect(headers).toEqual(Array(50).fill({ authorization: 'Bearer jwt-2' }));
    expect(transport.lines).toEqual([
      'POST /authentication/user',
      'POST /authentication/refresh',
      'POST /authentication/user',
    ]);
  });

  it.each([
    ['there is no refresh token', { refreshToken: null }, 30],
    ['the refresh token has ended', {}, 300],
  ])('is a login where %s', async (_, change, minutes) => {
    const transport = answersInTurn(answer(200, tokenBody(change)), answer(200, SECOND));
    const { authenticator, clock } = authenticatorOn(transport);
    await authenticator.headers({});
    clock.advance(minutes * MINUTE_MS);
    await authenticator.headers({});
    expect(transport.lines[1]).toBe('POST /authentication/user');
  });

  it('comes by the usual lifetime where the answer names no end', async () => {
    const first = tokenBody({ expiresOn: null, refreshExpiresOn: null });
    const transport = answersInTurn(answer(200, first), answer(200, SECOND));
    const { authenticator, clock } = authenticatorOn(transport);
    await authenticator.headers({});
    clock.advance(29 * MINUTE_MS);
    expect(await authenticator.headers({})).toEqual({ authorization: 'Bearer jwt-2' });
    expect(transport.lines[1]).toBe('POST /authentication/refresh');
  });
});

describe('a login that Everyware Cloud refuses', () => {
  it('names the settings and no secret, and is not repeated', async () => {
    const transport = new ScriptedTransport(() => answer(401));
    const { authenticator, clock } = authenticatorOn(transport);
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => settle(authenticator.headers({}))));
    for (const outcome of outcomes) {
      const message = expect.stringMatching(/EVERYWARE_USERNAME.*EVERYWARE_PASSWORD/);
      expect(outcome).toMatchObject({ ok: false, error: { code: 'VENDOR_UNAUTHORIZED', message } });
      expect(String(!outcome.ok && outcome.error)).not.toContain('pass-w0rd');
    }
    clock.advance(29_999);
    await settle(authenticator.headers({}));
    expect(transport.requests).toHaveLength(1);
    clock.advance(1);
    await settle(authenticator.headers({}));
    expect(transport.requests).toHaveLength(2);
  });

  it('names the API key where that was refused', async () => {
    const given = { apiKey: 'key-1', baseUrl: 'https://ec.example.com/v1' };
    const { authenticator } = authenticatorOn(answersInTurn(answer(401)), given);
    await expect(authenticator.headers({})).rejects.toThrow(/EVERYWARE_API_KEY/);
  });

  // eclipse/kapua, KapuaAuthenticationExceptionMapper: a second factor is asked for with 403.
  it('for a second factor says so', async () => {
    const { authenticator } = authenticatorOn(answersInTurn(answer(403)));
    await expect(authenticator.headers({})).rejects.toMatchObject({
      code: 'VENDOR_UNAUTHORIZED',
      message: expect.stringMatching(/second factor/),
    });
  });

  it.each([
    [404, undefined, 'VENDOR_UNAVAILABLE'],
    [500, undefined, 'VENDOR_UNAVAILABLE'],
    [429, undefined, 'VENDOR_RATE_LIMITED'],
    [200, {}, 'VENDOR_UNAVAILABLE'],
    [200, tokenBody({ tokenId: null }), 'VENDOR_UNAVAILABLE'],
    [200, undefined, 'VENDOR_UNAVAILABLE'],
  ])('with status %i and body %j is no fault of the credentials', async (status, body, code) => {
    const { authenticator } = authenticatorOn(answersInTurn(answer(status, body)));
    await expect(authenticator.headers({})).rejects.toMatchObject({ code });
  });
});

describe('the configuration of Everyware Cloud', () => {
  it.each([
    [['apiKey', 'baseUrl'], undefined],
    [['username', 'password', 'baseUrl'], undefined],
    [['apiKey'], 'baseUrl'],
    [['username', 'baseUrl'], 'password'],
    [['password', 'baseUrl'], 'username'],
    [['baseUrl'], 'apiKey'],
  ])('with %j lacks %j', (present, missing) => {
    expect(everyware.configuration.missing(new Set(present))).toBe(missing);
  });
});
