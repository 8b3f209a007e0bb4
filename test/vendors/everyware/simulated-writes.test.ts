import type { OpenedLink } from '../../../src/domain/link';
import type { RemoteAccessFacts } from '../../../src/domain/remote-access';
import { type Simulators, startSimulators } from '../../../src/simulators/simulators';
import { everyware } from '../../../src/vendors/everyware/index';
import { ManualClock, START } from '../../support/manual-clock';
import { openSimulatedAccount, type SimulatedAccount } from '../../support/simulated-account';
import { finish } from '../run-steps';

const CONNECT = 'POST /{scopeId}/devices/{deviceId}/vpn/_connect';
const DISCONNECT = 'POST /{scopeId}/devices/{deviceId}/vpn/_disconnect';
const PRINTED = 'POST /{scopeId}/devices/{deviceId}/vpn/_discconect';
const STATE = 'GET /{scopeId}/devices/{deviceId}/vpn';

describe('the writes of the driver of Everyware Cloud at the simulated Everyware Cloud', () => {
  let clock: ManualClock;
  let simulators: Simulators;
  let account: SimulatedAccount;
  const vendor = () => simulators.everyware;
  const pass = (ms: number): void => clock.advance(ms);

  beforeEach(async () => {
    clock = new ManualClock();
    simulators = await startSimulators({ devices: 3, latencyMs: 0, now: () => clock.now() });
    const { baseUrl, credentials } = vendor();
    const { username, password } = credentials;
    account = openSimulatedAccount(everyware, { baseUrl, username, password }, clock);
  });
  afterEach(async () => {
    await account.close();
    await simulators.close();
  });

  const connect = (id: string) => finish(account.driver.vpnWrites?.connect(id, {}), pass);
  const disconnect = (id: string) => finish(account.driver.vpnWrites?.disconnect(id, {}), pass);
  const running = (id: string) => account.driver.links?.listed(accessOf(id), {});
  const open = async (id: string): Promise<OpenedLink> => {
    const { links } = account.driver;
    const request = { access: accessOf(id), durationSeconds: 600, allowedIp: null };
    return (await links?.found?.(request, {})) ?? finish(links?.open(request, {}), pass);
  };
  const close = (id: string): Promise<unknown> => {
    const reference = { accessLocalId: id, vendorDeviceId: id, vendorSessionId: null, connectionRef: id };
    return finish(account.driver.links?.close(reference, {}), pass);
  };

  it.each([
    ['at once', 0, true],
    ['by the next look', 0, false],
    ['after five seconds', 5_000, false],
  ])('brings a VPN up that is there %s, and down again', async (_, tunnelDelayMs, connectAnswersUp) => {
    Object.assign(vendor().knobs, { tunnelDelayMs, connectAnswersUp });
    const { id } = vendor().state.addDevice();
    const ipAddress = () => vendor().state.tunnel(id)?.ipAddress;
    expect(await connect(id)).toEqual({ connected: true, ipAddress: ipAddress() });
    expect(vendor().calls.count(CONNECT)).toBe(1);
    expect(await disconnect(id)).toEqual({ connected: false, ipAddress: null });
    expect(vendor().state.tunnel(id)).toBeUndefined();
  });

  it('sends no body, and says so', async () => {
    const { id } = vendor().state.addDevice();
    await connect(id);
    await disconnect(id);
    for (const route of [CONNECT, DISCONNECT]) {
      const call = vendor().calls.entries.find((entry) => entry.route === route);
      expect(call?.headers).toMatchObject({ 'content-length': '0', accept: 'application/json' });
      expect(call?.headers).not.toHaveProperty('content-type');
      expect(call?.body).toBeUndefined();
    }
  });

  it('finds the other spelling where only that is known', async () => {
    vendor().knobs.misspeltDisconnectOnly = true;
    const { id } = vendor().state.addDevice();
    await connect(id);
    expect(await disconnect(id)).toEqual({ connected: false, ipAddress: null });
    expect([vendor().calls.count(DISCONNECT), vendor().calls.count(PRINTED)]).toEqual([1, 1]);
    expect(vendor().state.isVpnUp(id)).toBe(false);
  });

  it('opens a link as a lease on the VPN, tells of it and closes it', async () => {
    vendor().knobs.tunnelDelayMs = 3_000;
    const { id } = vendor().state.addDevice();
    expect(await running(id)).toEqual([]);
    const opened = await open(id);
    expect(opened).toEqual({
      vendorSessionId: null,
      connectionRef: id,
      foundRunning: false,
      url: null,
      host: vendor().state.tunnel(id)?.ipAddress,
      port: null,
      createdAt: new Date(clock.now()),
      vendorEndsAt: null,
    });
    expect(clock.now()).toBeGreaterThan(START);
    expect(await running(id)).toEqual([{ ...opened, createdAt: null }]);
    expect(await close(id)).toBeNull();
    expect(await running(id)).toEqual([]);
    expect(await close(id)).toBeNull();
  });

  it('leaves a VPN alone that is up already, and says that it was', async () => {
    const { id } = vendor().state.addDevice();
    vendor().state.connectVpn(id);
    expect(await open(id)).toMatchObject({ foundRunning: true, host: vendor().state.tunnel(id)?.ipAddress });
    expect(vendor().calls.count(CONNECT)).toBe(0);
  });

  it('lets two callers at once share the connection that neither found', async () => {
    vendor().knobs.tunnelDelayMs = 3_000;
    const { id } = vendor().state.addDevice();
    const [first, second] = await Promise.all([open(id), open(id)]);
    expect(second).toMatchObject({ connectionRef: first.connectionRef, host: first.host });
    expect([first.foundRunning, second.foundRunning]).toEqual([false, false]);
  });

  it('tells of an offline device, whatever is asked of it', async () => {
    const { id } = vendor().state.addDevice();
    vendor().state.setOnline(id, false);
    for (const action of [connect, disconnect, open, close, running]) {
      await expect(action(id)).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' });
    }
    expect(vendor().calls.count(PRINTED)).toBe(0);
  });

  it('takes the link of a device that is gone for closed, and fails all else', async () => {
    for (const action of [connect, disconnect, open]) {
      await expect(action('AQ')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await close('AQ')).toBeNull();
    expect(await running('AQ')).toEqual([]);
    expect(vendor().calls.count(PRINTED)).toBe(0);
  });

  it.each([
    [404, 'VENDOR_REJECTED'],
    [500, 'VENDOR_UNAVAILABLE'],
  ] as const)('fails at a device without the client that says so with %i', async (status, code) => {
    vendor().knobs.missingClientStatus = status;
    const { id } = vendor().state.addDevice({ applicationIdentifiers: 'CMD-V1' });
    for (const action of [connect, disconnect, open, close]) {
      await expect(action(id)).rejects.toMatchObject({ code });
    }
  });

  it('fails where the answer is lost, asks no second time, and finds the VPN when it looks', async () => {
    const { id } = vendor().state.addDevice();
    vendor().faults.add({ kind: 'lose-answer', route: CONNECT });
    await expect(open(id)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(vendor().calls.count(CONNECT)).toBe(1);
    expect(await running(id)).toMatchObject([{ connectionRef: id, foundRunning: false }]);
  });

  it('gets over two looks that fail', async () => {
    const { id } = vendor().state.addDevice();
    vendor().faults.add({ kind: 'status', status: 500, route: STATE, times: 2 });
    expect(await connect(id)).toMatchObject({ connected: true });
    expect(vendor().calls.counts).toMatchObject({ [CONNECT]: 1, [STATE]: 3 });
  });

  it('lacks a permission, which its caller is not told by name', async () => {
    vendor().knobs.deniedPermissions = ['vpn:connect'];
    await expect(connect(vendor().state.addDevice().id)).rejects.toMatchObject({
      code: 'VENDOR_UNAUTHORIZED',
      message: expect.not.stringContaining('vpn:connect'),
    });
  });
});

function accessOf(id: string): RemoteAccessFacts {
  return { localId: id, vendorDeviceId: id, name: 'VPN', protocol: 'VPN', host: null, port: null };
}
