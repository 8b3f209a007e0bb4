import type { DroppedRow } from '../../../src/vendors/driver';
import { rms } from '../../../src/vendors/rms/index';
import { answer, answersInTurn, type ScriptedTransport, toolsOn } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { accessRow, deviceRow, sessionRow, vpnRow } from './fixtures';

const FIELDS = 'fields=id,name,serial,mac,model,firmware,status,last_connection_at,tags';
const settings = settingsOf(rms.configuration, { token: 'rms-token' });
const list = (data: unknown, total?: number) => answer(200, { success: true, data, meta: { total } });

function driverOn(transport: ScriptedTransport, dropped: DroppedRow[] = []) {
  return rms.createDriver(settings, toolsOn(transport, dropped));
}

describe('the device list of RMS', () => {
  it('asks for the page with only the fields that the graph shows', async () => {
    const transport = answersInTurn(list([deviceRow()], 250));
    const page = await driverOn(transport).listDevices({ offset: 100, limit: 100 }, {});
    expect(transport.lines).toEqual([`GET /devices?${FIELDS}&limit=100&offset=100`]);
    expect(transport.requests[0]?.keys).toBe(100);
    expect(page).toMatchObject({ total: 250, last: false });
  });

  it.each([
    ['ONLINE', 'online'],
    ['NOT_ACTIVATED', 'not_activated'],
  ] as const)('lets the vendor filter by %s', async (status, word) => {
    const transport = answersInTurn(list([], 0));
    await driverOn(transport).listDevices({ offset: 0, limit: 10, status }, {});
    expect(transport.lines).toEqual([`GET /devices?${FIELDS}&limit=10&offset=0&status=${word}`]);
  });

  it('does not offer a filter by OFFLINE, which may miss devices without a status', () => {
    expect(driverOn(answersInTurn()).statusFilters).toEqual(['ONLINE', 'NOT_ACTIVATED']);
  });

  it('goes by the number of rows where the total is missing', async () => {
    const bodies = [
      { success: true, data: [deviceRow()] },
      { data: [deviceRow()], meta: [] },
    ];
    for (const body of bodies) {
      const driver = driverOn(answersInTurn(answer(200, body), answer(200, body)));
      expect(await driver.listDevices({ offset: 0, limit: 1 }, {})).toMatchObject({
        last: false,
        total: null,
      });
      expect(await driver.listDevices({ offset: 0, limit: 2 }, {})).toMatchObject({ last: true });
    }
  });

  it('takes success: false for a failure, whatever the status', async () => {
    const driver = driverOn(answersInTurn(answer(200, { success: false, errors: [{ code: 'X' }] })));
    const page = driver.listDevices({ offset: 0, limit: 10 }, {});
    await expect(page).rejects.toMatchObject({ code: 'VENDOR_REJECTED' });
  });
});

describe('devices of RMS by id', () => {
  it('lifts the limit to the number of ids, which is ten otherwise', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => String(index + 1));
    const transport = answersInTurn(list([]));
    await driverOn(transport).devicesById?.get(ids, {});
    expect(transport.lines).toEqual([`GET /devices?id=${ids.join(',')}&${FIELDS}&limit=100`]);
  });

  it('asks on where the vendor lowered the limit', async () => {
    const transport = answersInTurn(list([deviceRow({ id: 1 })], 2), list([deviceRow({ id: 2 })], 2));
    const found = await driverOn(transport).devicesById?.get(['1', '2'], {});
    expect([...(found?.keys() ?? [])]).toEqual(['1', '2']);
    expect(transport.lines[1]).toBe(`GET /devices?id=1,2&${FIELDS}&limit=2&offset=1`);
  });

  it('leaves out devices that nobody asked for', async () => {
    const transport = answersInTurn(
      list([deviceRow({ id: 1 }), deviceRow({ id: '2' }), deviceRow({ id: 3 })]),
    );
    const found = await driverOn(transport).devicesById?.get(['1', '2'], {});
    expect([...(found?.keys() ?? [])]).toEqual(['1', '2']);
  });

  it.each([['0'], ['-1'], ['1.5'], ['1,2'], ['01'], ['abc']])('knows that %j is no id', (id) => {
    expect(driverOn(answersInTurn()).deviceKey(id)).toBeUndefined();
  });
});

