import type { AccessProtocol } from '../../../src/domain/remote-access';
import type { VendorResponse } from '../../../src/transport/transport';
import { remoteit } from '../../../src/vendors/remoteit/index';
import { START } from '../../support/manual-clock';
import { answer, answersInTurn, type ScriptedTransport, toolsOn } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { finish } from '../run-steps';
import { connectBody, listBody, refusalBody } from './fixtures';

const ADDRESS = '80:00:00:00:00:00:00:91';
const USER = { developerKey: 'a-key', username: 'u', password: 'p' };
const TOKEN = { developerKey: 'a-key', token: 'a-token' };
const ID = 'A78B3919-52E1-B674-58CC-5C0009377419';
const CONNECTED = answer(200, connectBody());
const STOPPED = answer(200, { status: 'true', connectionid: ID });

function linksOn(transport: ScriptedTransport, given: Readonly<Record<string, string>> = USER) {
  const { links } = remoteit.createDriver(settingsOf(remoteit.configuration, given), toolsOn(transport));
  if (links === undefined) throw new Error('the driver has no links');
  return links;
}

function requestOf(protocol: AccessProtocol, allowedIp: string | null = null) {
  const access = { localId: ADDRESS, vendorDeviceId: ADDRESS, name: 'x', protocol, host: null, port: null };
  return { access, durationSeconds: 600, allowedIp };
}

const openedAs = (protocol: AccessProtocol, one: VendorResponse) =>
  finish(linksOn(answersInTurn(one)).open(requestOf(protocol), {}));
const opened = (change = {}, root = {}) => openedAs('SSH', answer(200, connectBody(change, root)));
const reference = {
  accessLocalId: ADDRESS,
  vendorDeviceId: ADDRESS,
  vendorSessionId: null,
  connectionRef: ID,
};
const closed = (given: Readonly<Record<string, string>>, ...answers: readonly VendorResponse[]) =>
  finish(linksOn(answersInTurn(...answers), given).close(reference, {}));

