import type { VendorResponse } from '../../../src/transport/transport';
import { everyware } from '../../../src/vendors/everyware/index';
import { START } from '../../support/manual-clock';
import { answer, answersInTurn, type ScriptedTransport, toolsOn } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { finish, LATER, pausesOf } from '../run-steps';
import { exceptionBody } from './fixtures';

const settings = settingsOf(everyware.configuration, { apiKey: 'k', baseUrl: 'https://ec/v1' });
const STATE = 'GET /_/devices/AQ/vpn';
const CONNECT = 'POST /_/devices/AQ/vpn/_connect';
const DISCONNECT = 'POST /_/devices/AQ/vpn/_disconnect';
const PRINTED = 'POST /_/devices/AQ/vpn/_discconect';

const UP = answer(200, { connected: true, ipAddress: '10.200.12.49' });
const DOWN = answer(200, { connected: false, ipAddress: '0.0.0.0' });
// OpenAPI's example of disconnecting wraps the state.
const WRAPPED = answer(200, { value: { connected: false, ipAddress: '0.0.0.0' } });
const OFFLINE = answer(409, exceptionBody('DEVICE_NOT_CONNECTED', '409'));
const GONE = answer(404, exceptionBody('ENTITY_NOT_FOUND', 404));
const NO_PATH = answer(404);
const NO_CLIENT = answer(404, exceptionBody('RESPONSE_NOT_FOUND', 404));

const ACCESS = {
  localId: 'AQ',
  vendorDeviceId: 'AQ',
  name: 'VPN',
  protocol: 'VPN',
  host: null,
  port: null,
} as const;
const REFERENCE = { accessLocalId: 'AQ', vendorDeviceId: 'AQ', vendorSessionId: null, connectionRef: 'AQ' };

function writesOn(transport: ScriptedTransport) {
  const { vpnWrites, links } = everyware.createDriver(settings, toolsOn(transport));
  if (vpnWrites === undefined || links === undefined) throw new Error('the driver writes nothing');
  return { vpn: vpnWrites, links };
}

const request = (allowedIp: string | null = null) => ({ access: ACCESS, durationSeconds: 600, allowedIp });
const connected = (...answers: readonly VendorResponse[]) =>
  finish(writesOn(answersInTurn(...answers)).vpn.connect('AQ', {}));
const disconnected = (...answers: readonly VendorResponse[]) =>
  finish(writesOn(answersInTurn(...answers)).vpn.disconnect('AQ', {}));
const found = (one: VendorResponse) => writesOn(answersInTurn(one)).links.found?.(request(), {});
const closed = (...answers: readonly VendorResponse[]) =>
  finish(writesOn(answersInTurn(...answers)).links.close(REFERENCE, {}));
const running = (one: VendorResponse) => writesOn(answersInTurn(one)).links.listed(ACCESS, {});