describe('remote accesses of RMS', () => {
  const read = (transport: ScriptedTransport, ids: readonly string[], dropped: DroppedRow[] = []) =>
    driverOn(transport, dropped).remoteAccesses?.list(ids, {});

  it('come for many devices in one call, grouped by device', async () => {
    const rows = [accessRow({ id: 1, device_id: 70811 }), accessRow({ id: 2 }), accessRow({ id: 3 })];
    const transport = answersInTurn(list(rows, 3));
    const found = await read(transport, ['70810', '70811', '70812']);
    expect(transport.lines).toEqual(['GET /devices/remote-access?device_id=70810,70811,70812']);
    expect(found?.get('70810')?.map((access) => access.localId)).toEqual(['70810:2', '70810:3']);
    expect(found?.get('70811')).toHaveLength(1);
    expect(found?.has('70812')).toBe(false);
  });

  it('leave out rows of other devices, rows that come twice and rows without an id', async () => {
    const dropped: DroppedRow[] = [];
    const rows = [accessRow(), accessRow(), accessRow({ device_id: 5 }), accessRow({ id: null })];
    const found = await read(answersInTurn(list(rows, 4)), ['70810'], dropped);
    expect([...(found?.values() ?? [])].flat()).toHaveLength(1);
    expect(dropped).toEqual([{ what: 'remote access', problem: 'id: invalid_union' }]);
  });

  it('are asked for page by page where the vendor says that there are more', async () => {
    const transport = answersInTurn(list([accessRow({ id: 1 })], 2), list([accessRow({ id: 2 })], 2));
    const found = await read(transport, ['70810']);
    expect(found?.get('70810')).toHaveLength(2);
    expect(transport.lines[1]).toBe('GET /devices/remote-access?device_id=70810&limit=100&offset=1');
  });

  it('end at an empty page, whatever total the vendor claims', async () => {
    const transport = answersInTurn(list([accessRow()], 9), list([], 9));
    expect((await read(transport, ['70810']))?.get('70810')).toHaveLength(1);
  });

  it('are found again by their id', () => {
    const parse = driverOn(answersInTurn()).remoteAccesses?.parse;
    expect(parse?.('70810:2745')).toEqual({ vendorDeviceId: '70810' });
    for (const id of ['70810', '70810:', ':1', '70810:1:2', '0:1', 'a:b'])
      expect(parse?.(id)).toBeUndefined();
  });
});

describe('sessions of RMS', () => {
  const listing = (transport: ScriptedTransport, usableOnly = true) =>
    driverOn(transport).sessions?.list('70810:2745', usableOnly, {});
  const read = async (transport: ScriptedTransport, usableOnly = true) =>
    (await listing(transport, usableOnly))?.sessions;

  it('are asked for at their remote access, the active ones or all', async () => {
    const transport = answersInTurn(list([]), list([]));
    await read(transport, true);
    await read(transport, false);
    expect(transport.lines).toEqual([
      'GET /devices/connect/2745/sessions?active=true',
      'GET /devices/connect/2745/sessions',
    ]);
  });

  // OpenAPI types `data` as one object, though its text says list.
  it('come as a list or as one', async () => {
    expect(await read(answersInTurn(list([sessionRow(), sessionRow({ id: 2 })])))).toHaveLength(2);
    expect(await read(answersInTurn(list(sessionRow())))).toHaveLength(1);
  });

  it('come newest first, each once', async () => {
    const rows = [
      [1, 100],
      [2, 300],
      [3, 200],
      [2, 300],
      [4, null],
    ] as const;
    const data = rows.map(([id, start_time]) => sessionRow({ id, start_time }));
    const found = await read(answersInTurn(list(data)));
    expect(found?.map((session) => session.vendorSessionId)).toEqual(['2', '3', '1', '4']);
  });

  it('are none where the vendor does not know the remote access', async () => {
    expect(await read(answersInTurn(answer(404, { success: false, errors: [] })))).toEqual([]);
  });

  it('are not known to be none where a 404 is not the answer of RMS', async () => {
    await expect(read(answersInTurn(answer(404)))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are told to be incomplete where a row has no id', async () => {
    const rows = [sessionRow(), { ...sessionRow({ id: 2 }), id: undefined }];
    expect(await listing(answersInTurn(list(rows)))).toMatchObject({ complete: false, sessions: [{}] });
    expect(await listing(answersInTurn(list([sessionRow()])))).toMatchObject({ complete: true });
  });

  it('fail where the answer is no list', async () => {
    await expect(read(answersInTurn(answer(200, { success: true, data: 'x' })))).rejects.toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
    });
  });
});

describe('VPN states of RMS', () => {
  it('come for the whole account in one call, whatever is asked', async () => {
    const transport = answersInTurn(
      list([vpnRow(), vpnRow({ device_id: 5, data: [] }), { device_id: null }]),
    );
    const dropped: DroppedRow[] = [];
    const { vpn } = driverOn(transport, dropped);
    const found = await vpn?.status(['70810'], {});
    expect(vpn?.wholeAccount).toBe(true);
    expect(transport.lines).toEqual(['GET /devices/device-vpn-status']);
    expect([...(found ?? [])]).toEqual([
      ['70810', { ok: true, value: { connected: true, ipAddress: '10.8.0.2' } }],
      ['5', { ok: true, value: { connected: false, ipAddress: null } }],
    ]);
    expect(dropped).toHaveLength(1);
  });
});

describe('credentials of RMS', () => {
  it('are a bearer that nothing renews', async () => {
    const transport = answersInTurn();
    const authenticator = rms.createAuthenticator(settings, { transport, clock: neverUsed() });
    const headers = await authenticator.headers({});
    expect(headers).toEqual({ authorization: 'Bearer rms-token' });
    expect(await authenticator.renew(headers, {})).toBe(false);
    expect(transport.requests).toEqual([]);
  });
});

function neverUsed() {
  const fail = () => {
    throw new Error('no clock is needed');
  };
  return { now: fail, monotonic: fail, schedule: fail };
}
