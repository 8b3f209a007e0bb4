import type { OpenedLink } from '../../../src/domain/link';
import type { AccessProtocol, RemoteAccessFacts } from '../../../src/domain/remote-access';
import { type Simulators, startSimulators } from '../../../src/simulators/simulators';
import { remoteit } from '../../../src/vendors/remoteit/index';
import { ManualClock } from '../../support/manual-clock';
import { openSimulatedAccount, type SimulatedAccount } from '../../support/simulated-account';
import { finish } from '../run-steps';

const CONNECT = 'POST /device/connect';
const STOP = 'POST /device/connect/stop';
const LIST = 'GET /device/list/all';

describe('the links of the driver of remote.it at the simulated remote.it', () => {
  let clock: ManualClock;
  let simulators: Simulators;
  let account: SimulatedAccount;
  const vendor = () => simulators.remoteit;

  beforeEach(async () => {
    clock = new ManualClock();
    simulators = await startSimulators({ devices: 3, latencyMs: 0, now: () => clock.now() });
    const { baseUrl, credentials } = vendor();
    account = openSimulatedAccount(remoteit, { baseUrl, ...credentials }, clock);
  });
  afterEach(async () => {
    await account.close();
    await simulators.close();
  });

  const open = (access: RemoteAccessFacts, allowedIp: string | null = null): Promise<OpenedLink> =>
    finish(account.driver.links?.open({ access, durationSeconds: 600, allowedIp }, {}));
  const close = (access: RemoteAccessFacts, connectionRef: string, on = account): Promise<unknown> => {
    const { localId: accessLocalId, vendorDeviceId } = access;
    const reference = { accessLocalId, vendorDeviceId, vendorSessionId: null, connectionRef };
    return finish(on.driver.links?.close(reference, {}));
  };
  const newSsh = (): RemoteAccessFacts => accessOf(vendor().state.addRow().address, 'SSH');
  const newWeb = (): RemoteAccessFacts =>
    accessOf(vendor().state.addRow({ applicationType: 7, title: 'HTTP' }).address, 'HTTP');
  const lastBody = (route: string): unknown =>
    vendor().calls.entries.findLast((entry) => entry.route === route)?.body;

  it.each([
    ['full', 'both'],
    ['full', 'root'],
    ['documented', 'connection'],
    ['documented', 'root'],
  ] as const)('opens links from a %s answer with the id in %s', async (connectAnswer, connectionIdPlace) => {
    Object.assign(vendor().knobs, { connectAnswer, connectionIdPlace });
    const [ssh, web] = [newSsh(), newWeb()];
    const opened = [await open(ssh), await open(web)];
    const [sshTruth, webTruth] = [ssh, web].map(
      ({ localId }) => vendor().state.connections(localId)[0] ?? { id: '', proxyHost: '', proxyPort: 0 },
    );
    const common = {
      vendorSessionId: null,
      foundRunning: false,
      createdAt: new Date(clock.now()),
      vendorEndsAt: new Date(clock.now() + 28_800_000),
    };
    const letsIn = connectAnswer === 'full' ? 'ANYBODY' : null;
    const admission = { letsIn, since: new Date(clock.now()) };
    expect(opened).toEqual([
      {
        ...common,
        admission,
        connectionRef: sshTruth?.id,
        url: null,
        host: sshTruth?.proxyHost,
        port: sshTruth?.proxyPort,
      },
      {
        ...common,
        admission,
        connectionRef: webTruth?.id,
        url: `https://${webTruth?.proxyHost}`,
        host: null,
        port: null,
      },
    ]);
  });

  it('lets in the address that was named, else whoever comes first', async () => {
    const [named, unnamed] = [newSsh(), newSsh()];
    await open(named, '203.0.113.7');
    await open(unnamed);
    const filterOf = ({ localId }: RemoteAccessFacts) => vendor().state.connections(localId)[0]?.filteredIp;
    expect([filterOf(named), filterOf(unnamed)]).toEqual(['203.0.113.7', 'latching']);
    expect(lastBody(CONNECT)).toEqual({
      deviceaddress: unnamed.localId,
      wait: 'true',
      hostip: '255.255.255.255',
    });
  });

  it('tells of a connection that ran before since when it is up, and that it lets in others', async () => {
    const ssh = newSsh();
    await open(ssh);
    const since = new Date(clock.now());
    clock.advance(60_000);
    expect((await open(ssh, '203.0.113.7')).admission).toEqual({ letsIn: 'ANYBODY', since });
    expect(vendor().state.connections(ssh.localId)).toHaveLength(1);
  });

  it('tells one connection that is handed back from two that are made', async () => {
    const ssh = newSsh();
    const [first, second] = [await open(ssh), await open(ssh)];
    expect(second).toEqual(first);
    vendor().knobs.repeatConnect = 'new';
    expect((await open(ssh)).connectionRef).not.toBe(first.connectionRef);
  });

  it('counts the end from the answer, also of a connection that ran before', async () => {
    const ssh = newSsh();
    const { vendorEndsAt } = await open(ssh);
    clock.advance(600_000);
    expect((await open(ssh)).vendorEndsAt).toEqual(vendorEndsAt);
  });

  it('closes with both ids; what is closed already is closed', async () => {
    const ssh = newSsh();
    const { connectionRef } = await open(ssh);
    expect(await close(ssh, connectionRef)).toBeNull();
    expect(vendor().state.connections(ssh.localId)).toEqual([]);
    expect(lastBody(STOP)).toEqual({ deviceaddress: ssh.localId, connectionid: connectionRef });
    vendor().calls.reset();
    expect(await close(ssh, connectionRef)).toBeNull();
    expect(vendor().calls.counts).toEqual({ [STOP]: 1 });
  });

  it('logs in once more where the token ran out, and then closes', async () => {
    const ssh = newSsh();
    const { connectionRef } = await open(ssh);
    vendor().state.expireTokens();
    expect(await close(ssh, connectionRef)).toBeNull();
    expect(vendor().state.connections(ssh.localId)).toEqual([]);
  });

  it('with a token of its own does not take a 401 without a reason for closed', async () => {
    const ssh = newSsh();
    const { connectionRef } = await open(ssh);
    const { baseUrl, credentials } = vendor();
    const token = vendor().state.issueToken(clock.now() + 60_000);
    const given = { baseUrl, developerKey: credentials.developerKey, token };
    const fixed = openSimulatedAccount(remoteit, given, clock);
    vendor().faults.add({ kind: 'status', status: 401, route: STOP });
    vendor().calls.reset();
    expect(await close(ssh, connectionRef, fixed)).toBeNull();
    expect(vendor().calls.counts).toEqual({ [STOP]: 1, [LIST]: 1 });
    vendor().state.expireTokens();
    await expect(close(ssh, connectionRef, fixed)).rejects.toMatchObject({ code: 'VENDOR_UNAUTHORIZED' });
    await fixed.close();
  });

  it.each([[200], [400]] as const)('tells of an offline or unknown service, with HTTP %i', async (status) => {
    vendor().knobs.connectFailureStatus = status;
    const offline = accessOf(vendor().state.addRow({ state: 'inactive' }).address, 'SSH');
    await expect(open(offline)).rejects.toMatchObject({ code: 'DEVICE_OFFLINE', retryable: true });
    const unknown = accessOf('80:00:00:00:00:00:00:00', 'SSH');
    await expect(open(unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const bad = accessOf('zz', 'SSH');
    await expect(open(bad)).rejects.toMatchObject({ code: 'VENDOR_REJECTED' });
  });

  it('fails where the answer is lost, asks no second time, and is handed the same when it connects again', async () => {
    const ssh = newSsh();
    vendor().faults.add({ kind: 'lose-answer', route: CONNECT, times: 1 });
    await expect(open(ssh)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(vendor().calls.count(CONNECT)).toBe(1);
    expect(await account.driver.links?.listed(ssh, {})).toEqual([]);
    expect((await open(ssh)).connectionRef).toBe(vendor().state.connections(ssh.localId)[0]?.id);
    expect(vendor().state.connections(ssh.localId)).toHaveLength(1);
  });
});

function accessOf(address: string, protocol: AccessProtocol): RemoteAccessFacts {
  return { localId: address, vendorDeviceId: address, name: 'x', protocol, host: null, port: null };
}
