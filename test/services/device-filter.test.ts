import fc from 'fast-check';
import type { Device } from '../../src/domain/device';
import {
  compareKeys,
  type DeviceFilter,
  looksAtDevices,
  matcher,
  mayHold,
  type OrderKey,
  orderValue,
  vendorStatus,
} from '../../src/services/device-filter';
import { fakeAccount } from '../accounts/fake-account';
import { knownDevice } from '../accounts/rows';

const device = (facts: Partial<Device>): Device => ({ ...knownDevice('d1').device, ...facts });
const fits = (filter: DeviceFilter, facts: Partial<Device>): boolean => matcher(filter)(device(facts));

describe('a filter on devices', () => {
  it.each<[string, DeviceFilter, Partial<Device>, boolean]>([
    ['a status it names', { status: ['OFFLINE', 'ONLINE'] }, { status: 'ONLINE' }, true],
    ['a status it does not name', { status: ['OFFLINE'] }, { status: 'ONLINE' }, false],
    ['one of its tags', { tag: ['a', 'b'] }, { tags: ['c', 'b'] }, true],
    ['a tag in another case', { tag: ['a'] }, { tags: ['A'] }, false],
    ['no tag', { tag: ['a'] }, { tags: [] }, false],
    ['its text in the name, in another case', { search: 'PuMp' }, { name: 'The pump 7' }, true],
    ['its text in the serial number', { search: 'x7' }, { serialNumber: '1X7' }, true],
    ['its text in the MAC address', { search: '00:1e' }, { macAddress: '00:1E:42' }, true],
    ['its text in the model', { search: 'rut' }, { model: 'RUTX11' }, true],
    ['its text in the vendor id', { search: '081' }, { vendorDeviceId: '70810' }, true],
    ['its text in the firmware only', { search: 'fw9' }, { firmwareVersion: 'FW9' }, false],
    ['its text in a tag only', { search: 'north' }, { tags: ['north'] }, false],
    ['its text across two fields', { search: 'ab' }, { name: 'a', serialNumber: 'b' }, false],
    ['a text that is no pattern', { search: 'a.c%' }, { name: 'abc' }, false],
    ['letters of any alphabet', { search: 'ŠIAU' }, { name: 'Šiauliai' }, true],
    ['one condition of two', { status: ['ONLINE'], search: 'x' }, { status: 'ONLINE', name: 'y' }, false],
    ['nothing at all, by lists that are empty', { status: [], tag: [], search: '' }, {}, true],
    ['nothing at all, by nulls', { status: null, tag: null, search: null, vendor: null }, {}, true],
  ])('with %s', (_, filter, facts, expected) => {
    expect(fits(filter, { vendorDeviceId: 'id', name: 'name', ...facts })).toBe(expected);
  });

  it('asks no account that can hold nothing of what it wants', () => {
    const account = fakeAccount({ key: 'north' });
    expect(mayHold(account, {})).toBe(true);
    expect(mayHold(account, { vendor: ['EVERYWARE'], account: ['north', 'x'] })).toBe(true);
    expect(mayHold(account, { vendor: ['REMOTE_IT'] })).toBe(false);
    expect(mayHold(account, { account: ['NORTH'] })).toBe(false);
    expect(mayHold(account, { tag: ['a'] })).toBe(false);
    expect(mayHold(fakeAccount({ driver: { hasTags: true } }), { tag: ['a'] })).toBe(true);
    expect(mayHold(account, { vendor: [], account: null, tag: [] })).toBe(true);
  });

  it('lets the vendor filter where one status that it can filter by is all that is asked of devices', () => {
    const account = fakeAccount();
    expect(vendorStatus(account, { status: ['ONLINE'] })).toBe('ONLINE');
    expect(vendorStatus(account, { status: ['ONLINE', 'ONLINE'], vendor: ['EVERYWARE'] })).toBe('ONLINE');
    for (const filter of [
      {},
      { status: [] },
      { status: ['OFFLINE'] },
      { status: ['ONLINE', 'OFFLINE'] },
      { status: ['ONLINE'], search: 'x' },
      { status: ['ONLINE'], tag: ['x'] },
    ] satisfies DeviceFilter[]) {
      expect(vendorStatus(account, filter)).toBeUndefined();
    }
  });

  it('looks at devices where it asks for more than an account', () => {
    expect(
      [{}, { vendor: ['EVERYWARE' as const] }, { account: ['a'] }, { search: '' }, { tag: [] }].map(
        looksAtDevices,
      ),
    ).toEqual([false, false, false, false, false]);
    expect([{ status: ['ONLINE' as const] }, { search: 'a' }, { tag: ['a'] }].map(looksAtDevices)).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('the order of devices', () => {
  const sorted = (keys: readonly OrderKey[], direction: 'ASC' | 'DESC'): string[] =>
    [...keys].sort((a, b) => compareKeys(a, b, direction)).map(({ id }) => id);

  it('puts null last and ties by id, in either direction', () => {
    const keys: OrderKey[] = [
      { value: null, id: 'n2' },
      { value: 5, id: 'b' },
      { value: 7, id: 'c' },
      { value: null, id: 'n1' },
      { value: 5, id: 'a' },
    ];
    expect(sorted(keys, 'ASC')).toEqual(['a', 'b', 'c', 'n1', 'n2']);
    expect(sorted(keys, 'DESC')).toEqual(['c', 'a', 'b', 'n1', 'n2']);
  });

  it('is one order: two places are the same only where both value and id are', () => {
    const key = fc.record({
      value: fc.option(fc.integer({ min: 0, max: 3 })),
      id: fc.constantFrom('a', 'b', 'c'),
    });
    fc.assert(
      fc.property(key, key, key, fc.constantFrom('ASC' as const, 'DESC' as const), (a, b, c, direction) => {
        const ab = compareKeys(a, b, direction);
        expect(Math.sign(ab) + Math.sign(compareKeys(b, a, direction))).toBe(0);
        expect(ab === 0).toBe(a.value === b.value && a.id === b.id);
        if (ab < 0 && compareKeys(b, c, direction) < 0) expect(compareKeys(a, c, direction)).toBeLessThan(0);
      }),
      { seed: 20261120 },
    );
  });

  it('goes by names without regard to case, and by statuses in the order of the contract', () => {
    expect(orderValue(device({ name: 'ZÜRICH' }), 'NAME')).toBe('zürich');
    const statuses = (['ONLINE', 'OFFLINE', 'NOT_ACTIVATED', 'UNKNOWN'] as const).map((status) =>
      orderValue(device({ status }), 'STATUS'),
    );
    expect(statuses).toEqual([0, 1, 2, 3]);
    expect(orderValue(device({ lastSeenAt: null }), 'LAST_SEEN_AT')).toBeNull();
    expect(orderValue(device({ lastSeenAt: new Date(5) }), 'LAST_SEEN_AT')).toBe(5);
    expect(orderValue(device({ vendor: 'REMOTE_IT' }), 'VENDOR')).toBe('remote_it');
  });
});
