import type { LinkRequest, OpenedLink } from '../../../src/domain/link';
import { settle } from '../../../src/domain/outcome';
import type { RemoteAccessFacts } from '../../../src/domain/remote-access';
import { type Simulators, startSimulators } from '../../../src/simulators/simulators';
import type { ListedLink } from '../../../src/vendors/driver';
import { rms } from '../../../src/vendors/rms/index';
import { ManualClock } from '../../support/manual-clock';
import { openSimulatedAccount, type SimulatedAccount } from '../../support/simulated-account';
import { finish } from '../run-steps';

const OPEN = 'POST /devices/connect/{access_id}';
const SESSIONS = 'GET /devices/connect/{access_id}/sessions';
const CHANNEL = 'GET /status/channel/{channel}';

describe('the writes of the driver of RMS at the simulated RMS', () => {
  let clock: ManualClock;
  let simulators: Simulators;
  let account: SimulatedAccount;
  const vendor = () => simulators.rms;
  const links = () => account.driver.links;
  const pass = (ms: number): void => clock.advance(ms);

  beforeEach(async () => {
    clock = new ManualClock();
    simulators = await startSimulators({ devices: 3, latencyMs: 0, now: () => clock.now() });
    const { baseUrl, credentials } = vendor();
    account = openSimulatedAccount(rms, { baseUrl, ...credentials }, clock);
  });
  afterEach(async () => {
    await account.close();
    await simulators.close();
  });

  /** A router that is online, with one way in. */
  function newAccess(status: 0 | 1 = 1): RemoteAccessFacts {
    const { state } = vendor();
    const device = state.addDevice({ status });
    const access = state.addAccess({ deviceId: device.id, name: 'PLC_Web', destinationPort: 80 });
    return {
      localId: `${device.id}:${access.id}`,
      vendorDeviceId: String(device.id),
      name: 'PLC_Web',
      protocol: 'HTTPS',
      host: '192.168.1.1',
      port: 80,
      builtIn: false,
    };
  }

  function request(access: RemoteAccessFacts, durationSeconds = 1800): LinkRequest {
    return { access, durationSeconds, allowedIp: null };
  }

  function openOn(access: RemoteAccessFacts): Promise<ListedLink> {
    return finish(links()?.open(request(access), {}), pass);
  }

  async function closeOn(access: RemoteAccessFacts, opened: OpenedLink): Promise<unknown> {
    const { localId: accessLocalId, vendorDeviceId } = access;
    const { vendorSessionId, connectionRef } = opened;
    const reference = { accessLocalId, vendorDeviceId, vendorSessionId, connectionRef };
    return finish(links()?.close(reference, {}), pass);
  }

  it.each([
    ['at once', 0, 'missing', 'json'],
    ['after seven seconds', 7_000, 'https', 'text'],
  ] as const)('opens a link that is carried out %s, and closes it', async (_, delay, scheme, form) => {
    Object.assign(vendor().knobs, { channelDelayMs: delay, urlScheme: scheme, channelNotFoundAs: form });
    const access = newAccess();
    const { listing, ...opened } = await openOn(access);
    expect(listing?.sessions).toHaveLength(1);
    const [session] = vendor().state.sessions(idOf(access));
    expect(opened).toEqual({
      vendorSessionId: String(session?.id),
      connectionRef: String(session?.id),
      foundRunning: false,
      url: `https://${session?.host}`,
      host: null,
      port: null,
      createdAt: new Date((session?.startTime ?? 0) * 1000),
      vendorEndsAt: new Date(((session?.startTime ?? 0) + 1800) * 1000),
    });
    expect(await links()?.listed(access, {})).toEqual([opened]);
    expect(await closeOn(access, opened)).toEqual({ sessions: [], complete: true });
    expect(vendor().state.activeSessions(idOf(access))).toEqual([]);
    // It is still listed, as one that is over.
    const { vendorSessionId } = opened;
    expect(await links()?.listed(access, {})).toMatchObject([{ vendorSessionId }]);
    expect(account.dropped).toEqual([]);
  });

  it.each([[2], [50]])('gives %i callers at once on one way in each a link of their own', async (callers) => {
    const access = newAccess();
    const opened = await Promise.all(Array.from({ length: callers }, () => openOn(access)));
    expect(new Set(opened.map(({ url }) => url)).size).toBe(callers);
    expect(new Set(opened.map(({ connectionRef }) => connectionRef)).size).toBe(callers);
    for (const { vendorSessionId, url } of opened) {
      expect(url).toBe(`https://${vendor().state.session(Number(vendorSessionId))?.host}`);
    }
    expect(vendor().calls.count(OPEN)).toBe(callers);
    expect(vendor().calls.count(SESSIONS)).toBe(callers);
  });

  it('tells of an offline device', async () => {
    await expect(openOn(newAccess(0))).rejects.toMatchObject({ code: 'DEVICE_OFFLINE', retryable: true });
  });

  it('fails where the answer is lost, asks no second time, and finds the link when it looks', async () => {
    const access = newAccess();
    vendor().faults.add({ kind: 'lose-answer', route: OPEN });
    await expect(openOn(access)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(vendor().calls.count(OPEN)).toBe(1);
    expect(await links()?.listed(access, {})).toHaveLength(1);
  });

  it('fails where the request is lost, and finds nothing when it looks', async () => {
    const access = newAccess();
    vendor().faults.add({ kind: 'lose-request', route: OPEN });
    await expect(openOn(access)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(vendor().calls.count(OPEN)).toBe(1);
    expect(await links()?.listed(access, {})).toEqual([]);
  });

  it.each([[CHANNEL], [SESSIONS]])('gets over two failures of %s', async (route) => {
    vendor().faults.add({ kind: 'status', status: 503, route, times: 1 });
    vendor().faults.add({ kind: 'reset', route, times: 1 });
    const access = newAccess();
    expect((await openOn(access)).url).toMatch(/^https:/);
    expect(vendor().calls.count(OPEN)).toBe(1);
  });

  it('closes a link that is over already, and one that nobody knows', async () => {
    const access = newAccess();
    const opened = await openOn(access);
    vendor().state.endSession(Number(opened.vendorSessionId));
    expect(await closeOn(access, opened)).toEqual({ sessions: [], complete: true });
    expect(await closeOn(access, { ...opened, vendorSessionId: '999999999' })).toBeNull();
  });

  it('closes a link whose channel is forgotten before it is asked for', async () => {
    const access = newAccess();
    const opened = await openOn(access);
    vendor().knobs.channelLifetimeMs = -1;
    expect(await closeOn(access, opened)).toEqual({ sessions: [], complete: true });
  });

  it('creates, changes and deletes a way in', async () => {
    const writes = account.driver.remoteAccessWrites;
    const { vendorDeviceId } = newAccess();
    const wanted = { vendorDeviceId, name: 'HMI', protocol: 'VNC', host: '10.0.0.7', port: 5900 } as const;
    const { access: created, listed } = await finish(writes?.create(wanted, {}), pass);
    expect(listed).toContainEqual(created);
    expect(created).toEqual({ ...wanted, localId: created.localId, builtIn: false });
    const { access: changed } = await finish(
      writes?.update(created, { port: 5901, name: 'HMI_2' }, {}),
      pass,
    );
    expect(changed).toEqual({ ...created, port: 5901, name: 'HMI_2' });
    expect(vendor().state.access(idOf(created))).toMatchObject({ destinationPort: 5901, name: 'HMI_2' });
    expect(await finish(writes?.remove(changed, {}), pass)).toHaveLength(1);
    expect(vendor().state.access(idOf(created))).toBeUndefined();
    expect(await finish(writes?.remove(changed, {}), pass)).toHaveLength(1);
  });

  it('creates a way in whose protocol has no word, and lists in pages', async () => {
    vendor().knobs.accessPageSize = 1;
    const { vendorDeviceId } = newAccess();
    const wanted = {
      vendorDeviceId,
      name: 'Modbus',
      protocol: 'OTHER',
      host: '10.0.0.7',
      port: 502,
    } as const;
    const created = await finish(account.driver.remoteAccessWrites?.create(wanted, {}), pass);
    expect(created.access).toMatchObject(wanted);
  });

  it('does not delete what belongs to the device, and says so', async () => {
    const access = newAccess();
    vendor().state.updateAccess(idOf(access), { isMain: true });
    const removed = finish(account.driver.remoteAccessWrites?.remove(access, {}), pass);
    await expect(removed).rejects.toMatchObject({
      code: 'VENDOR_REJECTED',
      message: expect.stringContaining('-12'),
    });
  });

  it.each([['create'], ['update'], ['remove']] as const)(
    'needs the device for %s where RMS does',
    async (name) => {
      vendor().knobs.accessWritesNeedOnline = true;
      const access = newAccess(0);
      const { vendorDeviceId } = access;
      const wanted = { vendorDeviceId, name: 'HMI', protocol: 'VNC', host: '10.0.0.7', port: 5900 } as const;
      const writes = account.driver.remoteAccessWrites;
      const actions = {
        create: () => finish(writes?.create(wanted, {}), pass),
        update: () => finish(writes?.update(access, { port: 81 }, {}), pass),
        remove: () => finish(writes?.remove(access, {}), pass),
      };
      const outcome = await settle<unknown>(actions[name]());
      expect(outcome).toMatchObject({ ok: false, error: { code: 'DEVICE_OFFLINE' } });
    },
  );

  it('names the fields that RMS blames', async () => {
    const { vendorDeviceId } = newAccess();
    const wanted = { vendorDeviceId, name: 'x', protocol: 'VPN', host: '::1', port: 80 } as const;
    const created = finish(account.driver.remoteAccessWrites?.create(wanted, {}), pass);
    await expect(created).rejects.toMatchObject({
      code: 'VENDOR_REJECTED',
      message: expect.stringContaining('(name, destination_ip, protocol)'),
    });
  });

  it('lacks a scope, which its caller is not told by name', async () => {
    vendor().knobs.scopes = ['devices:read', 'device_remote_access:read'];
    await expect(openOn(newAccess())).rejects.toMatchObject({
      code: 'VENDOR_UNAUTHORIZED',
      message: expect.not.stringContaining('device_remote_access:write'),
    });
  });
});

function idOf({ localId }: RemoteAccessFacts): number {
  return Number(localId.split(':')[1]);
}
