import { everyware } from '../../../src/vendors/everyware/index';
import {
  answer,
  answersInTurn,
  lineOf,
  type Script,
  ScriptedTransport,
  toolsOn,
} from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { connectionRow, deviceRow, exceptionBody, listBody } from './fixtures';

const WITH_CLIENT = [
  'LIST_REMOTE_ACCESSES',
  'LIST_SESSIONS',
  'CREATE_LINK',
  'CLOSE_LINK',
  'VPN_STATUS',
  'VPN_CONTROL',
];

function driverOn(transport: ScriptedTransport, given = {}) {
  const settings = settingsOf(everyware.configuration, { apiKey: 'k', baseUrl: 'https://ec/v1', ...given });
  return everyware.createDriver(settings, toolsOn(transport));
}

function byLine(answers: Readonly<Record<string, ReturnType<typeof answer>>>): ScriptedTransport {
  const script: Script = (request) => answers[lineOf(request)] ?? answer(404);
  return new ScriptedTransport(script);
}

describe('the device list of Everyware Cloud', () => {
  it('asks for the page with connections and the total, as the default page is 50 rows without either', async () => {
    const transport = answersInTurn(answer(200, listBody([deviceRow()], true, 250)));
    const page = await driverOn(transport).listDevices({ offset: 100, limit: 100 }, {});
    expect(transport.lines).toEqual([
      'GET /_/devices?fetchAttributes=connection&limit=100&offset=100&askTotalCount=true',
    ]);
    expect(page).toMatchObject({ total: 250, last: false });
  });

  it('lets the vendor filter by ONLINE alone, and reads the scope that is configured', async () => {
    const transport = answersInTurn(answer(200, listBody([])));
    const driver = driverOn(transport, { scopeId: 'QNvLTfKO1hy' });
    await driver.listDevices({ offset: 0, limit: 10, status: 'ONLINE' }, {});
    expect(driver.statusFilters).toEqual(['ONLINE']);
    expect(transport.lines[0]).toMatch(/^GET \/QNvLTfKO1hy\/devices\?.*&status=CONNECTED$/);
  });

  it.each([
    [{ limitExceeded: false, totalCount: 9 }, true, 9],
    [{ limitExceeded: true, totalCount: undefined }, false, null],
    [{ limitExceeded: undefined, totalCount: '9' }, false, 9],
    [{ limitExceeded: 'maybe', totalCount: null }, false, null],
  ])('ends as %j says', async (change, last, total) => {
    const body = { ...listBody([deviceRow(), deviceRow()]), ...change };
    const page = await driverOn(answersInTurn(answer(200, body))).listDevices({ offset: 0, limit: 2 }, {});
    expect(page).toMatchObject({ last, total });
  });

  it('tells what each device can do', async () => {
    const rows = [
      deviceRow(),
      deviceRow({ applicationIdentifiers: 'CONF-V1' }),
      deviceRow({ connection: connectionRow({ status: 'MISSING' }) }),
    ];
    const page = await driverOn(answersInTurn(answer(200, listBody(rows)))).listDevices(
      { offset: 0, limit: 9 },
      {},
    );
    const told = page.rows.map((row) => [row?.capabilities, row?.accesses?.length, row?.vpnAnswers]);
    expect(told).toEqual([
      [WITH_CLIENT, 1, true],
      [WITH_CLIENT.slice(0, 2), 0, false],
      [WITH_CLIENT, 1, false],
    ]);
  });
});

