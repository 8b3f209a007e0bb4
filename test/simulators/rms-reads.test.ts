import type { RmsSimulator } from '../../src/simulators/rms/rms-simulator';
import { ask, dig, list, need, type Reply, startWorld, type World } from './support';

describe('the reads of RMS', () => {
  let world: World;
  let rms: RmsSimulator;

  beforeEach(async () => {
    world = await startWorld();
    rms = world.simulators.rms;
  });
  afterEach(() => world.simulators.close());

  const get = (path: string): Promise<Reply> =>
    ask(`${rms.baseUrl}${path}`, { headers: { authorization: `Bearer ${rms.credentials.token}` } });
  const idsOf = (reply: Reply): readonly unknown[] => list(reply.json, 'data').map((row) => dig(row, 'id'));

  // RMS OpenAPI 3.0.0, GET /devices: limit default 10, offset default 0.
  it('answers ten devices by ascending id and the total where no limit is asked', async () => {
    const reply = await get('/devices');
    const ids = rms.state.devices().map((device) => device.id);
    expect(idsOf(reply)).toEqual(ids.slice(0, 10));
    expect(ids).toEqual([...ids].sort((left, right) => left - right));
    expect(dig(reply.json, 'meta')).toEqual({ filters: {}, sorters: { id: 'asc' }, total: 54 });
  });

  it('pages through all devices without gap or repetition', async () => {
    const pages = [await get('/devices?limit=30'), await get('/devices?limit=30&offset=30')];
    expect(pages.flatMap(idsOf)).toEqual(rms.state.devices().map((device) => device.id));
    expect(rms.calls.count('GET /devices')).toBe(2);
  });

  it('answers only the fields asked for', async () => {
    const reply = await get('/devices?fields=id,name,nonsense&limit=1');
    const first = need(rms.state.devices()[0]);
    expect(list(reply.json, 'data')).toEqual([{ id: first.id, name: first.name }]);
  });

  it('names its fields when asked for nothing else', async () => {
    const reply = await get('/devices?fields_only=true');
    expect(list(reply.json, 'data')).toEqual(expect.arrayContaining(['id', 'status', 'last_connection_at']));
  });

  // RMS OpenAPI 3.0.0, GET /devices: `id` filters, and does not lift the default limit.
  it('keeps the default limit of ten for a list of ids', async () => {
    const ids = rms.state
      .devices()
      .slice(0, 14)
      .map((device) => device.id);
    expect(idsOf(await get(`/devices?id=${ids.join(',')}`))).toEqual(ids.slice(0, 10));
    const all = await get(`/devices?id=${ids.join(',')},999999999&limit=15`);
    expect(idsOf(all)).toEqual(ids);
    expect(dig(all.json, 'meta', 'filters', 'id', 0)).toBe(String(ids[0]));
  });

  it('takes an empty list of ids for no filter at all', async () => {
    expect(dig((await get('/devices?id=')).json, 'meta', 'total')).toBe(54);
    const accesses = await get('/devices/remote-access?device_id=');
    expect(list(accesses.json, 'data')).toHaveLength(rms.state.accesses().length);
  });

  it('filters by status words while it answers numbers and null', async () => {
    const [first, second, third, fourth] = rms.state.devices();
    for (const [device, status] of [
      [first, 1],
      [second, 0],
      [third, null],
      [fourth, 2],
    ] as const) {
      rms.state.updateDevice(need(device).id, { status, name: 'probe-xyz' });
    }
    const statuses = async (filter: string): Promise<readonly unknown[]> =>
      list((await get(`/devices?q=PROBE-XYZ&${filter}`)).json, 'data').map((row) => dig(row, 'status'));
    expect(await statuses('status=online')).toEqual([1]);
    expect(await statuses('status=offline')).toEqual([0, null]);
    expect(await statuses('status=not_activated')).toEqual([2]);
    expect(await statuses('ne:status=offline')).toEqual([1, 2]);
    expect(dig((await get('/devices?status=1')).json, 'errors', 0, 'source')).toBe('status');
  });

  it('searches names and serial numbers', async () => {
    const device = need(rms.state.devices()[7]);
    expect(idsOf(await get(`/devices?q=${device.serial}`))).toEqual([device.id]);
  });

  it('filters by model, firmware, tag and mac', async () => {
    const device = rms.state.addDevice({
      model: 'TSW202',
      firmware: 'TSW2_R_1',
      tags: [{ id: 77, name: 'new' }],
    });
    for (const filter of [
      'model=TSW202',
      'firmware=TSW2_R_1',
      'tag_id=77',
      `mac=${device.mac.toLowerCase()}`,
    ]) {
      expect(idsOf(await get(`/devices?${filter}`))).toEqual([device.id]);
    }
    expect(dig((await get('/devices?ne:model=TSW202')).json, 'meta', 'total')).toBe(54);
  });

  it('sorts by a field, downwards with a hyphen, and by id where it is equal', async () => {
    const up = list((await get('/devices?limit=100&sort=name')).json, 'data').map((row) => dig(row, 'name'));
    const down = list((await get('/devices?limit=100&sort=-name')).json, 'data').map((row) =>
      dig(row, 'name'),
    );
    expect(up).toEqual([...up].sort());
    expect(down).toEqual([...up].reverse());
    const byStatus = await get('/devices?limit=100&sort=-status,id');
    expect(dig(byStatus.json, 'meta', 'sorters')).toEqual({ status: 'desc', id: 'asc' });
    expect(dig(byStatus.json, 'data', 0, 'status')).toBe(2);
  });

  it('refuses a limit that is no number and lowers one above its highest', async () => {
    expect((await get('/devices?limit=many')).status).toBe(422);
    rms.knobs.maxLimit = 25;
    expect(idsOf(await get('/devices?limit=100'))).toHaveLength(25);
  });

  it('answers one device as an object and an unknown one as 404 in its envelope', async () => {
    const device = need(rms.state.devices()[3]);
    expect(dig((await get(`/devices/${device.id}`)).json, 'data', 'name')).toBe(device.name);
    expect((await get(`/devices/${device.id}?fields=id`)).json).toEqual({
      success: true,
      data: { id: device.id },
    });
    const unknown = await get('/devices/1');
    expect(unknown.status).toBe(404);
    expect(unknown.json).toEqual({
      success: false,
      errors: [{ code: 'NOT_FOUND', source: null, message: 'Not found.' }],
    });
  });

  it('writes times without a zone and moves those of an online device with the clock', async () => {
    const device = rms.state.addDevice();
    const heard = async (): Promise<number> =>
      Date.parse(`${dig((await get(`/devices/${device.id}`)).json, 'data', 'last_connection_at')}Z`);
    const before = await heard();
    expect(world.clock.now() - before).toBeLessThan(60_000);
    world.clock.advance(120_000);
    expect(await heard()).toBe(before + 120_000);
    rms.state.setOnline(device.id, false);
    const last = world.clock.now();
    world.clock.advance(500_000);
    expect(await heard()).toBe(last);
  });

  // Real answers seen by public clients; RMS OpenAPI 3.0.0 types them integer and boolean.
  it('writes ports as strings and booleans as numbers', async () => {
    const device = rms.state.addDevice();
    rms.state.addAccess({ deviceId: device.id, isMain: true });
    rms.state.addAccess({
      deviceId: device.id,
      name: 'Bridge',
      protocol: null,
      destinationIp: null,
      destinationPort: 502,
    });
    const reply = await get(`/devices/remote-access?device_id=${device.id}`);
    expect(list(reply.json, 'data')).toMatchObject([
      {
        device_id: device.id,
        destination_port: '443',
        is_main: 1,
        credentials_required: 0,
        protocol: 'https',
      },
      { name: 'Bridge', destination_port: '502', is_main: 0, protocol: null, destination_ip: null },
    ]);
  });

  it('lists the remote accesses of several devices in one call, each device once', async () => {
    const ids = rms.state
      .devices()
      .slice(0, 20)
      .map((device) => device.id);
    const reply = await get(`/devices/remote-access?device_id=${ids.join(',')},${ids[0]}`);
    const expected = ids.flatMap((id) => rms.state.accesses(id)).map((access) => access.id);
    expect(idsOf(reply)).toEqual(expected.sort((left, right) => left - right));
    expect(dig(reply.json, 'meta', 'total')).toBe(expected.length);
  });

  it('pages the remote accesses only behind its knob', async () => {
    const all = rms.state.accesses().length;
    expect(list((await get('/devices/remote-access?limit=3')).json, 'data')).toHaveLength(all);
    rms.knobs.accessPageSize = 20;
    expect(list((await get('/devices/remote-access')).json, 'data')).toHaveLength(10);
    const page = await get('/devices/remote-access?limit=100&offset=15');
    expect(list(page.json, 'data')).toHaveLength(20);
    expect(dig(page.json, 'meta', 'total')).toBe(all);
    rms.knobs.accessListMeta = false;
    expect(dig((await get('/devices/remote-access')).json, 'meta')).toBeUndefined();
  });

  it('filters sessions by the words true and false, the newest first, and answers all without', async () => {
    const { id } = rms.state.addAccess({ deviceId: rms.state.addDevice().id });
    const seconds = Math.floor(world.clock.now() / 1000);
    const past = rms.state.addSession({ accessId: id, startTime: seconds - 900, endTime: seconds - 60 });
    const short = rms.state.addSession({ accessId: id, endTime: seconds + 30 });
    const long = rms.state.addSession({ accessId: id });
    rms.knobs.singleSessionAsObject = 'never';
    const sessions = async (query: string): Promise<readonly unknown[]> =>
      idsOf(await get(`/devices/connect/${id}/sessions${query}`));
    expect(await sessions('')).toEqual([long.id, short.id, past.id]);
    expect(await sessions('?active=true')).toEqual([long.id, short.id]);
    expect(await sessions('?active=false')).toEqual([past.id]);
    world.clock.advance(30_000);
    expect(await sessions('?active=true')).toEqual([long.id]);
    expect((await get(`/devices/connect/${id}/sessions?active=1`)).status).toBe(422);
    expect((await get('/devices/connect/1/sessions')).status).toBe(404);
  });

  // RMS OpenAPI 3.0.0 types `data` as one object; real answers are a list.
  it('answers a single session as an object for some accesses, without ids of access or device', async () => {
    const device = rms.state.addDevice();
    const accesses = Array.from({ length: 5 }, () => rms.state.addAccess({ deviceId: device.id }));
    const shapes = new Map<number, unknown>();
    for (const { id } of accesses) {
      rms.state.addSession({ accessId: id, host: 'abc.proxy1-connect.rms.teltonika-networks.com' });
      shapes.set(id, dig((await get(`/devices/connect/${id}/sessions?active=true`)).json, 'data'));
    }
    const objects = accesses.filter(({ id }) => !Array.isArray(shapes.get(id)));
    expect(objects.map(({ id }) => id % 5)).toEqual([0]);
    const row = shapes.get(need(objects[0]).id);
    expect(row).toMatchObject({
      url: 'abc.proxy1-connect.rms.teltonika-networks.com',
      ttl: 1800,
      output_data: null,
    });
    expect(dig(row, 'access_id') ?? dig(row, 'device_id')).toBeUndefined();
    rms.knobs.urlScheme = 'https';
    rms.knobs.singleSessionAsObject = 'never';
    const [plain] = list((await get(`/devices/connect/${need(accesses[0]).id}/sessions`)).json, 'data');
    expect(dig(plain, 'url')).toBe('https://abc.proxy1-connect.rms.teltonika-networks.com');
  });

  it('answers the L2TP state of all devices that report one, or of one', async () => {
    const device = rms.state.addDevice();
    const all = rms.state.vpns().length;
    rms.state.setVpn(device.id, [
      { name: 'hq', type: 'client', ip: '172.16.0.9', isEnabled: true, isRunning: true },
    ]);
    expect(list((await get('/devices/device-vpn-status')).json, 'data')).toHaveLength(all + 1);
    const one = await get(`/devices/device-vpn-status?device_id=${device.id}`);
    expect(list(one.json, 'data')).toMatchObject([
      { device_id: device.id, data: [{ ip: '172.16.0.9', is_running: true, type: 'client' }] },
    ]);
    rms.state.setVpnRunning(device.id, false);
    const rested = await get(`/devices/device-vpn-status?device_id=${device.id}`);
    expect(dig(rested.json, 'data', 0, 'data', 0, 'is_running')).toBe(false);
  });

  it('refuses a bad token with 401 and a lacking scope with 403', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const reply = await ask(`${rms.baseUrl}/devices`, { headers });
      expect(reply.status).toBe(401);
      expect(dig(reply.json, 'success')).toBe(false);
    }
    rms.knobs.scopes = ['devices:read'];
    expect((await get('/devices')).status).toBe(200);
    expect((await get('/devices/remote-access')).status).toBe(403);
    rms.knobs.tokenRevoked = true;
    expect((await get('/devices')).status).toBe(401);
  });

  it('forgets what has been removed', async () => {
    const device = need(rms.state.devices().find(({ id }) => rms.state.accesses(id).length > 1));
    const access = need(rms.state.accesses(device.id)[0]);
    rms.state.removeDevice(device.id);
    expect((await get(`/devices/${device.id}`)).status).toBe(404);
    expect((await get(`/devices/connect/${access.id}/sessions`)).status).toBe(404);
    expect(list((await get(`/devices/remote-access?device_id=${device.id}`)).json, 'data')).toEqual([]);
    expect(dig((await get('/devices')).json, 'meta', 'total')).toBe(53);
  });
});
