import { toCapabilities, toDevice, toRemoteAccesses } from '../../../src/vendors/remoteit/mapping';
import { deviceRow as schema } from '../../../src/vendors/remoteit/wire';
import { deviceRow, devicetype } from './fixtures';

const row = (change = {}) => schema.parse(deviceRow(change));
const device = (change = {}) => toDevice(row(change));
const accesses = (change = {}) => toRemoteAccesses(row(change));
const protocol = (change = {}) => accesses(change)[0]?.protocol;
const BULK = { servicetitle: 'Bulk Service', devicetype: devicetype(35), devicealias: 'Router' };

// remoteit/docs, api-reference/devices/list.md.
describe('a row of remote.it', () => {
  it('becomes a device', () => {
    expect(device()).toEqual({
      vendorDeviceId: '80:00:00:80:01:00:01:25',
      name: 'Router_Web',
      status: 'ONLINE',
      serialNumber: null,
      macAddress: null,
      model: null,
      firmwareVersion: null,
      tags: [],
      lastSeenAt: new Date('2018-12-29T19:56:50Z'),
    });
  });

  it('is its own only way in, at a host and port that the vendor keeps', () => {
    expect(accesses()).toEqual([
      {
        localId: '80:00:00:80:01:00:01:25',
        vendorDeviceId: '80:00:00:80:01:00:01:25',
        name: 'Router_Web',
        protocol: 'HTTP',
        host: null,
        port: null,
      },
    ]);
  });

  it('keeps its address as received', () => {
    const deviceaddress = '80:00:00:3F:ae:00:00:11';
    expect(device({ deviceaddress }).vendorDeviceId).toBe(deviceaddress);
    expect(accesses({ deviceaddress })[0]?.localId).toBe(deviceaddress);
  });

  it('without an alias is called by its address, and its way in by the service', () => {
    expect(device({ devicealias: '' }).name).toBe('80:00:00:80:01:00:01:25');
    expect(accesses({ devicealias: null })[0]?.name).toBe('Basic Web');
    expect(accesses({ devicealias: null, servicetitle: null })[0]?.name).toBe('80:00:00:80:01:00:01:25');
  });

  it.each([
    ['active', 'ONLINE'],
    ['inactive', 'OFFLINE'],
    ['ACTIVE', 'UNKNOWN'],
    ['restarting', 'UNKNOWN'],
    [null, 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
  ])('with the state %j is %s', (devicestate, expected) => {
    expect(device({ devicestate }).status).toBe(expected);
  });

  // The fraction has none to three digits, the zone is a numeric offset.
  it.each([
    ['2018-12-29T14:56:50-05:00', '2018-12-29T19:56:50.000Z'],
    ['2018-03-29T04:19:02.19-04:00', '2018-03-29T08:19:02.190Z'],
    ['2018-03-29T04:19:02.197-0400', '2018-03-29T08:19:02.197Z'],
    ['2018-03-29T04:19:02.1+05:30', '2018-03-28T22:49:02.100Z'],
    ['2018-03-29T04:19:02Z', '2018-03-29T04:19:02.000Z'],
    ['2018-03-29T04:19:02', undefined],
    ['1/15/2021T6:20 PM', undefined],
    [null, undefined],
  ])('heard of at %j is last seen at %s', (lastcontacted, expected) => {
    expect(device({ lastcontacted }).lastSeenAt?.toISOString()).toBe(expected);
  });

  it('is none without an address, or with one that is no word', () => {
    for (const deviceaddress of [null, undefined, '', ' ', 'a b', '../x', {}]) {
      expect(schema.safeParse(deviceRow({ deviceaddress })).success).toBe(false);
    }
  });

  it('needs nothing but its address', () => {
    const bare = schema.parse({ deviceaddress: '80:00:00:00:00:00:00:01' });
    expect(toDevice(bare)).toMatchObject({ name: '80:00:00:00:00:00:00:01', status: 'UNKNOWN' });
    expect(toRemoteAccesses(bare)).toMatchObject([{ protocol: 'OTHER' }]);
  });
});

// @remote.it/core 0.43.7, ServiceTypes; remoteit/desktop, common/src/applications.ts.
describe('the protocol of a remote.it service', () => {
  it.each([
    [1, 'TCP'],
    [2, 'TELNET'],
    [4, 'VNC'],
    [5, 'RDP'],
    [7, 'HTTP'],
    [8, 'HTTPS'],
    [10, 'HTTPS'],
    [28, 'SSH'],
    [30, 'HTTP'],
    [33, 'HTTPS'],
    [34, 'TCP'],
  ])('of application type %i is %s, whatever the title says', (type, expected) => {
    expect(protocol({ devicetype: devicetype(type), servicetitle: 'Telnet' })).toBe(expected);
  });

  it.each([
    ['SSH', 'SSH'],
    ['ssh', 'SSH'],
    ['HTTPS', 'HTTPS'],
    ['Secure Web', 'HTTPS'],
    ['VNC', 'VNC'],
    ['Coffee', 'OTHER'],
    [null, 'OTHER'],
  ])('of an unknown type is told by the title %j: %s', (servicetitle, expected) => {
    expect(protocol({ devicetype: devicetype(9999), servicetitle })).toBe(expected);
  });

  it.each([[null], [''], ['28'], ['00'], ['zz:1C:00'], [28]])(
    'is told by the title where the type is %j',
    (type) => {
      expect(protocol({ devicetype: type, servicetitle: 'RDP' })).toBe('RDP');
    },
  );
});

// remoteit/docs, glossary-of-terms.md: the Bulk Service is the machine.
describe('a row that stands for a machine', () => {
  it.each([
    ['by its title', { devicetype: devicetype(1) }],
    ['by its type', { servicetitle: null }],
    ['by both', {}],
  ])('is known %s, and has no way in', (_, change) => {
    expect(accesses({ ...BULK, ...change })).toEqual([]);
    expect(toCapabilities(row({ ...BULK, ...change }))).toEqual(['LIST_REMOTE_ACCESSES', 'LIST_SESSIONS']);
  });

  it('is a device like others', () => {
    expect(device(BULK)).toMatchObject({ name: 'Router', status: 'ONLINE' });
  });
});

// remoteit/docs, api-reference/devices/connect.md: web links are public whatever is sent.
describe('what can be done with a remote.it service', () => {
  it.each([[28], [1], [5], [34]])('of type %i: a link, also for one address only', (type) => {
    expect(toCapabilities(row({ devicetype: devicetype(type) }))).toEqual([
      'LIST_REMOTE_ACCESSES',
      'LIST_SESSIONS',
      'CREATE_LINK',
      'CLOSE_LINK',
      'RESTRICT_LINK_TO_IP',
    ]);
  });

  it.each([[7], [8], [30], [33], [9999]])(
    'of type %i, a web page or unknown: a link for everybody',
    (type) => {
      const capabilities = toCapabilities(row({ devicetype: devicetype(type), servicetitle: 'Coffee' }));
      expect(capabilities).toContain('CREATE_LINK');
      expect(capabilities).not.toContain('RESTRICT_LINK_TO_IP');
    },
  );
});
