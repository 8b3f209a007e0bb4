import { createCallLog } from '../../src/simulators/call-log';
import { createPrng } from '../../src/simulators/prng';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { ask, START, startWorld } from './support';

describe('the three simulated vendors together', () => {
  const started: Simulators[] = [];
  const start = async (options: Parameters<typeof startSimulators>[0]): Promise<Simulators> => {
    const simulators = await startSimulators({ latencyMs: 0, now: () => START, ...options });
    started.push(simulators);
    return simulators;
  };
  const fleetOf = ({ rms, remoteit, everyware }: Simulators): unknown => ({
    devices: rms.state.devices(),
    accesses: rms.state.accesses(),
    sessions: rms.state.sessions(),
    vpns: rms.state.vpns(),
    rows: remoteit.state.rows(),
    connections: remoteit.state.connections(),
    gateways: everyware.state.devices(),
    tunnels: everyware.state.tunnels(),
    credentials: [rms.credentials, remoteit.credentials, everyware.credentials],
  });
  const sizes = ({ rms, remoteit, everyware }: Simulators): readonly number[] => [
    rms.state.devices().length,
    remoteit.state.rows().length,
    everyware.state.devices().length,
  ];

  afterEach(async () => {
    await Promise.all(started.splice(0).map((simulators) => simulators.close()));
  });

  it('share a fleet of any size, each with at least one from three on', async () => {
    expect(sizes(await start({}))).toEqual([54, 30, 36]);
    for (const devices of [3, 4, 5, 7, 100]) {
      const shares = sizes(await start({ devices }));
      expect(shares.reduce((sum, share) => sum + share)).toBe(devices);
      expect(Math.min(...shares)).toBeGreaterThan(0);
    }
    expect(sizes(await start({ devices: 0 }))).toEqual([0, 0, 0]);
  });

  it('have the same fleet for the same seed and another for another', async () => {
    const [one, same, other] = [await start({ seed: 7 }), await start({ seed: 7 }), await start({ seed: 8 })];
    expect(fleetOf(same)).toEqual(fleetOf(one));
    expect(fleetOf(other)).not.toEqual(fleetOf(one));
  });

  it('have a believable fleet: online and not, links that run and end soon, links that are over, tunnels', async () => {
    const { rms, remoteit, everyware } = await start({});
    expect(new Set(rms.state.devices().map(({ status }) => status))).toEqual(new Set([0, 1, 2, null]));
    const left = rms.state.activeSessions().map(({ endTime }) => endTime - START / 1000);
    expect(left.filter((seconds) => seconds <= 120).length).toBeGreaterThanOrEqual(2);
    expect(left.filter((seconds) => seconds > 240).length).toBeGreaterThanOrEqual(1);
    expect(rms.state.sessions().length).toBeGreaterThan(left.length);
    expect(rms.state.accesses().some(({ protocol }) => protocol === null)).toBe(true);
    expect(rms.state.vpns().some(({ instances }) => instances.some(({ isRunning }) => isRunning))).toBe(true);
    expect(remoteit.state.rows().some(({ address }) => address !== address.toUpperCase())).toBe(true);
    expect(everyware.state.tunnels().length).toBeGreaterThan(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for letters beyond ASCII
    expect(rms.state.devices().some(({ name }) => /[^\x00-\x7f–]/.test(name))).toBe(true);
  });

  it('have ids and serial numbers that no two devices share', async () => {
    const { rms, remoteit, everyware } = await start({ devices: 3000 });
    for (const ids of [
      rms.state.devices().map(({ serial }) => serial),
      remoteit.state.rows().map(({ address }) => address.toLowerCase()),
      everyware.state.devices().map(({ clientId }) => clientId),
      everyware.state.devices().map(({ id }) => id),
    ]) {
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it('let the fewest of three devices show a link, a service and a tunnel', async () => {
    const { rms, remoteit, everyware } = await start({ devices: 3 });
    expect(rms.state.activeSessions()).toHaveLength(1);
    expect(remoteit.state.rows()[0]).toMatchObject({ title: 'SSH', state: 'active' });
    expect(everyware.state.tunnels()).toHaveLength(1);
  });

  it('listen where told, at base urls of their own', async () => {
    const { rms, remoteit, everyware } = await start({});
    expect(rms.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api$/);
    expect(rms.statusUrl).toBe(rms.baseUrl.replace('/api', '/status'));
    expect(remoteit.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/apv\/v27$/);
    expect(everyware.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  });

  it('start all or none', async () => {
    const { rms } = await start({});
    const port = Number(new URL(rms.baseUrl).port);
    await expect(startSimulators({ latencyMs: 0, ports: { everyware: port } })).rejects.toThrow('EADDRINUSE');
  });

  it('take their time where told, a login more than a read', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
    try {
      const waits = jest.spyOn(globalThis, 'setTimeout');
      const { rms, remoteit } = await start({ latencyMs: 40 });
      const asked = ask(`${rms.baseUrl}/devices`);
      await rms.calls.reached(null, 1);
      const loggedIn = ask(`${remoteit.baseUrl}/user/login`, { method: 'POST' });
      await remoteit.calls.reached(null, 1);
      expect(waits.mock.calls.map(([, ms]) => ms)).toEqual(expect.arrayContaining([40, 80]));
      jest.advanceTimersByTime(80);
      expect((await Promise.all([asked, loggedIn])).map(({ status }) => status)).toEqual([401, 401]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('close without a trace', async () => {
    const { simulators } = await startWorld();
    await simulators.close();
    for (const { baseUrl } of [simulators.rms, simulators.remoteit, simulators.everyware]) {
      await expect(ask(`${baseUrl}/devices`)).rejects.toThrow('fetch failed');
    }
  });

  it('keep the last ten thousand calls and count them all', () => {
    const log = createCallLog();
    const call = {
      route: 'GET /x',
      method: 'GET',
      path: '/x',
      query: {},
      headers: {},
      body: undefined,
      status: 0,
    };
    for (let at = 0; at < 25_000; at += 1) log.begin({ ...call, at }).answered(200);
    expect([log.total, log.count('GET /x'), log.entries.length]).toEqual([25_000, 25_000, 10_000]);
    expect(log.entries[0]).toMatchObject({ at: 15_000, status: 200 });
  });

  it('draw from a generator that repeats itself for a seed and stays in its bounds', () => {
    const draw = (seed: number): readonly number[] => {
      const prng = createPrng(seed);
      return Array.from({ length: 1000 }, () => prng.int(3, 9));
    };
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
    expect(new Set(draw(5))).toEqual(new Set([3, 4, 5, 6, 7, 8, 9]));
    expect(() => createPrng(1).pick([])).toThrow('not empty');
  });
});
