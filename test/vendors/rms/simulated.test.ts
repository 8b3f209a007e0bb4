import { type Simulators, startSimulators } from '../../../src/simulators/simulators';
import { rms } from '../../../src/vendors/rms/index';
import { ManualClock } from '../../support/manual-clock';
import { openSimulatedAccount, type SimulatedAccount } from '../../support/simulated-account';

describe('the driver of RMS at the simulated RMS', () => {
  let simulators: Simulators;
  let account: SimulatedAccount;
  const vendor = () => simulators.rms;

  beforeEach(async () => {
    const clock = new ManualClock();
    simulators = await startSimulators({ devices: 300, latencyMs: 0, now: () => clock.now() });
    const { baseUrl, credentials } = vendor();
    account = openSimulatedAccount(rms, { baseUrl, ...credentials }, clock);
  });
  afterEach(async () => {
    await account.close();
    await simulators.close();
  });

  it('lists the devices that are there, in two calls for 165', async () => {
    const truth = vendor().state.devices();
    const status = new Map<unknown, string>([
      [1, 'ONLINE'],
      [2, 'NOT_ACTIVATED'],
    ]);
    const records = await account.walk();
    expect(records.map(({ facts }) => facts)).toEqual(
      truth.map((device) =>
        expect.objectContaining({
          vendorDeviceId: String(device.id),
          name: device.name,
          status: status.get(device.status) ?? 'OFFLINE',
          serialNumber: device.serial,
          macAddress: device.mac,
          model: device.model,
          firmwareVersion: device.firmware,
          tags: device.tags.map((tag) => tag.name),
        }),
      ),
    );
    expect(vendor().calls.count()).toBe(Math.ceil(truth.length / 100));
    expect(account.dropped).toEqual([]);
  });

  it('finds a hundred devices by id in one call, and none that are not there', async () => {
    const ids = vendor()
      .state.devices()
      .slice(0, 99)
      .map(({ id }) => String(id));
    const found = await account.driver.devicesById?.get([...ids, '999999999'], {});
    expect([...(found?.keys() ?? [])].sort()).toEqual([...ids].sort());
    expect(vendor().calls.count()).toBe(1);
  });

  it('reads the remote accesses of a hundred devices in one call, and their links', async () => {
    const { state, calls } = vendor();
    const ids = state
      .devices()
      .slice(0, 100)
      .map(({ id }) => id);
    const found = await account.driver.remoteAccesses?.list(ids.map(String), {});
    expect(calls.count()).toBe(1);
    for (const id of ids) {
      const truth = state.accesses(id).map((access) => [`${id}:${access.id}`, access.destinationPort]);
      expect((found?.get(String(id)) ?? []).map(({ localId, port }) => [localId, port])).toEqual(truth);
    }
    for (const access of state.accesses().slice(0, 20)) {
      const links = await account.driver.sessions?.list(`${access.deviceId}:${access.id}`, true, {});
      expect(links?.sessions.every((link) => link.url?.startsWith('https://'))).toBe(true);
    }
  });
});
