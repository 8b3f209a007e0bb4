import { type Simulators, startSimulators } from '../../../src/simulators/simulators';
import { remoteit } from '../../../src/vendors/remoteit/index';
import { ManualClock } from '../../support/manual-clock';
import { openSimulatedAccount, type SimulatedAccount } from '../../support/simulated-account';

const PROTOCOLS = new Map([
  [1, 'TCP'],
  [4, 'VNC'],
  [5, 'RDP'],
  [7, 'HTTP'],
  [8, 'HTTPS'],
  [28, 'SSH'],
  [30, 'HTTP'],
]);

describe('the driver of remote.it at the simulated remote.it', () => {
  let clock: ManualClock;
  let simulators: Simulators;
  let account: SimulatedAccount;
  const vendor = () => simulators.remoteit;

  beforeEach(async () => {
    clock = new ManualClock();
    simulators = await startSimulators({ devices: 300, latencyMs: 0, now: () => clock.now() });
    const { baseUrl, credentials } = vendor();
    account = openSimulatedAccount(remoteit, { baseUrl, ...credentials }, clock);
  });
  afterEach(async () => {
    await account.close();
    await simulators.close();
  });

  it('lists the rows that are there in one call after one login', async () => {
    const truth = vendor().state.rows();
    const told = (await account.walk()).map(({ facts, accesses }) => [
      facts.vendorDeviceId,
      facts.name,
      facts.status,
      accesses?.map((access) => [access.localId, access.protocol]),
    ]);
    expect(told).toEqual(
      truth.map((row) => [
        row.address,
        row.alias,
        row.state === 'active' ? 'ONLINE' : 'OFFLINE',
        row.title === 'Bulk Service' ? [] : [[row.address, PROTOCOLS.get(row.applicationType)]],
      ]),
    );
    expect(vendor().calls.counts).toEqual({ 'POST /user/login': 1, 'GET /device/list/all': 1 });
    expect(account.dropped).toEqual([]);
  });

  it('reads every instant, whatever its offset and digits', async () => {
    const offline = vendor()
      .state.rows()
      .filter((row) => row.state === 'inactive');
    const records = new Map((await account.walk()).map(({ facts }) => [facts.vendorDeviceId, facts]));
    expect(offline).not.toHaveLength(0);
    for (const { address, lastContacted } of offline) {
      const told = records.get(address)?.lastSeenAt?.getTime() ?? 0;
      expect(Math.abs(told - lastContacted)).toBeLessThan(1000);
    }
  });

  it('logs in once more, for all callers together, when every token is void', async () => {
    await account.walk();
    vendor().state.expireTokens();
    vendor().calls.reset();
    await Promise.all(Array.from({ length: 10 }, () => account.walk()));
    expect(vendor().calls.count('POST /user/login')).toBe(1);
  });
});
