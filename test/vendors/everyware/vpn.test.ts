import type { VendorRequest } from '../../../src/transport/transport';
import { everyware } from '../../../src/vendors/everyware/index';
import { answer, answersInTurn, ScriptedTransport, toolsOn } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { exceptionBody } from './fixtures';

const UP = answer(200, { connected: true, ipAddress: '10.200.12.49' });
const IS_UP = { ok: true, value: { connected: true, ipAddress: '10.200.12.49' } };
const IS_DOWN = { ok: true, value: { connected: false, ipAddress: null } };

function vpnOn(transport: ScriptedTransport, vpnBulk = false) {
  const given = { apiKey: 'k', baseUrl: 'https://ec/v1', vpnBulk };
  const settings = settingsOf(everyware.configuration, given);
  const { vpn } = everyware.createDriver(settings, toolsOn(transport));
  if (vpn === undefined) throw new Error('the driver has no VPN');
  return vpn;
}

// docs.everyware-cloud, Device VPN Connections: one device a call, answered by the device.
describe('VPN states device by device', () => {
  it('are asked for at every device, which does not get longer for it than a vendor', async () => {
    const transport = new ScriptedTransport(() => UP);
    const vpn = vpnOn(transport);
    expect(await vpn.status(['AQ', 'Ag'], {})).toEqual(
      new Map([
        ['AQ', IS_UP],
        ['Ag', IS_UP],
      ]),
    );
    expect(vpn.wholeAccount).toBe(false);
    expect(transport.lines).toEqual(['GET /_/devices/AQ/vpn', 'GET /_/devices/Ag/vpn']);
    expect(transport.requests[0]?.endpoint.timeoutMs).toBe(4_000);
  });

  it('are all under way at once', async () => {
    const waiting: (() => void)[] = [];
    const transport = new ScriptedTransport(() => new Promise((resolve) => waiting.push(() => resolve(UP))));
    const states = vpnOn(transport).status(['AQ', 'Ag', 'Aw'], {});
    expect(waiting).toHaveLength(3);
    for (const answerNow of waiting) answerNow();
    expect((await states).size).toBe(3);
  });

  it('are null for a device that went offline, or that has no VPN', async () => {
    const offline = answersInTurn(answer(409, exceptionBody('DEVICE_NOT_CONNECTED', '409')));
    expect((await vpnOn(offline).status(['AQ'], {})).get('AQ')).toEqual({ ok: true, value: null });
    const gone = answersInTurn(answer(404, exceptionBody('ENTITY_NOT_FOUND', 404)));
    expect((await vpnOn(gone).status(['AQ'], {})).get('AQ')).toEqual({ ok: true, value: null });
  });

  it('fail for one device and stand for its neighbours', async () => {
    const script = ({ params }: VendorRequest) =>
      params?.['deviceId'] === 'AQ' ? answer(500, exceptionBody('INTERNAL_ERROR', 500)) : UP;
    const states = await vpnOn(new ScriptedTransport(script)).status(['AQ', 'Ag'], {});
    expect(states.get('AQ')).toMatchObject({ ok: false, error: { code: 'VENDOR_UNAVAILABLE' } });
    expect(states.get('Ag')).toEqual(IS_UP);
  });

  it('fail where the answer is no state', async () => {
    const states = await vpnOn(answersInTurn(answer(200, {}))).status(['AQ'], {});
    expect(states.get('AQ')).toMatchObject({ ok: false, error: { code: 'VENDOR_UNAVAILABLE' } });
  });
});

// Everyware Cloud OpenAPI 6.0.8, GET /{scopeId}/vpnConnections: a row for each connection that is up.
describe('VPN states of a scope', () => {
  const connection = (deviceId: unknown, inetAddress = '10.200.12.49') => ({
    type: 'vpnConnection',
    id: 'x1',
    inetAddress,
    userId: 'LTcVBfHB2lo',
    deviceId,
    vpnServerId: 'Ag',
  });
  const list = (items: readonly unknown[], limitExceeded = false) => answer(200, { items, limitExceeded });

  it('come in one call for several devices; one that is left out is not connected', async () => {
    const rows = [connection('AQ'), connection(null), { id: 'y' }, connection('zz'), connection(7.5), 'x'];
    const transport = answersInTurn(list(rows));
    const states = await vpnOn(transport, true).status(['AQ', 'Ag'], {});
    expect([...states]).toEqual([
      ['AQ', IS_UP],
      ['Ag', IS_DOWN],
    ]);
    expect(transport.lines).toEqual(['GET /_/vpnConnections?limit=100&offset=0']);
    expect(transport.requests[0]?.keys).toBe(2);
  });

  it('have no address where the vendor shows 0.0.0.0', async () => {
    const states = await vpnOn(answersInTurn(list([connection('AQ', '0.0.0.0')])), true).status(
      ['AQ', 'Ag'],
      {},
    );
    expect(states.get('AQ')).toEqual({ ok: true, value: { connected: true, ipAddress: null } });
  });

  it('are asked for page by page', async () => {
    const first = Array.from({ length: 100 }, (_, index) => connection(`d${index}`));
    const transport = answersInTurn(list(first, true), list([connection('AQ')]));
    const states = await vpnOn(transport, true).status(['AQ', 'd99'], {});
    expect([states.get('AQ'), states.get('d99')]).toEqual([IS_UP, IS_UP]);
    expect(transport.lines[1]).toBe('GET /_/vpnConnections?limit=100&offset=100');
  });

  it('are no answer where the list does not end', async () => {
    const transport = new ScriptedTransport(() => list([connection('AQ')], true));
    await expect(vpnOn(transport, true).status(['AQ', 'Ag'], {})).rejects.toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
    });
    expect(transport.requests).toHaveLength(100);
  });

  it('are asked for at the device where only one is wanted', async () => {
    const transport = answersInTurn(UP);
    await vpnOn(transport, true).status(['AQ'], {});
    expect(transport.lines).toEqual(['GET /_/devices/AQ/vpn']);
  });

  it.each([[403], [404]])(
    'are asked for device by device from then on where the list is refused with %i',
    async (status) => {
      const transport = new ScriptedTransport(({ endpoint }) =>
        endpoint.path.endsWith('/vpnConnections') ? answer(status) : UP,
      );
      const vpn = vpnOn(transport, true);
      for (const _ of [1, 2]) expect((await vpn.status(['AQ', 'Ag'], {})).get('Ag')).toEqual(IS_UP);
      expect(transport.lines).toEqual([
        'GET /_/vpnConnections?limit=100&offset=0',
        ...Array.from({ length: 2 }, () => ['GET /_/devices/AQ/vpn', 'GET /_/devices/Ag/vpn']).flat(),
      ]);
    },
  );

  it('fail all together where the list fails, and it is asked for again', async () => {
    const transport = answersInTurn(answer(500), list([]));
    const vpn = vpnOn(transport, true);
    await expect(vpn.status(['AQ', 'Ag'], {})).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect((await vpn.status(['AQ', 'Ag'], {})).get('AQ')).toEqual(IS_DOWN);
  });
});