describe('devices of Everyware Cloud by id', () => {
  const get = (transport: ScriptedTransport, ...ids: readonly string[]) =>
    driverOn(transport).devicesById?.get(ids, {});

  it('are asked for one by one, without their connection where it came along', async () => {
    const transport = byLine({ 'GET /_/devices/WyczTs_GuDM': answer(200, deviceRow()) });
    const found = await get(transport, 'WyczTs_GuDM');
    expect(found?.get('WyczTs_GuDM')).toMatchObject({ ok: true, value: { facts: { status: 'ONLINE' } } });
    expect(transport.requests).toHaveLength(1);
  });

  it('cost one more call where the connection was left out', async () => {
    const transport = byLine({
      'GET /_/devices/WyczTs_GuDM': answer(200, deviceRow({ connection: undefined })),
      'GET /_/deviceconnections/Gd1BfeWwh3s': answer(200, connectionRow({ status: 'MISSING' })),
    });
    const found = await get(transport, 'WyczTs_GuDM');
    expect(found?.get('WyczTs_GuDM')).toMatchObject({ ok: true, value: { facts: { status: 'OFFLINE' } } });
    expect(transport.requests).toHaveLength(2);
  });

  it('cost no more where there never was a connection', async () => {
    const row = deviceRow({ connection: undefined, connectionId: null });
    const transport = byLine({ 'GET /_/devices/WyczTs_GuDM': answer(200, row) });
    const found = await get(transport, 'WyczTs_GuDM');
    expect(found?.get('WyczTs_GuDM')).toMatchObject({ ok: true, value: { facts: { status: 'OFFLINE' } } });
    expect(transport.requests).toHaveLength(1);
  });

  it('are offline where the connection is gone by then', async () => {
    const transport = byLine({
      'GET /_/devices/WyczTs_GuDM': answer(200, deviceRow({ connection: null })),
      'GET /_/deviceconnections/Gd1BfeWwh3s': answer(404, exceptionBody('ENTITY_NOT_FOUND', 404)),
    });
    const found = await get(transport, 'WyczTs_GuDM');
    expect(found?.get('WyczTs_GuDM')).toMatchObject({ ok: true, value: { facts: { status: 'OFFLINE' } } });
  });

  const LISTED = 'GET /_/devices?clientId=gateway-07&fetchAttributes=connection&limit=1';
  it.each([
    ['may not be read', answer(403, exceptionBody('SUBJECT_UNAUTHORIZED', 403)), [deviceRow()], 'ONLINE'],
    ['have no path', answer(404, { error: 'Not Found' }), [deviceRow()], 'ONLINE'],
    ['have no path, and the list tells another device', answer(404), [deviceRow({ id: 'AQ' })], 'UNKNOWN'],
    ['have no path, and the list tells nothing', answer(404), [], 'UNKNOWN'],
  ])('are looked up in the list where connections %s', async (_, refused, rows, status) => {
    const transport = byLine({
      'GET /_/devices/WyczTs_GuDM': answer(200, deviceRow({ connection: undefined })),
      'GET /_/deviceconnections/Gd1BfeWwh3s': refused,
      [LISTED]: answer(200, listBody(rows)),
    });
    const found = await get(transport, 'WyczTs_GuDM');
    expect(found?.get('WyczTs_GuDM')).toMatchObject({ ok: true, value: { facts: { status } } });
  });

  it('fail alone where the connection cannot be had', async () => {
    const transport = byLine({
      'GET /_/devices/WyczTs_GuDM': answer(200, deviceRow({ connection: null })),
      'GET /_/devices/AQ': answer(200, deviceRow({ id: 'AQ' })),
      'GET /_/deviceconnections/Gd1BfeWwh3s': answer(500),
    });
    const found = await get(transport, 'WyczTs_GuDM', 'AQ', 'Ag');
    expect(found?.get('WyczTs_GuDM')).toMatchObject({ ok: false, error: { code: 'VENDOR_UNAVAILABLE' } });
    expect(found?.get('AQ')).toMatchObject({ ok: true });
    expect(found?.has('Ag')).toBe(false);
  });

  it('fail where the vendor answers with another device, or with none that can be read', async () => {
    for (const body of [deviceRow({ id: 'AQ' }), { type: 'device' }, undefined, []]) {
      const found = await get(answersInTurn(answer(200, body)), 'WyczTs_GuDM');
      expect(found?.get('WyczTs_GuDM')).toMatchObject({ ok: false, error: { code: 'VENDOR_UNAVAILABLE' } });
    }
  });

  it('do not exist where the vendor says that the id cannot be one', async () => {
    const transport = answersInTurn(answer(400, exceptionBody('ILLEGAL_ARGUMENT', 400)));
    expect(await get(transport, 'A')).toEqual(new Map());
  });

  it('are told apart by case', () => {
    const { deviceKey } = driverOn(answersInTurn());
    expect(deviceKey('aq')).toBe('aq');
    expect(deviceKey('AQ')).toBe('AQ');
    expect(deviceKey('x'.repeat(65))).toBeUndefined();
  });
});

// Everyware Cloud OpenAPI 6.0.8, exceptionInfo: httpErrorCode is a text by declaration and a number in examples.
describe('an error of Everyware Cloud', () => {
  const codeOf = async (status: number, body?: unknown) => {
    const list = driverOn(answersInTurn(answer(status, body))).listDevices({ offset: 0, limit: 1 }, {});
    return list.then(
      () => 'none',
      (error) => error.code,
    );
  };

  it.each([
    [409, exceptionBody('DEVICE_NOT_CONNECTED', 409), 'DEVICE_OFFLINE'],
    [409, exceptionBody('DEVICE_NOT_CONNECTED', '409'), 'DEVICE_OFFLINE'],
    [409, exceptionBody('ENTITY_UNIQUENESS', 409), 'VENDOR_REJECTED'],
    [404, exceptionBody('ENTITY_NOT_FOUND', 404), 'NOT_FOUND'],
    [403, exceptionBody('SUBJECT_UNAUTHORIZED', 403), 'VENDOR_UNAUTHORIZED'],
    [500, exceptionBody('INTERNAL_ERROR', 500), 'VENDOR_UNAVAILABLE'],
    [200, exceptionBody('INTERNAL_ERROR', '500'), 'VENDOR_UNAVAILABLE'],
    [200, exceptionBody('ILLEGAL_ARGUMENT', 400), 'VENDOR_REJECTED'],
    [200, { kapuaErrorCode: 'X' }, 'VENDOR_UNAVAILABLE'],
    [409, undefined, 'VENDOR_REJECTED'],
  ])('with status %i and body %j is %s', async (status, body, code) => {
    expect(await codeOf(status, body)).toBe(code);
  });

  // eclipse/kapua, KapuaAuthenticationExceptionMapper: the body of a 401 is empty, or about something else.
  it('with status 401 is about credentials, whatever its body', async () => {
    expect(await codeOf(401)).toBe('VENDOR_UNAUTHORIZED');
    expect(await codeOf(401, exceptionBody('DEVICE_NOT_CONNECTED', 409))).toBe('VENDOR_UNAUTHORIZED');
  });
});