describe('connecting a VPN of Everyware Cloud', () => {
  it('tells the device, without a body and with time for it to answer', async () => {
    const transport = answersInTurn(UP);
    const facts = await finish(writesOn(transport).vpn.connect('AQ', {}));
    expect(facts).toEqual({ connected: true, ipAddress: '10.200.12.49' });
    expect(transport.lines).toEqual([CONNECT]);
    expect(transport.requests[0]).not.toHaveProperty('json');
    expect(transport.requests[0]?.endpoint.timeoutMs).toBe(35_000);
  });

  it('looks until the tunnel is up, ever more rarely', async () => {
    const transport = answersInTurn(DOWN, DOWN, DOWN, DOWN, DOWN, UP);
    expect(await pausesOf(writesOn(transport).vpn.connect('AQ', {}))).toEqual([500, 1000, 1500, 2000, 2000]);
    expect(transport.lines).toEqual([CONNECT, ...Array.from({ length: 5 }, () => STATE)]);
    expect(transport.contexts.slice(1).every((context) => context === LATER)).toBe(true);
  });

  it('gets over two looks in a row that fail', async () => {
    expect(await connected(DOWN, answer(500), answer(503), DOWN, answer(500), UP)).toMatchObject({
      connected: true,
    });
    const failing = connected(DOWN, answer(500), answer(500), answer(500));
    await expect(failing).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  it.each([
    ['offline', [OFFLINE], 'DEVICE_OFFLINE'],
    ['offline by now', [DOWN, OFFLINE], 'DEVICE_OFFLINE'],
    ['unknown', [GONE], 'NOT_FOUND'],
    ['at a server without a VPN', [NO_PATH], 'VENDOR_REJECTED'],
    ['without the client', [NO_CLIENT], 'VENDOR_REJECTED'],
    ['too slow', [answer(500, exceptionBody('INTERNAL_ERROR', 500))], 'VENDOR_UNAVAILABLE'],
  ] as const)('fails at a device that is %s', async (_, answers, code) => {
    await expect(connected(...answers)).rejects.toMatchObject({ code });
  });
});

describe('disconnecting a VPN of Everyware Cloud', () => {
  it.each([[DOWN], [WRAPPED]])('is done where the device says so (%#)', async (down) => {
    const transport = answersInTurn(down);
    const facts = await finish(writesOn(transport).vpn.disconnect('AQ', {}));
    expect(facts).toEqual({ connected: false, ipAddress: null });
    expect(transport.lines).toEqual([DISCONNECT]);
  });

  it('looks until the tunnel is down', async () => {
    expect(await disconnected(UP, UP, DOWN)).toEqual({ connected: false, ipAddress: null });
  });

  // The documentation prints _discconect, OpenAPI 6.0.8 has _disconnect.
  it.each([[NO_PATH], [answer(404, '<html>')], [NO_CLIENT]])(
    'takes the other spelling where the first is not known (%#)',
    async (unknown) => {
      const transport = answersInTurn(unknown, DOWN);
      expect(await finish(writesOn(transport).vpn.disconnect('AQ', {}))).toMatchObject({ connected: false });
      expect(transport.lines).toEqual([DISCONNECT, PRINTED]);
    },
  );

  it.each([
    ['unknown', [GONE], 'NOT_FOUND'],
    ['offline', [OFFLINE], 'DEVICE_OFFLINE'],
    ['at a server without a VPN', [NO_PATH, NO_PATH], 'VENDOR_REJECTED'],
  ] as const)('fails at a device that is %s', async (_, answers, code) => {
    await expect(disconnected(...answers)).rejects.toMatchObject({ code });
  });
});

describe('a link of Everyware Cloud', () => {
  it.each([
    ['is away', OFFLINE],
    ['is gone', GONE],
    ['is said to have no VPN', NO_PATH],
  ])('is not known to be none where its device %s after it was told to connect', async (_, refused) => {
    const opened = finish(writesOn(answersInTurn(DOWN, refused)).links.open(request(), {}));
    await expect(opened).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    const atOnce = finish(writesOn(answersInTurn(refused)).links.open(request(), {}));
    await expect(atOnce).rejects.not.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  it('is the VPN, which is brought up where it is down', async () => {
    const transport = answersInTurn(DOWN, DOWN, UP);
    const { links } = writesOn(transport);
    expect(await links.found?.(request(), {})).toBeUndefined();
    expect(await finish(links.open(request(), {}))).toEqual({
      vendorSessionId: null,
      connectionRef: 'AQ',
      foundRunning: false,
      url: null,
      host: '10.200.12.49',
      port: null,
      createdAt: new Date(START),
      vendorEndsAt: null,
    });
    expect(transport.lines).toEqual([STATE, CONNECT, STATE]);
  });

  it('is the VPN that is up already, which nobody tells to connect', async () => {
    expect(await found(UP)).toMatchObject({ foundRunning: true, host: '10.200.12.49' });
  });

  it.each([
    [OFFLINE, 'DEVICE_OFFLINE'],
    [GONE, 'NOT_FOUND'],
    [NO_PATH, 'VENDOR_REJECTED'],
    [answer(200, {}), 'VENDOR_UNAVAILABLE'],
  ])('fails before anything is done where the first look fails (%#)', async (refused, code) => {
    await expect(found(refused)).rejects.toMatchObject({ code });
  });

  it('has no end of its own, is listed, and lets in whoever is in the VPN', () => {
    const { links } = writesOn(answersInTurn());
    expect(links).toMatchObject({ endsOnTime: false, listsOpen: true });
    expect(links.refuses(request('203.0.113.7'))).toBe('ALLOWED_IP');
    expect(links.refuses(request())).toBeUndefined();
  });

  it('is there where the VPN is up; nobody can say where the device is away', async () => {
    expect(await running(UP)).toMatchObject([{ connectionRef: 'AQ', foundRunning: false, createdAt: null }]);
    expect(await running(DOWN)).toEqual([]);
    expect(await running(GONE)).toEqual([]);
    await expect(running(OFFLINE)).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' });
  });

  it.each([
    ['the VPN is down', [DOWN]],
    ['it is down a little later', [UP, DOWN]],
    ['the device is gone', [GONE]],
    ['the device is gone a little later', [UP, GONE]],
  ])('is closed where %s', async (_, answers) => {
    expect(await closed(...answers)).toBeNull();
  });

  it.each([
    ['is away', [OFFLINE], 'DEVICE_OFFLINE'],
    ['cannot be told', [NO_PATH, NO_PATH], 'VENDOR_REJECTED'],
  ] as const)('is not closed where the device %s', async (_, answers, code) => {
    await expect(closed(...answers)).rejects.toMatchObject({ code });
  });
});
