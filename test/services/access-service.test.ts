import { Fleet } from '../../src/accounts/fleet';
import { DrawbridgeError } from '../../src/domain/errors';
import { type GlobalId, parseId } from '../../src/domain/ids';
import type { Outcome } from '../../src/domain/outcome';
import type { Principal } from '../../src/domain/principal';
import { AccessService } from '../../src/services/access-service';
import type { RemoteAccessReads } from '../../src/vendors/driver';
import { FakeVendor, fakeAccount, readingAt, recordsOf } from '../accounts/fake-account';
import { ManualClock } from '../support/manual-clock';

const CALLER: Principal = { subject: 'ada', scopes: new Set(['remote_access:read']) };
const clock = new ManualClock();

/** `own` tells ways in with its rows, `asked` is asked for them: two devices a call. */
function scene() {
  const [own, asked] = [new FakeVendor(recordsOf(5)), new FakeVendor(recordsOf(5))];
  const reads: RemoteAccessReads = {
    list: (ids) =>
      asked.answer(`accesses ${ids.join(',')}`, () => {
        const present = ids.filter((id) => asked.find(id) !== undefined);
        return new Map(
          present.map((id) => [
            id,
            ['1', '2'].map((number) => ({
              localId: `${id}:${number}`,
              vendorDeviceId: id,
              name: number,
              protocol: 'SSH' as const,
              host: null,
              port: 22,
            })),
          ]),
        );
      }),
    parse: (local) => {
      const [device, number] = local.split(':');
      return device === undefined || number === undefined ? undefined : { vendorDeviceId: device };
    },
  };
  const accounts = [
    fakeAccount({ key: 'own', vendor: own, clock }),
    fakeAccount({ key: 'asked', vendor: asked, clock, driver: { remoteAccesses: reads } }),
  ];
  return { own, asked, accounts, service: new AccessService(new Fleet(accounts)) };
}

const ids = (...texts: readonly string[]): GlobalId[] => texts.map((text) => parseId(text));
const told = (outcomes: readonly Outcome<{ readonly id: string } | null>[]): (string | null)[] =>
  outcomes.map((outcome) => (outcome.ok ? (outcome.value?.id ?? null) : outcome.error.code));

describe('ways in by id', () => {
  it('are found among those of the device that their id names, in order, each device asked once', async () => {
    const { service, asked, own } = scene();
    const wanted = ids(
      'asked:access:d1:2',
      'own:access:d3',
      'asked:access:d1:1',
      'asked:access:d2:1',
      'asked:access:d3:2',
    );
    expect(told(await service.byIds(CALLER, wanted, readingAt(clock)))).toEqual([
      'asked:access:d1:2',
      'own:access:d3',
      'asked:access:d1:1',
      'asked:access:d2:1',
      'asked:access:d3:2',
    ]);
    expect(asked.calls).toEqual(['accesses d1,d2', 'accesses d3']);
    expect(own.calls).toHaveLength(1);
  });

  it('are null where the device, the way in or the account is unknown', async () => {
    const { service } = scene();
    const wanted = ids(
      'asked:access:d1:9',
      'asked:access:gone:1',
      'asked:access:odd',
      'own:access:gone',
      'own:access:?',
      'no:access:1',
    );
    expect(told(await service.byIds(CALLER, wanted, readingAt(clock)))).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('fail with their own call, and their neighbours stand', async () => {
    const { service, asked } = scene();
    asked.before = (call) => {
      if (call.includes('d3')) throw new DrawbridgeError('VENDOR_TIMEOUT', 'too late');
    };
    const wanted = ids('asked:access:d1:1', 'asked:access:d2:1', 'asked:access:d3:1', 'own:access:d0');
    expect(told(await service.byIds(CALLER, wanted, readingAt(clock)))).toEqual([
      'asked:access:d1:1',
      'asked:access:d2:1',
      'VENDOR_TIMEOUT',
      'own:access:d0',
    ]);
  });

  it('do not exist in accounts that do not exist for the caller', async () => {
    const { service, asked } = scene();
    const walled: Principal = { ...CALLER, accounts: new Set(['own']) };
    const wanted = ids('asked:access:d1:1', 'own:access:d1');
    expect(told(await service.byIds(walled, wanted, readingAt(clock)))).toEqual([null, 'own:access:d1']);
    expect(asked.calls).toEqual([]);
  });
});

describe('ways into devices', () => {
  it('come in the order of the devices, with none for a device that has none', async () => {
    const { service, accounts, asked } = scene();
    const devices = await Promise.all(accounts.map((account) => account.walk(readingAt(clock))));
    asked.rows = asked.rows.slice(0, 1);
    const [ownDevice] = devices[0] ?? [];
    const [first, second] = devices[1] ?? [];
    if (ownDevice === undefined || first === undefined || second === undefined) throw new Error('no devices');
    const found = await service.ofDevices(CALLER, [second, ownDevice, first], readingAt(clock));
    expect(found.map((outcome) => (outcome.ok ? outcome.value.map(({ id }) => id) : outcome))).toEqual([
      [],
      ['own:access:d0'],
      ['asked:access:d0:1', 'asked:access:d0:2'],
    ]);
  });

  it('need remote_access:read', async () => {
    const { service } = scene();
    const stranger: Principal = { subject: 'eve', scopes: new Set(['devices:read']) };
    const forbidden = { code: 'FORBIDDEN' };
    await expect(service.ofDevices(stranger, [], readingAt(clock))).rejects.toMatchObject(forbidden);
    await expect(service.byIds(stranger, [], readingAt(clock))).rejects.toMatchObject(forbidden);
  });
});
