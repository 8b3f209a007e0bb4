import { toDevice, toRemoteAccess, toSession, toVpn, withScheme } from '../../../src/vendors/rms/mapping';
import {
  deviceRow as deviceSchema,
  remoteAccessRow,
  sessionRow as sessionSchema,
  vpnRow as vpnSchema,
} from '../../../src/vendors/rms/wire';
import { accessRow, deviceRow, sessionRow, vpnRow } from './fixtures';

const device = (change = {}) => toDevice(deviceSchema.parse(deviceRow(change)));
const access = (change = {}) => toRemoteAccess(remoteAccessRow.parse(accessRow(change)));
const session = (change = {}) => toSession(sessionSchema.parse(sessionRow(change)));
const vpn = (change = {}) => toVpn(vpnSchema.parse(vpnRow(change)).data);

// RMS OpenAPI 3.0.0, GET /devices, device_body.
describe('a device row of RMS', () => {
  it('becomes a device', () => {
    expect(device()).toEqual({
      vendorDeviceId: '70810',
      name: 'Pump station 4',
      status: 'ONLINE',
      serialNumber: '1100000001',
      macAddress: '00:1E:42:00:00:01',
      model: 'RUT950',
      firmwareVersion: 'RUT9XX_R_00.06.05.3',
      tags: ['north', 'pumps'],
      lastSeenAt: new Date('2026-01-23T04:56:07Z'),
    });
  });

  it.each([
    [1, 'ONLINE'],
    ['1', 'ONLINE'],
    [0, 'OFFLINE'],
    [null, 'OFFLINE'],
    [undefined, 'OFFLINE'],
    [2, 'NOT_ACTIVATED'],
    [3, 'UNKNOWN'],
  ])('with status %j is %s', (status, expected) => {
    expect(device({ status }).status).toBe(expected);
  });

  it.each([
    ['2026-01-23 04:56:07', '2026-01-23T04:56:07.000Z'],
    ['2026-01-23T04:56:07Z', '2026-01-23T04:56:07.000Z'],
    ['2026-01-23T06:56:07+02:00', '2026-01-23T04:56:07.000Z'],
    ['2026-01-23 06:56:07.5+0200', '2026-01-23T04:56:07.500Z'],
    ['0000-00-00 00:00:00', undefined],
    ['yesterday', undefined],
    ['', undefined],
    [null, undefined],
    [1_599_041_994, undefined],
  ])('heard of at %j is last seen at %s', (last_connection_at, expected) => {
    expect(device({ last_connection_at }).lastSeenAt?.toISOString()).toBe(expected);
  });

  it('without a name is called by its serial number, else by its id', () => {
    expect(device({ name: ' ' }).name).toBe('1100000001');
    expect(device({ name: null, serial: null }).name).toBe('70810');
  });

  it('keeps leading zeros, and takes a number for the text that it stands for', () => {
    expect(device({ serial: '0011' }).serialNumber).toBe('0011');
    expect(device({ serial: 11, mac: null, model: {}, firmware: '' })).toMatchObject({
      serialNumber: '11',
      macAddress: null,
      model: null,
      firmwareVersion: null,
    });
  });

  it('loses a tag that cannot be read, and keeps the others', () => {
    expect(device({ tags: [{ id: 1 }, null, 'x', { name: 'north' }] }).tags).toEqual(['north']);
    expect(device({ tags: null }).tags).toEqual([]);
    expect(device({ tags: 'north' }).tags).toEqual([]);
  });

  it('is none without an id', () => {
    for (const id of [null, undefined, '', {}, 1.5]) {
      expect(deviceSchema.safeParse(deviceRow({ id })).success).toBe(false);
    }
  });
});

// RMS OpenAPI 3.0.0, GET /devices/remote-access; texts for numbers and null protocols as in public clients.
describe('a remote access row of RMS', () => {
  it('becomes a way in, whose id holds the device too', () => {
    expect(access()).toEqual({
      localId: '70810:2745',
      vendorDeviceId: '70810',
      name: 'Router_WebUI',
      protocol: 'HTTPS',
      host: '192.168.1.1',
      port: 443,
      builtIn: true,
    });
  });

  it.each([
    [1, true],
    [true, true],
    ['1', true],
    [0, false],
    [false, false],
    [null, false],
  ])('belongs to the device itself or not by is_main %j: %j', (is_main, expected) => {
    expect(access({ is_main }).builtIn).toBe(expected);
  });

  it.each([
    ['443', 443],
    [443, 443],
    ['', null],
    ['ssh', null],
    [0, null],
    [65_536, null],
    [null, null],
  ])('with the port %j leads to port %j', (destination_port, expected) => {
    expect(access({ destination_port }).port).toBe(expected);
  });

  it.each([
    ['https', 'HTTPS'],
    ['SSH', 'SSH'],
    ['vnc', 'VNC'],
    ['telnet', 'TELNET'],
    [null, 'OTHER'],
    ['gopher', 'OTHER'],
  ])('with the protocol %j speaks %s', (protocol, expected) => {
    expect(access({ protocol }).protocol).toBe(expected);
  });

  it('may keep its address to itself', () => {
    expect(access({ destination_ip: null }).host).toBeNull();
  });
});

// RMS OpenAPI 3.0.0, GET /devices/connect/{access_id}/sessions; bare hosts as in bNovate's client.
describe('a session row of RMS', () => {
  it('becomes a link with a scheme and its two instants', () => {
    expect(session()).toEqual({
      vendorSessionId: '1',
      url: 'https://e0dcb7ac5ca9d9.proxy1-connect.rms.teltonika-networks.com',
      host: null,
      port: null,
      createdAt: new Date(1_599_041_994_000),
      expiresAt: new Date(1_599_043_679_000),
    });
  });

  it('keeps a scheme that it has', () => {
    expect(withScheme('http://a.example/x')).toBe('http://a.example/x');
    expect(withScheme('a.example:8080')).toBe('https://a.example:8080');
  });

  it('takes seconds as a text, and nothing for what is no instant', () => {
    expect(session({ end_time: '1599043679' }).expiresAt).toEqual(new Date(1_599_043_679_000));
    expect(session({ start_time: null, end_time: 'soon', url: null })).toMatchObject({
      createdAt: null,
      expiresAt: null,
      url: null,
    });
    expect(session({ end_time: Number.MAX_SAFE_INTEGER }).expiresAt).toBeNull();
  });
});

// RMS OpenAPI 3.0.0, GET /devices/device-vpn-status.
describe('an L2TP row of RMS', () => {
  const idle = { name: 'a', type: 'client', ip: '10.8.0.9', is_enabled: true, is_running: false };

  it('is connected where any instance runs, with the address of that one', () => {
    expect(vpn({ data: [idle, { ...idle, ip: '10.8.0.2', is_running: 1 }] })).toEqual({
      connected: true,
      ipAddress: '10.8.0.2',
    });
  });

  it('is not connected where none runs, none can be read or none is there', () => {
    for (const data of [[idle], [null, 7], [], null, undefined]) {
      expect(vpn({ data })).toEqual({ connected: false, ipAddress: null });
    }
  });

  it('takes one instance that is no list', () => {
    expect(vpn({ data: { ...idle, is_running: '1' } })).toEqual({ connected: true, ipAddress: '10.8.0.9' });
  });

  it('has no address where the vendor shows 0.0.0.0', () => {
    const data = [{ ...idle, ip: '0.0.0.0', is_running: true }];
    expect(vpn({ data })).toEqual({ connected: true, ipAddress: null });
  });
});
