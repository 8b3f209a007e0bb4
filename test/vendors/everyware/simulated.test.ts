import { type Simulators, startSimulators } from '../../../src/simulators/simulators';
import { everyware } from '../../../src/vendors/everyware/index';
import { ManualClock } from '../../support/manual-clock';
import { openSimulatedAccount, type SimulatedAccount } from '../../support/simulated-account';

const DEVICES = 'GET /{scopeId}/devices';
const VPN = 'GET /{scopeId}/devices/{deviceId}/vpn';

describe('the driver of Everyware Cloud at the simulated Everyware Cloud', () => {
  let clock: ManualClock;
  let simulators: Simulators;
  let account: SimulatedAccount;
  const vendor = () => simulators.everyware;
  const open = (vpnBulk: boolean): SimulatedAccount => {
    const { baseUrl, credentials } = vendor();
    const { username, password } = credentials;
    return openSimulatedAccount(everyware, { baseUrl, username, password, vpnBulk }, clock);
  };

  beforeEach(async () => {
    clock = new ManualClock();
    simulators = await startSimulators({ devices: 400, latencyMs: 0, now: () => clock.now() });
    account = open(false);
  });
  afterEach(async () => {
    await account.close();
    await simulators.close();
  });

  it('lists the devices that are there, in two calls for 120 after one login', async () => {
    const truth = vendor().state.devices();
    const told = (await account.walk()).map(({ facts }) => [facts.vendorDeviceId, facts.name, facts.status]);
    expect(told).toEqual(
      truth.map((device) => [
        device.id,
        device.displayName ?? device.clientId,
        device.connection?.status === 'CONNECTED' ? 'ONLINE' : 'OFFLINE',
      ]),
    );
    expect(vendor().calls.counts).toEqual({ 'POST /authentication/user': 1, [DEVICES]: 2 });
    expect(account.dropped).toEqual([]);
  });

  it.each([[true], [false]])(
    'tells the same of one device as of all (connection in it: %j)',
    async (comes) => {
      vendor().knobs.connectionInDevice = comes;
      const records = (await account.walk()).slice(0, 20);
      const ids = records.map(({ facts }) => facts.vendorDeviceId);
      const found = await account.driver.devicesById?.get([...ids, 'AQ'], {});
      expect([...(found?.values() ?? [])]).toEqual(records.map((value) => ({ ok: true, value })));
    },
  );

  it('tells the same VPN states device by device as for the scope', async () => {
    const { state, calls } = vendor();
    const answering = (await account.walk()).filter((record) => record.vpnAnswers);
    const ids = answering.map(({ facts }) => facts.vendorDeviceId).filter((id) => hasClient(id));
    expect(ids.length).toBeGreaterThan(5);
    for (const id of ids.slice(0, 5)) state.connectVpn(id);
    calls.reset();
    const each = await account.driver.vpn?.status(ids, {});
    expect(calls.counts).toEqual({ [VPN]: ids.length });
    for (const id of ids) {
      const ipAddress = state.tunnel(id)?.ipAddress ?? null;
      expect(each?.get(id)).toEqual({ ok: true, value: { connected: ipAddress !== null, ipAddress } });
    }
    const bulk = open(true);
    expect(await bulk.driver.vpn?.status(ids, {})).toEqual(each);
    expect(calls.count('GET /{scopeId}/vpnConnections')).toBe(1);
    await bulk.close();
  });

  it('refreshes its token once for all callers, and logs in where that is too late', async () => {
    await account.walk();
    vendor().calls.reset();
    clock.advance(31 * 60_000);
    await Promise.all(Array.from({ length: 10 }, () => account.walk()));
    expect(vendor().calls.count('POST /authentication/refresh')).toBe(1);
    expect(vendor().calls.count('POST /authentication/user')).toBe(0);
    clock.advance(6 * 3_600_000);
    await Promise.all(Array.from({ length: 10 }, () => account.walk()));
    expect(vendor().calls.count('POST /authentication/user')).toBe(1);
  });

  function hasClient(id: string): boolean {
    return vendor().state.device(id)?.applicationIdentifiers?.includes('VPNCLIENT') ?? false;
  }
});
