import { mayHaveVpnClient, toDevice, toRemoteAccesses, toVpn } from '../../../src/vendors/everyware/mapping';
import { deviceRow as schema, vpnClientStatus } from '../../../src/vendors/everyware/wire';
import { connectionRow, deviceRow } from './fixtures';

const row = (change = {}) => schema.parse(deviceRow(change));
const device = (change = {}) => toDevice(row(change));

// Everyware Cloud OpenAPI 6.0.8, GET /{scopeId}/devices.
describe('a device of Everyware Cloud', () => {
  it('becomes a device of the graph', () => {
    expect(device()).toEqual({
      vendorDeviceId: 'WyczTs_GuDM',
      name: 'gateway-07',
      status: 'ONLINE',
      serialNumber: 'SN1',
      macAddress: null,
      model: 'ReliaGATE 10-14',
      firmwareVersion: '4.2.1',
      tags: [],
      lastSeenAt: new Date('2026-01-01T09:04:32.101Z'),
    });
  });

  it('is called by its display name, else by its client id', () => {
    expect(device({ displayName: 'North gate' }).name).toBe('North gate');
    for (const displayName of [null, '', ' ', 'N/A']) expect(device({ displayName }).name).toBe('gateway-07');
    expect(device({ displayName: null, clientId: null }).name).toBe('WyczTs_GuDM');
  });

  it.each([
    ['CONNECTED', 'ONLINE'],
    ['DISCONNECTED', 'OFFLINE'],
    ['MISSING', 'OFFLINE'],
    ['NULL', 'OFFLINE'],
    [null, 'OFFLINE'],
    ['DREAMING', 'UNKNOWN'],
  ])('whose connection is %j is %s, enabled or not', (word, expected) => {
    const connection = connectionRow({ status: word });
    expect(device({ status: 'ENABLED', connection }).status).toBe(expected);
    expect(device({ status: 'DISABLED', connection }).status).toBe(expected);
  });

  it('that has never had a connection is offline', () => {
    expect(device({ connectionId: null, connection: null })).toMatchObject({
      status: 'OFFLINE',
      lastSeenAt: null,
    });
    expect(device({ connectionId: undefined, connection: undefined }).status).toBe('OFFLINE');
  });

  it('whose connection was not told, or cannot be read, is unknown', () => {
    for (const connection of [null, undefined, 'CONNECTED', []]) {
      expect(device({ connection })).toMatchObject({ status: 'UNKNOWN', lastSeenAt: null });
    }
  });

  it('takes "N/A" for nothing, and the model id where the model has no name', () => {
    expect(device({ modelName: 'N/A', firmwareVersion: 'N/A', serialNumber: 'N/A' })).toMatchObject({
      model: 'ESF-Docker-RHEL',
      firmwareVersion: null,
      serialNumber: null,
    });
    expect(device({ modelName: null, modelId: 'N/A' }).model).toBeNull();
  });

  it.each([[null], [''], ['a/b'], ['a b'], ['x'.repeat(65)], [{}], [undefined]])(
    'is none with the id %j',
    (id) => {
      expect(schema.safeParse(deviceRow({ id })).success).toBe(false);
    },
  );
});

// Everyware Cloud OpenAPI 6.0.8, example of GET /{scopeId}/devices: names without a separator.
describe('the VPN client of a device', () => {
  it.each([
    ['heaterPROV-V2DEPLOY-V2VPNCLIENT-V2CONF-V1', true],
    ['VPNCLIENT-V2', true],
    ['PROV-V2DEPLOY-V2CONF-V1', false],
    ['', true],
    [null, true],
    [undefined, true],
  ])('with the applications %j: %j', (applicationIdentifiers, expected) => {
    const parsed = row({ applicationIdentifiers });
    expect(mayHaveVpnClient(parsed)).toBe(expected);
    expect(toRemoteAccesses(parsed)).toEqual(
      expected
        ? [
            {
              localId: 'WyczTs_GuDM',
              vendorDeviceId: 'WyczTs_GuDM',
              name: 'VPN',
              protocol: 'VPN',
              host: null,
              port: null,
            },
          ]
        : [],
    );
  });
});

// docs.everyware-cloud, Device VPN Connections: 0.0.0.0 while disconnected.
describe('a VPN state', () => {
  const state = (body: unknown) => toVpn(vpnClientStatus.parse(body));

  it('has an address only while connected', () => {
    expect(state({ connected: true, ipAddress: '10.200.12.49' })).toEqual({
      connected: true,
      ipAddress: '10.200.12.49',
    });
    expect(state({ connected: false, ipAddress: '0.0.0.0' })).toEqual({ connected: false, ipAddress: null });
    expect(state({ connected: false, ipAddress: '10.200.12.49' }).ipAddress).toBeNull();
    expect(state({ connected: true, ipAddress: '0.0.0.0' })).toEqual({ connected: true, ipAddress: null });
    expect(state({ connected: true })).toEqual({ connected: true, ipAddress: null });
  });

  it('may be wrapped in a value', () => {
    expect(state({ value: { connected: true, ipAddress: '10.0.0.1' } })).toEqual({
      connected: true,
      ipAddress: '10.0.0.1',
    });
  });

  it.each([[null], [{}], [{ connected: 'yes' }], [{ value: {} }], [[]]])('is not read from %j', (body) => {
    expect(vpnClientStatus.safeParse(body).success).toBe(false);
  });
});
