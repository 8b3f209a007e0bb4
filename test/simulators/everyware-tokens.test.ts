import type { EverywareSimulator } from '../../src/simulators/everyware/everyware-simulator';
import { ask, dig, type Reply, startWorld, type World } from './support';

// Everyware Cloud OpenAPI 6.0.8, /authentication.
describe('the access tokens of Everyware Cloud', () => {
  let world: World;
  let everyware: EverywareSimulator;
  let bearer: string;

  const post = (path: string, body?: unknown): Promise<Reply> =>
    ask(`${everyware.baseUrl}${path}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${bearer}` },
    });
  const get = (path: string): Promise<Reply> =>
    ask(`${everyware.baseUrl}${path}`, { headers: { authorization: `Bearer ${bearer}` } });
  const logIn = (): Promise<Reply> => post('/authentication/user', everyware.credentials);

  beforeEach(async () => {
    world = await startWorld();
    everyware = world.simulators.everyware;
    bearer = '';
    bearer = String(dig((await logIn()).json, 'tokenId'));
  });
  afterEach(() => world.simulators.close());

  it('are given for a password or an API key, with the ends of both tokens', async () => {
    for (const reply of [await logIn(), await post('/authentication/apikey', everyware.credentials)]) {
      expect(reply.status).toBe(200);
      expect(reply.json).toMatchObject({
        type: 'accessToken',
        scopeId: everyware.state.scopeId,
        tokenId: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        expiresOn: '2026-11-21T10:30:00.000Z',
        refreshExpiresOn: '2026-11-21T15:00:00.000Z',
      });
      expect(dig(reply.json, 'id')).not.toBe(dig(reply.json, 'tokenId'));
    }
  });

  it('are refused with an empty 401 for bad credentials, and with 403 where a second factor is needed', async () => {
    const wrong = await post('/authentication/user', { ...everyware.credentials, password: 'wrong' });
    expect([wrong.status, wrong.text]).toEqual([401, '']);
    expect((await post('/authentication/apikey', { apiKey: 'wrong' })).status).toBe(401);
    everyware.knobs.mfa = true;
    expect((await logIn()).status).toBe(403);
  });

  it('end with an empty 401', async () => {
    world.clock.advance(1_799_999);
    expect((await get('/_/devices')).status).toBe(200);
    world.clock.advance(1);
    const expired = await get('/_/devices');
    expect([expired.status, expired.text]).toEqual([401, '']);
  });

  it('are refreshed once, even when expired, and the old one is void at once', async () => {
    const { json: first } = await logIn();
    const body = { refreshToken: dig(first, 'refreshToken'), tokenId: dig(first, 'tokenId') };
    const refreshed = await post('/authentication/refresh', body);
    expect(refreshed.status).toBe(200);
    bearer = String(body.tokenId);
    expect((await get('/authentication/info')).status).toBe(401);
    bearer = String(dig(refreshed.json, 'tokenId'));
    expect(dig((await get('/authentication/info')).json, 'accessToken', 'tokenId')).toBe(bearer);
    const again = await post('/authentication/refresh', body);
    expect(again.status).toBe(401);
    expect(again.json).toMatchObject({
      type: 'exceptionInfo',
      httpErrorCode: 401,
      kapuaErrorCode: expect.any(String),
    });
    world.clock.advance(3_600_000);
    const late = await post('/authentication/refresh', {
      refreshToken: dig(refreshed.json, 'refreshToken'),
      tokenId: bearer,
    });
    expect(late.status).toBe(200);
  });

  it('cannot be refreshed with the token of another or after the end of the refresh token', async () => {
    const [{ json: one }, { json: other }] = [await logIn(), await logIn()];
    const mixed = { refreshToken: dig(one, 'refreshToken'), tokenId: dig(other, 'tokenId') };
    expect((await post('/authentication/refresh', mixed)).status).toBe(401);
    world.clock.advance(everyware.knobs.refreshLifetimeMs);
    const late = { refreshToken: dig(one, 'refreshToken'), tokenId: dig(one, 'tokenId') };
    expect((await post('/authentication/refresh', late)).status).toBe(401);
  });

  it('end by a logout and when all are made void', async () => {
    expect((await post('/authentication/logout')).status).toBe(204);
    expect((await get('/_/devices')).status).toBe(401);
    bearer = String(dig((await logIn()).json, 'tokenId'));
    everyware.tokens.invalidateAll();
    expect((await get('/_/devices')).status).toBe(401);
  });
});
