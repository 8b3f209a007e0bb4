import type { RemoteitSimulator } from '../../src/simulators/remoteit/remoteit-simulator';
import { ask, dig, list, need, type Reply, startWorld, type World } from './support';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{2,3})?[+-]\d\d:\d\d$/;

describe('the simulated remote.it', () => {
  let world: World;
  let remoteit: RemoteitSimulator;
  let token: string;

  const logIn = (body: unknown, developerkey = remoteit.credentials.developerKey): Promise<Reply> =>
    ask(`${remoteit.baseUrl}/user/login`, { method: 'POST', body, headers: { developerkey } });
  const call = (method: string, path: string, body?: unknown): Promise<Reply> => {
    const headers = { developerkey: remoteit.credentials.developerKey, token };
    return ask(`${remoteit.baseUrl}${path}`, { method, body, headers });
  };
  const connect = (deviceaddress: string, hostip: string | undefined = '255.255.255.255'): Promise<Reply> =>
    call('POST', '/device/connect', { deviceaddress, wait: 'true', hostip });
  const connection = (reply: Reply, field: string): unknown => dig(reply.json, 'connection', field);

  beforeEach(async () => {
    world = await startWorld();
    remoteit = world.simulators.remoteit;
    token = String(dig((await logIn(remoteit.credentials)).json, 'token'));
  });
  afterEach(() => world.simulators.close());

  // remote.it docs, authentication; auth_token and auth_expiration were seen by public clients.
  it('logs in with a status in words, a token and its end in seconds', async () => {
    const reply = await logIn(remoteit.credentials);
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({
      status: 'true',
      token: expect.stringMatching(/^[0-9a-f]{32}$/),
      auth_expiration: world.clock.now() / 1000 + 3600,
    });
    remoteit.knobs.loginTellsExpiration = false;
    expect(dig((await logIn(remoteit.credentials)).json, 'auth_expiration')).toBeUndefined();
  });

  it('refuses a wrong password or key with 401, and tells of a second factor by code', async () => {
    const wrong = await logIn({ ...remoteit.credentials, password: 'wrong' });
    expect([wrong.status, wrong.json]).toEqual([
      401,
      { status: 'false', reason: '[0102] The username or password is invalid', code: 'GENERAL_ERROR' },
    ]);
    expect((await logIn(remoteit.credentials, 'wrong')).status).toBe(401);
    remoteit.knobs.mfa = 'SMS_MFA';
    const mfa = await logIn(remoteit.credentials);
    expect([mfa.status, dig(mfa.json, 'code')]).toEqual([401, 'SMS_MFA']);
  });

  it('refuses a missing, expired or revoked token with 401', async () => {
    expect((await call('GET', '/device/list/all')).status).toBe(200);
    const bare = await ask(`${remoteit.baseUrl}/device/list/all`, {
      headers: { developerkey: remoteit.credentials.developerKey },
    });
    expect([bare.status, dig(bare.json, 'reason')]).toEqual([401, 'missing api token']);
    world.clock.advance(3_600_000 - 1);
    expect((await call('GET', '/device/list/all')).status).toBe(200);
    world.clock.advance(1);
    expect((await call('GET', '/device/list/all')).status).toBe(401);
    token = String(dig((await logIn(remoteit.credentials)).json, 'token'));
    remoteit.state.expireTokens();
    expect((await call('GET', '/device/list/all')).status).toBe(401);
  });

  // remote.it docs, device/list/all.
  it('lists every row at once in its own order, machines as Bulk Service rows', async () => {
    const reply = await call('GET', '/device/list/all?limit=3');
    const rows = list(reply.json, 'devices');
    expect(reply.json).toMatchObject({ status: 'true', length: 30, cache_expires: 60 });
    expect(rows.map((row) => dig(row, 'deviceaddress'))).toEqual(
      remoteit.state.rows().map(({ address }) => address),
    );
    const titles = rows.map((row) => dig(row, 'servicetitle'));
    expect(titles[0]).toBe('Bulk Service');
    expect(titles.filter((title) => title === 'Bulk Service').length).toBeGreaterThan(3);
    expect(rows.every((row) => dig(row, 'webenabled') === '1' && dig(row, 'scripting') === false)).toBe(true);
    expect(new Set(rows.map((row) => dig(row, 'devicestate')))).toEqual(new Set(['active', 'inactive']));
    expect(rows.some((row) => dig(row, 'parent') !== undefined)).toBe(false);
  });

  it('writes times with a numeric offset and varied fractions of the second', async () => {
    const rows = list((await call('GET', '/device/list/all')).json, 'devices');
    const times = rows.map((row) => String(dig(row, 'createdate')));
    expect(times.filter((time) => !TIME.test(time))).toEqual([]);
    expect(new Set(times.map((time) => (/\.(\d+)/.exec(time)?.[1] ?? '').length))).toEqual(
      new Set([0, 2, 3]),
    );
    expect(times.some((time) => time.endsWith('-05:00'))).toBe(true);
    const row = remoteit.state.addRow({
      createdAt: Date.UTC(2026, 0, 1, 2, 3, 4, 567),
      offsetMinutes: -270,
      fractionDigits: 2,
    });
    const added = list((await call('GET', '/device/list/all')).json, 'devices').at(-1);
    expect(added).toMatchObject({ deviceaddress: row.address, createdate: '2025-12-31T21:33:04.56-04:30' });
  });

  it('writes the application type and the port into the device type', async () => {
    remoteit.state.addRow({ applicationType: 28, port: 8022 });
    const added = list((await call('GET', '/device/list/all')).json, 'devices').at(-1);
    expect(dig(added, 'devicetype')).toBe('00:1C:00:00:00:01:00:00:04:60:1F:56:00:01:00:00');
  });

  it('serves the list as it was within its cache, unless asked not to', async () => {
    remoteit.knobs.listCacheMs = 60_000;
    const length = async (query = ''): Promise<unknown> =>
      dig((await call('GET', `/device/list/all${query}`)).json, 'length');
    expect(await length()).toBe(30);
    remoteit.state.addRow();
    expect(await length()).toBe(30);
    expect(await length('?cache=false')).toBe(31);
    remoteit.state.addRow();
    world.clock.advance(60_000);
    expect(await length()).toBe(32);
  });

  // remote.it docs, device/connect.
  it('connects a web service to a random https address without a port', async () => {
    const { address } = remoteit.state.addRow({ applicationType: 8, port: 443 });
    const reply = await connect(address);
    expect(reply.status).toBe(200);
    expect(connection(reply, 'proxy')).toMatch(/^https:\/\/[a-z]{9}\.p\d+\.rt3\.io$/);
    expect(reply.json).toMatchObject({
      status: 'true',
      connection: { deviceaddress: address, expirationsec: '28800' },
    });
    expect(reply.text).toContain('https:\\/\\/');
  });

  it('connects any other service to a host and a port, a string here and a number there', async () => {
    const reply = await connect(remoteit.state.addRow({ port: 22 }).address);
    const port = Number(connection(reply, 'proxyServerPort'));
    expect(connection(reply, 'proxy')).toMatch(new RegExp(`^http://proxy\\d+\\.rt3\\.io:${port}$`));
    expect(connection(reply, 'proxyport')).toBe(String(port));
    expect(connection(reply, 'proxyExpirationSec')).toBe(28_800);
  });

  it('hands back the running connection with less time left, and a new one after its end', async () => {
    const { address } = remoteit.state.addRow();
    const first = await connect(address);
    world.clock.advance(1_000_000);
    const again = await connect(address.toLowerCase());
    expect(connection(again, 'connectionid')).toBe(connection(first, 'connectionid'));
    expect(connection(again, 'expirationsec')).toBe('27800');
    world.clock.advance(27_800_000);
    token = String(dig((await logIn(remoteit.credentials)).json, 'token'));
    const later = await connect(address);
    expect(connection(later, 'connectionid')).not.toBe(connection(first, 'connectionid'));
    remoteit.knobs.repeatConnect = 'new';
    expect(connection(await connect(address), 'connectionid')).not.toBe(connection(later, 'connectionid'));
  });

  it('lets an unused connection die early behind its knob', async () => {
    remoteit.knobs.idleMs = 900_000;
    const { address } = remoteit.state.addRow();
    const first = await connect(address);
    world.clock.advance(899_999);
    expect(connection(await connect(address), 'connectionid')).toBe(connection(first, 'connectionid'));
    world.clock.advance(1);
    expect(connection(await connect(address), 'connectionid')).not.toBe(connection(first, 'connectionid'));
  });

  it('restricts a connection to the address given, to the first caller, to nobody, or to the caller of the API', async () => {
    const filteredIp = async (hostip?: string): Promise<unknown> => {
      const { address } = remoteit.state.addRow();
      await call('POST', '/device/connect', { deviceaddress: address, wait: 'true', hostip });
      return need(remoteit.state.connections(address)[0]).filteredIp;
    };
    expect(await filteredIp('203.0.113.7')).toBe('203.0.113.7');
    expect(await filteredIp('255.255.255.255')).toBe('latching');
    expect(await filteredIp('0.0.0.0')).toBe('none');
    expect(await filteredIp()).toBe('127.0.0.1');
  });

  it('puts connectionid where its knob says', async () => {
    const { address } = remoteit.state.addRow();
    const places = async (): Promise<readonly boolean[]> => {
      const reply = await connect(address);
      return [connection(reply, 'connectionid') !== undefined, dig(reply.json, 'connectionid') !== undefined];
    };
    expect(await places()).toEqual([true, true]);
    remoteit.knobs.connectionIdPlace = 'root';
    expect(await places()).toEqual([false, true]);
    remoteit.knobs.connectionIdPlace = 'connection';
    remoteit.knobs.connectAnswer = 'documented';
    expect(await places()).toEqual([true, false]);
    expect(Object.keys(Object(dig((await connect(address)).json, 'connection')))).toEqual([
      'deviceaddress',
      'expirationsec',
      'proxy',
      'connectionid',
    ]);
  });

  it('tells the failure of a connect with HTTP 200', async () => {
    const offline = remoteit.state.addRow({ state: 'inactive' });
    for (const address of ['80:00:00:00:00:00:00:00', 'nonsense', offline.address]) {
      const reply = await connect(address);
      expect([reply.status, dig(reply.json, 'status')]).toEqual([200, 'false']);
    }
    expect(dig((await connect('80:00:00:00:00:00:00:00')).json, 'reason')).toContain('[0861]');
    remoteit.knobs.connectFailureStatus = 400;
    expect((await connect(offline.address)).status).toBe(400);
  });

  // remote.it docs, device/connect/stop.
  it('stops a connection by both ids and answers 401 to a wrong one', async () => {
    const { address } = remoteit.state.addRow();
    const connectionid = connection(await connect(address), 'connectionid');
    const stop = (body: unknown): Promise<Reply> => call('POST', '/device/connect/stop', body);
    for (const body of [
      { deviceaddress: address },
      { connectionid },
      { deviceaddress: address, connectionid: 'X' },
    ]) {
      const reply = await stop(body);
      expect([reply.status, dig(reply.json, 'status')]).toEqual([401, 'false']);
    }
    expect(remoteit.state.connections(address)).toHaveLength(1);
    const stopped = await stop({ deviceaddress: address, connectionid });
    expect([stopped.status, stopped.json]).toEqual([200, { status: 'true', connectionid }]);
    expect(remoteit.state.connections(address)).toEqual([]);
    expect((await stop({ deviceaddress: address, connectionid })).status).toBe(401);
  });

  it('ends the connections of a row that goes offline or away', async () => {
    const [first, second] = [remoteit.state.addRow(), remoteit.state.addRow()];
    await connect(first.address);
    await connect(second.address);
    remoteit.state.setOnline(first.address, false);
    remoteit.state.removeRow(second.address);
    expect([first, second].flatMap(({ address }) => remoteit.state.connections(address))).toEqual([]);
    expect(dig((await call('GET', '/device/list/all')).json, 'length')).toBe(31);
  });

  it('answers an unknown path in its envelope', async () => {
    const reply = await call('GET', '/device/nothing');
    expect([reply.status, dig(reply.json, 'status')]).toEqual([404, 'false']);
    expect(remoteit.calls.count('GET unmatched')).toBe(1);
  });
});
