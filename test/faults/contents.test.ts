import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endOf, type FaultFleet, startFaultFleet } from './fault-fleet';

/*
 * Answers that can be read, and are wrong in what they say.
 */

let fleet: FaultFleet;

beforeAll(async () => {
  fleet = await startFaultFleet();
});

afterAll(() => fleet.close());

beforeEach(() => fleet.reopen());

const rmsRows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: from + index, name: `d${from + index}`, status: 1 }));
const everywareRows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `A${from + index}`, clientId: `d${from + index}` }));
const ids = (devices: readonly { readonly vendorDeviceId: string }[]) =>
  devices.map((device) => device.vendorDeviceId);

describe('rows without an id, and rows that come twice', () => {
  it.each([
    [
      'rms',
      { success: true, data: [{ name: 'x' }, ...rmsRows(7, 2), ...rmsRows(7, 1)], meta: { total: 4 } },
      ['7', '8'],
    ],
    [
      'remoteit',
      {
        status: 'true',
        devices: [
          { devicealias: 'x' },
          { deviceaddress: '80:01' },
          { deviceaddress: '80:01' },
          { deviceaddress: '80:02' },
        ],
      },
      ['80:01', '80:02'],
    ],
    [
      'everyware',
      { items: [{}, ...everywareRows(1, 2), ...everywareRows(1, 1)], limitExceeded: false },
      ['A1', 'A2'],
    ],
  ] as const)('of %s leave the other rows as they are, each once', async (name, body, expected) => {
    fleet.simulators[name].faults.add({ kind: 'json', body, pathIncludes: '/device' });
    expect(ids(await fleet.account[name].walk(fleet.reading()))).toEqual(expected);
    expect(fleet.log.join('')).toContain('could not be read and was left out');
  });
});

describe('rows of other devices', () => {
  it('are nobody’s ways in, and no empty list stands for what was not told', async () => {
    const row = { id: 1, device_id: 99, name: 'x', protocol: 'ssh' };
    fleet.simulators.rms.faults.add({
      kind: 'json',
      route: 'GET /devices/remote-access',
      body: { success: true, data: [row], meta: { total: 1 } },
    });
    const found = await fleet.account.rms.remoteAccesses(['5'], fleet.reading());
    expect(found.get('5')).toEqual({ ok: true, value: [] });
  });

  it('are not the device that was asked for by its id', async () => {
    fleet.simulators.rms.faults.add({
      kind: 'json',
      route: 'GET /devices',
      body: { success: true, data: rmsRows(99, 1), meta: { total: 1 } },
    });
    const found = await fleet.account.rms.devicesById(['5'], fleet.reading());
    expect(found.get('5')).toEqual({ ok: true, value: null });
  });
});

describe('a page that repeats, whatever is asked for', () => {
  it.each([
    ['rms', 'GET /devices', { success: true, data: rmsRows(1, 100), meta: { total: 300 } }],
    [
      'everyware',
      'GET /{scopeId}/devices',
      { items: everywareRows(1, 100), limitExceeded: true, totalCount: 300 },
    ],
  ] as const)('at %s is no list, and is not read for ever', async (name, route, body) => {
    fleet.simulators[name].faults.add({ kind: 'json', body, route });
    expect(await endOf(fleet.account[name].walk(fleet.reading()))).toBe('VENDOR_UNAVAILABLE');
    expect(fleet.simulators[name].calls.count(route)).toBeLessThanOrEqual(12);
  });

  it('of ways in at RMS is an error for the devices that were asked for', async () => {
    const data = Array.from({ length: 10 }, (_, index) => ({ id: index + 1, device_id: 5, name: 'x' }));
    const route = 'GET /devices/remote-access';
    fleet.simulators.rms.faults.add({
      kind: 'json',
      route,
      body: { success: true, data, meta: { total: 40 } },
    });
    expect(await endOf(fleet.account.rms.remoteAccesses(['5'], fleet.reading()))).toBe('VENDOR_UNAVAILABLE');
    expect(fleet.simulators.rms.calls.count(route)).toBe(2);
  });
});

describe('a list that never ends', () => {
  let server: Server;
  let calls = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      calls += 1;
      const url = new URL(request.url ?? '/', 'http://vendor');
      const offset = Number(url.searchParams.get('offset') ?? 0);
      const row = (index: number) => ({ id: offset + index + 1, device_id: 5, name: 'x', status: 1 });
      const data = Array.from({ length: 100 }, (_, index) => row(index));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ success: true, data, meta: { total: offset + 1000 } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => server.close());

  beforeEach(async () => {
    calls = 0;
    const { port } = server.address() as AddressInfo;
    await fleet.reopen({ env: { RMS_BASE_URL: `http://127.0.0.1:${port}/api` } });
  });

  it('of devices is given up, and not passed off as a whole', async () => {
    expect(await endOf(fleet.account.rms.walk(fleet.reading()))).toBe('VENDOR_UNAVAILABLE');
    expect(calls).toBeLessThanOrEqual(1100);
  });

  it('of devices costs a page what the page takes', async () => {
    const from = { offset: 0, anchors: [], total: null };
    const slice = await fleet.account.rms.slice(
      { from, count: 150, accept: () => true },
      undefined,
      fleet.reading(),
    );
    expect(slice.devices).toHaveLength(150);
    expect(calls).toBe(2);
  });

  it('of ways in is given up', async () => {
    expect(await endOf(fleet.account.rms.remoteAccesses(['5'], fleet.reading()))).toBe('VENDOR_UNAVAILABLE');
    expect(calls).toBeLessThanOrEqual(100);
  });
});
