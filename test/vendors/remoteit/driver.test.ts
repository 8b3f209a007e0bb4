import type { DroppedRow } from '../../../src/vendors/driver';
import { remoteit } from '../../../src/vendors/remoteit/index';
import { answer, answersInTurn, type ScriptedTransport, toolsOn } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { deviceRow, listBody, refusalBody } from './fixtures';

const settings = settingsOf(remoteit.configuration, { developerKey: 'a-key', token: 'a-token' });

function driverOn(transport: ScriptedTransport, dropped: DroppedRow[] = []) {
  return remoteit.createDriver(settings, toolsOn(transport, dropped));
}

function listOf(status: number, body: unknown) {
  return driverOn(answersInTurn(answer(status, body))).listDevices({ offset: 0, limit: 100 }, {});
}

describe('the list of remote.it', () => {
  it('is the whole account in one call, and does not ask the vendor to forget what it knows', async () => {
    const transport = answersInTurn(answer(200, listBody([deviceRow(), deviceRow({ deviceaddress: 'aa' })])));
    const page = await driverOn(transport).listDevices({ offset: 0, limit: 1 }, {});
    expect(transport.requests).toHaveLength(1);
    expect(transport.lines).toEqual(['GET /device/list/all']);
    expect(page).toMatchObject({ total: 2, last: true });
    expect(page.rows).toHaveLength(2);
  });

  it('tells ways in and capabilities with each row, and asks nobody about a VPN', async () => {
    const rows = [deviceRow(), deviceRow({ servicetitle: 'Bulk Service' })];
    const page = await listOf(200, listBody(rows));
    expect(page.rows.map((row) => [row?.accesses?.length, row?.vpnAnswers])).toEqual([
      [1, false],
      [0, false],
    ]);
  });

  it('is all that can be read: no look-up, no ways in, no sessions, no VPN', () => {
    const driver = driverOn(answersInTurn());
    expect(driver).toMatchObject({ listsWholeAccount: true, statusFilters: [], hasTags: false });
    for (const group of ['devicesById', 'remoteAccesses', 'sessions', 'vpn']) {
      expect(driver).not.toHaveProperty(group);
    }
  });

  it('takes ids without regard to case', () => {
    const { deviceKey } = driverOn(answersInTurn());
    expect(deviceKey('80:00:00:3F:AE:00:00:11')).toBe('80:00:00:3f:ae:00:00:11');
    expect(deviceKey('80:00:00:3f:ae:00:00:11')).toBe('80:00:00:3f:ae:00:00:11');
  });
});

// remoteit/docs, list.md and update-device-or-service-name.md: failures come with HTTP 200 too.
describe('a 200 of remote.it', () => {
  it.each([['true'], [true]])('succeeds with the status %j', async (status) => {
    await expect(listOf(200, { ...listBody([]), status })).resolves.toMatchObject({ rows: [] });
  });

  it.each([['false'], [false], ['pending'], ['reset']])('fails with the status %j', async (status) => {
    const list = listOf(200, { ...listBody([deviceRow()]), status });
    await expect(list).rejects.toMatchObject({ code: 'VENDOR_REJECTED', retryable: false });
  });

  it.each([
    ['missing api token', 'VENDOR_UNAUTHORIZED'],
    ['[0102] The username or password is invalid', 'VENDOR_UNAUTHORIZED'],
    ['missing user', 'VENDOR_UNAUTHORIZED'],
    ['[0806] device not found', 'VENDOR_REJECTED'],
    ['bad device address', 'VENDOR_REJECTED'],
  ])('that gives the reason %j fails with %s', async (reason, code) => {
    await expect(listOf(200, refusalBody(reason))).rejects.toMatchObject({ code });
    await expect(listOf(400, { status: 'false', reason })).rejects.toMatchObject({ code });
  });

  it('that blames the token may be asked once more with a new one', () => {
    expect(remoteit.isUnauthorized(answer(200, refusalBody('missing api token')))).toBe(true);
    expect(remoteit.isUnauthorized(answer(200, refusalBody('[0806] device not found')))).toBe(false);
    expect(remoteit.isUnauthorized(answer(500, refusalBody('missing api token')))).toBe(false);
    expect(remoteit.isUnauthorized(answer(200, listBody([])))).toBe(false);
  });

  it('stays a trouble of the vendor at 429 and 5xx, whatever reason it gives', async () => {
    const body = refusalBody('missing api token');
    await expect(listOf(429, body)).rejects.toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    await expect(listOf(503, body)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });
});