describe('a link of remote.it', () => {
  it('is one call that waits, for the first who comes', async () => {
    const transport = answersInTurn(CONNECTED);
    expect(await finish(linksOn(transport).open(requestOf('SSH'), {}))).toEqual({
      vendorSessionId: null,
      connectionRef: ID,
      foundRunning: false,
      url: null,
      host: 'proxy40.rt3.io',
      port: 34_168,
      createdAt: new Date(START),
      vendorEndsAt: new Date(START + 28_797_000),
      admission: { letsIn: 'ANYBODY', since: new Date(START - 3000) },
    });
    expect(transport.lines).toEqual(['POST /device/connect']);
    expect(transport.requests[0]?.json).toEqual({
      deviceaddress: ADDRESS,
      wait: 'true',
      hostip: '255.255.255.255',
    });
    expect(transport.requests[0]?.endpoint.timeoutMs).toBe(40_000);
  });

  // The SDK has the word "pending" and no example of an answer. Source: remoteit/sdk-go, contracts/constants.go.
  it.each([
    [{}, null],
    [{ connectionid: ID }, ID],
    [{ connection: { connectionid: ID, proxy: 'https://x.rt3.io' } }, ID],
    [{ connection: [] }, null],
  ])('may still come up where it is pending, as told by %j', async (change, connectionRef) => {
    const pending = openedAs('SSH', answer(200, { status: 'pending', ...change }));
    await expect(pending).rejects.toMatchObject({ code: 'VENDOR_TIMEOUT', tookOn: { connectionRef } });
  });

  it.each([
    [{}, '203.0.113.7', '203.0.113.7'],
    [{ defaultIp: '0.0.0.0' }, null, '0.0.0.0'],
    [{ defaultIp: '0.0.0.0' }, '203.0.113.7', '203.0.113.7'],
  ])('always names who is let in (%#)', async (given, allowedIp, hostip) => {
    const transport = answersInTurn(answer(200, connectBody({ filteredIP: hostip })));
    await finish(linksOn(transport, { ...USER, ...given }).open(requestOf('SSH', allowedIp), {}));
    expect(transport.requests[0]?.json).toMatchObject({ hostip });
  });

  // remoteit/sdk-go, contracts/proxy.go: "none" or "latching"; the documented answer has no such field.
  it.each([
    ['none', 'ANYBODY'],
    ['Latching', 'ANYBODY'],
    ['0.0.0.0', 'ANYBODY'],
    ['255.255.255.255', 'ANYBODY'],
    ['203.0.113.8', '203.0.113.8'],
    [null, null],
    [undefined, null],
    ['restricted', null],
  ])('tells whom its connection lets in: %j', async (filteredIP, letsIn) => {
    expect((await opened({ filteredIP })).admission).toMatchObject({ letsIn });
  });

  it.each([
    [{ expirationsec: '28797', proxyExpirationSec: 28_800 }, 3],
    [{ expirationsec: '16880', proxyExpirationSec: undefined }, 11_920],
    [{ expirationsec: '3600', proxyExpirationSec: '3600' }, 0],
    [{ expirationsec: '30000', proxyExpirationSec: undefined }, 0],
    [{ expirationsec: 'soon' }, null],
    [{ expirationsec: '-5' }, null],
  ])('tells since when its connection is up: %j', async (change, seconds) => {
    const since = seconds === null ? null : new Date(START - seconds * 1000);
    expect((await opened(change)).admission).toMatchObject({ since });
  });

  it.each([
    ['HTTP', true],
    ['HTTPS', true],
    ['OTHER', true],
    ['SSH', false],
    ['RDP', false],
    ['TCP', false],
  ] as const)('of %s for one address is refused: %j', (protocol, refused) => {
    const links = linksOn(answersInTurn());
    expect(links.refuses(requestOf(protocol, '203.0.113.7'))).toBe(refused ? 'ALLOWED_IP' : undefined);
    expect(links.refuses(requestOf(protocol))).toBeUndefined();
  });

  it('has its id in the connection, else at the root, else nowhere', async () => {
    expect((await opened({}, { connectionid: 'root' })).connectionRef).toBe(ID);
    expect((await opened({ connectionid: null }, { connectionid: 'root' })).connectionRef).toBe('root');
    await expect(opened({ connectionid: undefined })).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  it.each([
    [{ expirationsec: '16880' }, 16_880],
    [{ expirationsec: 60 }, 60],
    [{ expirationsec: '0' }, 0],
    [{ expirationsec: 'soon' }, 28_800],
    [{ expirationsec: '-5' }, 28_800],
    [{ expirationsec: undefined, proxyExpirationSec: '5' }, 5],
    [{ expirationsec: null, proxyExpirationSec: null }, null],
    [{ expirationsec: '9007199254740991' }, null],
  ])('ends as %j says', async (change, seconds) => {
    const { vendorEndsAt } = await opened(change);
    expect(vendorEndsAt).toEqual(seconds === null ? null : new Date(START + seconds * 1000));
  });

  it('is listed nowhere and ends at the vendor’s own time', async () => {
    const transport = answersInTurn();
    const links = linksOn(transport);
    expect(links).toMatchObject({ endsOnTime: false, listsOpen: false });
    expect(await links.listed(requestOf('SSH').access, {})).toEqual([]);
    expect(transport.requests).toEqual([]);
  });

  it.each([
    [200, '[0861] No service with that UID was found', 'NOT_FOUND'],
    [400, '[0806] device not found', 'NOT_FOUND'],
    [200, 'The service is not active', 'DEVICE_OFFLINE'],
    [400, 'device offline', 'DEVICE_OFFLINE'],
    [200, 'bad device address', 'VENDOR_REJECTED'],
    [200, 'inactive token', 'VENDOR_UNAUTHORIZED'],
    [503, 'device offline', 'VENDOR_UNAVAILABLE'],
  ])('fails at HTTP %i with the reason %j', async (status, reason, code) => {
    await expect(openedAs('SSH', answer(status, refusalBody(reason)))).rejects.toMatchObject({ code });
  });
});

// remoteit/docs, connect.md: web services have an address of their own, all others a host with a port.
describe('the address of a link of remote.it', () => {
  const web = { proxy: 'https://xppoobalo.p18.rt3.io', proxyServerPort: 443, proxyport: '443' };
  const none = { proxy: null, proxyURL: null, proxyserver: null, proxyport: null, proxyServerPort: null };
  const url = (address: string) => ({ url: address, host: null, port: null });
  const port = (host: string, number: number) => ({ url: null, host, port: number });

  it.each([
    ['HTTPS', web, url('https://xppoobalo.p18.rt3.io')],
    ['OTHER', web, url('https://xppoobalo.p18.rt3.io')],
    ['HTTP', { proxy: 'http://proxy18.rt3.io:38575' }, url('http://proxy18.rt3.io:38575')],
    ['OTHER', { proxy: 'http://proxy18.rt3.io:38575' }, port('proxy18.rt3.io', 38_575)],
    ['SSH', { proxy: 'http://proxy18.rt3.io:38575/' }, port('proxy18.rt3.io', 38_575)],
    ['SSH', { ...none, proxyURL: 'proxy40.rt3.io:34168' }, port('proxy40.rt3.io', 34_168)],
    ['SSH', { ...none, proxyserver: 'proxy40.rt3.io', proxyport: '34168' }, port('proxy40.rt3.io', 34_168)],
    ['SSH', { ...none, status: 'http://proxy1.rt3.io:30000' }, port('proxy1.rt3.io', 30_000)],
    ['HTTP', { ...none, proxyURL: 'abc.p1.rt3.io' }, url('https://abc.p1.rt3.io')],
  ] as const)('for %s is read from %j', async (protocol, change, expected) => {
    expect(await openedAs(protocol, answer(200, connectBody(change)))).toMatchObject(expected);
  });

  it.each([
    ['SSH', none],
    ['HTTP', none],
    ['SSH', { ...none, proxy: 'https://xppoobalo.p18.rt3.io' }],
    ['SSH', { ...none, proxy: 'http://proxy18.rt3.io:99999' }],
    ['HTTP', { ...none, proxy: 'javascript:alert(1)' }],
    ['HTTP', { ...none, proxy: 'https://user@evil.example' }],
  ] as const)(
    'for %s cannot be read from %j: the connection is told as one to be ended',
    async (protocol, change) => {
      expect(await openedAs(protocol, answer(200, connectBody(change)))).toMatchObject({
        connectionRef: ID,
        url: null,
        host: null,
        port: null,
        flaw: { code: 'VENDOR_REJECTED', retryable: true },
      });
    },
  );

  it.each([[undefined], [null], ['running'], [[]]])(
    'cannot be read where the connection is %j, but its id can',
    async (connection) => {
      const body = { status: 'true', connection, connectionid: ID };
      expect(await openedAs('SSH', answer(200, body))).toMatchObject({
        connectionRef: ID,
        vendorEndsAt: null,
        flaw: { code: 'VENDOR_REJECTED' },
      });
    },
  );
});

describe('closing a link of remote.it', () => {
  const refused = (status: number, reason: string) => answer(status, refusalBody(reason));

  it('names the service and the connection as they were told', async () => {
    const transport = answersInTurn(STOPPED);
    expect(await finish(linksOn(transport).close(reference, {}))).toBeNull();
    expect(transport.lines).toEqual(['POST /device/connect/stop']);
    expect(transport.requests[0]?.json).toEqual({ deviceaddress: ADDRESS, connectionid: ID });
  });

  it.each([
    [refused(401, 'unknown deviceaddress or connectionid')],
    [refused(200, 'no such connection')],
    [refused(400, 'The connection was not found')],
    [refused(200, '[0861] No service with that UID was found')],
  ])('is done where the vendor says that it knows no such connection (%#)', async (known) => {
    expect(await closed(USER, known)).toBeNull();
    expect(await closed(TOKEN, known)).toBeNull();
  });

  // remoteit/docs, device-connect-stop.md: 401 stands for wrong ids and for wrong credentials.
  it.each([[answer(401)], [refused(401, 'not allowed')]])(
    'takes a 401 for an unknown connection after a new login, or where the token is good (%#)',
    async (unclear) => {
      expect(await closed(USER, unclear)).toBeNull();
      expect(await closed(TOKEN, unclear, answer(200, listBody([])))).toBeNull();
      const refusedTwice = closed(TOKEN, unclear, answer(401));
      await expect(refusedTwice).rejects.toMatchObject({ code: 'VENDOR_UNAUTHORIZED' });
    },
  );

  it.each([
    [refused(401, 'invalid or expired api token'), 'VENDOR_UNAUTHORIZED'],
    [refused(401, 'missing or invalid developer key'), 'VENDOR_UNAUTHORIZED'],
    [refused(401, 'missing user'), 'VENDOR_UNAUTHORIZED'],
    [refused(200, 'try again'), 'VENDOR_REJECTED'],
    [answer(200, {}), 'VENDOR_UNAVAILABLE'],
    [answer(429), 'VENDOR_RATE_LIMITED'],
    [refused(503, 'no such connection'), 'VENDOR_UNAVAILABLE'],
  ])('is not done after any other answer (%#)', async (other, code) => {
    await expect(closed(USER, other)).rejects.toMatchObject({ code });
  });
});
