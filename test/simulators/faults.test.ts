import type { FaultRule } from '../../src/simulators/faults';
import type { RmsSimulator } from '../../src/simulators/rms/rms-simulator';
import { ask, dig, list, need, type Reply, startWorld, type World } from './support';

describe('the faults and the call log of a simulator', () => {
  let world: World;
  let rms: RmsSimulator;

  beforeEach(async () => {
    world = await startWorld();
    rms = world.simulators.rms;
  });
  afterEach(() => world.simulators.close());

  const headers = (): Readonly<Record<string, string>> => ({
    authorization: `Bearer ${rms.credentials.token}`,
  });
  const devices = (): Promise<Reply> => ask(`${rms.baseUrl}/devices`, { headers: headers() });
  const start = (accessId: number): Promise<Reply> =>
    ask(`${rms.baseUrl}/devices/connect/${accessId}`, {
      method: 'POST',
      body: { duration: 60 },
      headers: headers(),
    });
  const withFault = async (rule: FaultRule): Promise<Reply> => {
    rms.faults.clear();
    rms.faults.add(rule);
    return devices();
  };
  const newAccess = (): number => rms.state.addAccess({ deviceId: rms.state.addDevice().id }).id;

  it('answer a status with a body and headers, as often as told', async () => {
    const handle = rms.faults.add({
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '7' },
      body: { success: false },
      times: 2,
      after: 1,
    });
    const replies = [await devices(), await devices(), await devices(), await devices()];
    expect(replies.map(({ status }) => status)).toEqual([200, 429, 429, 200]);
    expect([need(replies[1]).headers.get('retry-after'), need(replies[1]).json]).toEqual([
      '7',
      { success: false },
    ]);
    expect(handle.hits).toBe(2);
  });

  it('befall only the route and the path they name, the first rule first', async () => {
    rms.faults.add({ kind: 'status', status: 503, route: 'GET /devices/{id}', pathIncludes: '/1?' });
    rms.faults.add({ kind: 'status', status: 502, route: 'GET /devices/{id}' });
    const one = (path: string): Promise<Reply> =>
      ask(`${rms.baseUrl}/devices/${path}`, { headers: headers() });
    expect([(await one('1?fields=id')).status, (await one('2')).status, (await devices()).status]).toEqual([
      503, 502, 200,
    ]);
    rms.faults.clear();
    expect((await one('1')).status).toBe(404);
  });

  it('spoil the body in every way', async () => {
    expect(await withFault({ kind: 'html' })).toMatchObject({
      status: 200,
      text: expect.stringContaining('<html>'),
    });
    expect(await withFault({ kind: 'empty' })).toMatchObject({ status: 200, text: '' });
    expect(await withFault({ kind: 'json', body: { data: 7 } })).toMatchObject({ json: { data: 7 } });
    const malformed = await withFault({ kind: 'malformed' });
    expect([malformed.json, malformed.text.startsWith('{,"success"')]).toEqual([undefined, true]);
    const truncated = await withFault({ kind: 'truncated' });
    expect(truncated.json).toBeUndefined();
    expect(truncated.text.startsWith('{"success":true,"data":[')).toBe(true);
    const redirect = await withFault({ kind: 'redirect', location: 'http://127.0.0.1:9/' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'http://127.0.0.1:9/']);
  });

  it('break the connection before the headers and in mid-body', async () => {
    await expect(withFault({ kind: 'reset' })).rejects.toThrow('fetch failed');
    rms.faults.clear();
    rms.faults.add({ kind: 'reset-mid-body' });
    const response = await fetch(`${rms.baseUrl}/devices`, { headers: { ...headers() } });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it('hang until the client gives up', async () => {
    rms.faults.add({ kind: 'hang' });
    const abort = new AbortController();
    const pending = fetch(`${rms.baseUrl}/devices`, { headers: { ...headers() }, signal: abort.signal });
    await rms.calls.reached('GET /devices', 1);
    expect(rms.calls.inFlight).toBe(1);
    abort.abort();
    await expect(pending).rejects.toThrow('aborted');
    expect(rms.calls.entries.at(-1)?.status).toBe(0);
  });

  it('hold answers until released, and count how many wait at once', async () => {
    const hold = rms.faults.add({ kind: 'hold', route: 'GET /devices' });
    const pending = [devices(), devices(), devices()];
    await rms.calls.reached('GET /devices', 3);
    expect([rms.calls.inFlight, rms.calls.peakInFlight]).toEqual([3, 3]);
    hold.release();
    expect((await Promise.all(pending)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([rms.calls.inFlight, (await devices()).status]).toEqual([0, 200]);
  });

  it('drip, delay and swell an answer', async () => {
    const plain = await devices();
    expect((await withFault({ kind: 'drip', bytes: 400, everyMs: 1 })).json).toEqual(plain.json);
    expect((await withFault({ kind: 'delay', ms: 5 })).json).toEqual(plain.json);
    const huge = await withFault({ kind: 'huge', bytes: 1_000_000 });
    expect([huge.text.length, Array.isArray(huge.json)]).toEqual([1_000_000, true]);
  });

  it('stop an endless answer when the client has had enough', async () => {
    rms.faults.add({ kind: 'huge', bytes: Number.POSITIVE_INFINITY, times: 1 });
    const response = await fetch(`${rms.baseUrl}/devices`, { headers: { ...headers() } });
    const reader = need(response.body ?? undefined).getReader();
    expect((await reader.read()).done).toBe(false);
    await reader.cancel();
    expect((await devices()).status).toBe(200);
  });

  it('lose an answer after the write and a request before it', async () => {
    const [lostAnswer, lostRequest, refused, hung] = [newAccess(), newAccess(), newAccess(), newAccess()];
    rms.faults.add({ kind: 'lose-answer', times: 1 });
    await expect(start(lostAnswer)).rejects.toThrow('fetch failed');
    rms.faults.add({ kind: 'lose-request', times: 1 });
    await expect(start(lostRequest)).rejects.toThrow('fetch failed');
    rms.faults.add({ kind: 'status', status: 500, times: 1 });
    expect((await start(refused)).status).toBe(500);
    rms.faults.add({ kind: 'status', status: 500, times: 1, commit: true });
    expect((await start(hung)).status).toBe(500);
    const made = [lostAnswer, lostRequest, refused, hung].map((id) => rms.state.activeSessions(id).length);
    expect(made).toEqual([1, 0, 0, 1]);
  });

  it('log every call with its route, query, headers, body and status', async () => {
    const accessId = newAccess();
    await ask(`${rms.baseUrl}/devices?limit=2&q=x`, { headers: headers() });
    await start(accessId);
    await ask(`${rms.baseUrl}/nowhere`);
    expect(rms.calls.entries).toMatchObject([
      {
        route: 'GET /devices',
        path: '/api/devices',
        query: { limit: '2', q: 'x' },
        status: 200,
        at: world.clock.now(),
      },
      {
        route: 'POST /devices/connect/{access_id}',
        method: 'POST',
        body: { duration: 60 },
        headers: headers(),
        status: 200,
      },
      { route: 'GET unmatched', body: undefined, status: 404 },
    ]);
    expect([rms.calls.total, rms.calls.count(), rms.calls.count('GET /devices')]).toEqual([3, 3, 1]);
    rms.calls.reset();
    expect([rms.calls.total, rms.calls.count('GET /devices'), rms.calls.entries]).toEqual([0, 0, []]);
  });

  it('can be reached over HTTP, uncounted', async () => {
    const origin = new URL(rms.baseUrl).origin;
    await devices();
    const shown = await ask(`${origin}/_simulator/calls`);
    expect(shown.json).toMatchObject({
      total: 1,
      counts: { 'GET /devices': 1 },
      entries: [{ route: 'GET /devices' }],
    });
    expect(shown.text).not.toContain(rms.credentials.token);
    const rule = { kind: 'status', status: 503, route: 'GET /devices' };
    expect((await ask(`${origin}/_simulator/faults`, { method: 'POST', body: rule })).status).toBe(201);
    expect((await devices()).status).toBe(503);
    expect((await ask(`${origin}/_simulator/faults`, { method: 'DELETE' })).status).toBe(204);
    expect((await devices()).status).toBe(200);
    expect((await ask(`${origin}/_simulator/faults`, { method: 'POST', body: { kind: 'odd' } })).status).toBe(
      400,
    );
    expect(rms.calls.total).toBe(3);
    expect((await ask(`${origin}/_simulator/calls/reset`, { method: 'POST' })).status).toBe(204);
    expect(dig((await ask(`${origin}/_simulator/calls`)).json, 'total')).toBe(0);
    expect(list((await ask(`${origin}/_simulator/calls`)).json, 'entries')).toEqual([]);
  });

  it('end with the server, whatever still waits, and leave no timer', async () => {
    const [set, clear] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
    rms.faults.add({ kind: 'hang', times: 1 });
    rms.faults.add({ kind: 'delay', ms: 3_600_000, times: 1 });
    rms.faults.add({ kind: 'hold' });
    const pending = Promise.allSettled([devices(), devices(), devices()]);
    await rms.calls.reached(null, 3);
    await rms.close();
    expect((await pending).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(devices()).rejects.toThrow('fetch failed');
    const delay = set.mock.results[set.mock.calls.findIndex(([, ms]) => ms === 3_600_000)];
    expect(clear.mock.calls).toContainEqual([need(delay).value]);
    jest.restoreAllMocks();
  });
});
