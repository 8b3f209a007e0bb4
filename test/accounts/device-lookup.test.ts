import { LIST_START } from '../../src/accounts/device-pager';
import { DrawbridgeError } from '../../src/domain/errors';
import type { Outcome } from '../../src/domain/outcome';
import { ManualClock } from '../support/manual-clock';
import {
  type FakeAccountOptions,
  FakeVendor,
  fakeAccount,
  readingAt,
  recordOf,
  recordsOf,
} from './fake-account';

function scene(count: number, options: FakeAccountOptions = {}) {
  const clock = new ManualClock();
  const vendor = new FakeVendor(recordsOf(count));
  return { clock, vendor, account: fakeAccount({ vendor, clock, ...options }) };
}

const ids = (...numbers: readonly number[]): string[] => numbers.map((number) => `d${number}`);

function told<T>(found: ReadonlyMap<string, Outcome<T | null>>): Record<string, string> {
  return Object.fromEntries(
    [...found].map(([id, outcome]) => [
      id,
      outcome.ok ? (outcome.value === null ? 'none' : 'found') : outcome.error.code,
    ]),
  );
}

describe('devices by id', () => {
  it('costs as many calls as there are ids, where a walk costs more', async () => {
    const { account, vendor, clock } = scene(50);
    await account.total(undefined, readingAt(clock));
    clock.advance(31_000);
    vendor.calls.length = 0;
    const found = await account.devicesById(ids(40, 41, 42, 43), readingAt(clock));
    expect(told(found)).toEqual({ d40: 'found', d41: 'found', d42: 'found', d43: 'found' });
    expect(vendor.calls).toEqual(['get d40', 'get d41', 'get d42', 'get d43']);
  });

  it('costs one walk, where that is less', async () => {
    const { account, vendor, clock } = scene(30);
    await account.total(undefined, readingAt(clock));
    clock.advance(31_000);
    vendor.calls.length = 0;
    const found = await account.devicesById([...ids(10, 12, 20, 25), 'gone'], readingAt(clock));
    expect(told(found)).toEqual({ d10: 'found', d12: 'found', d20: 'found', d25: 'found', gone: 'none' });
    expect(vendor.calls).toEqual(['list 0', 'list 10', 'list 20']);
  });

  it('asks for the first page where several are wanted and the size was never told, and never twice for it', async () => {
    const { account, vendor, clock } = scene(30);
    const found = await account.devicesById(ids(1, 12, 20, 25), readingAt(clock));
    expect(Object.values(told(found))).toEqual(['found', 'found', 'found', 'found']);
    expect(vendor.calls).toEqual(['list 0', 'list 10', 'list 20']);
  });

  it('asks only for what the first page did not hold', async () => {
    const { account, vendor, clock } = scene(90);
    await account.devicesById(ids(1, 2, 3, 80), readingAt(clock));
    expect(vendor.calls).toEqual(['list 0', 'get d80']);
  });

  it('stops at the first page where that is the whole account', async () => {
    const { account, vendor, clock } = scene(5);
    const found = await account.devicesById([...ids(1, 2), 'gone'], readingAt(clock));
    expect(told(found)).toEqual({ d1: 'found', d2: 'found', gone: 'none' });
    expect(vendor.calls).toEqual(['list 0']);
  });

  it('asks by id alone where all ids fit in one call', async () => {
    const { account, vendor, clock } = scene(90, { idsInOneCall: 3 });
    await account.devicesById(ids(1, 2, 80), readingAt(clock));
    await account.devicesById(ids(80, 2, 1), readingAt(clock));
    expect(vendor.calls).toEqual(['get d1,d2,d80']);
  });

  it('walks where the list is the only way', async () => {
    const { account, vendor, clock } = scene(15, { idsInOneCall: 0 });
    expect(told(await account.devicesById(['d14', 'x'], readingAt(clock)))).toEqual({
      d14: 'found',
      x: 'none',
    });
    expect(vendor.calls).toEqual(['list 0', 'list 10']);
  });

  it('never asks for what cannot be an id, nor for one id twice', async () => {
    const { account, vendor, clock } = scene(15, { idsInOneCall: 5 });
    const found = await account.devicesById(['../d1', 'd1', 'd1', 'd 2', ''], readingAt(clock));
    expect(told(found)).toEqual({ '../d1': 'none', d1: 'found', 'd 2': 'none', '': 'none' });
    expect(vendor.calls).toEqual(['get d1']);
    expect(told(await account.devicesById(['?'], readingAt(clock)))).toEqual({ '?': 'none' });
    expect(vendor.calls).toHaveLength(1);
  });

  it('fails for the ids whose call fails, and stands for the others', async () => {
    const { account, vendor, clock } = scene(90);
    await account.total(undefined, readingAt(clock));
    vendor.before = (call) => {
      if (call === 'get d81') throw new DrawbridgeError('VENDOR_TIMEOUT', 'too late');
    };
    const found = await account.devicesById(ids(80, 81, 82), readingAt(clock));
    expect(told(found)).toEqual({ d80: 'found', d81: 'VENDOR_TIMEOUT', d82: 'found' });
    vendor.before = () => {};
    vendor.calls.length = 0;
    await account.devicesById(ids(80, 81, 82), readingAt(clock));
    expect(vendor.calls).toEqual(['get d81']);
  });

  it('names the account in a failure of the whole', async () => {
    const { account, vendor, clock } = scene(90, { idsInOneCall: 0 });
    vendor.before = () => {
      throw new DrawbridgeError('NOT_FOUND', 'no such address');
    };
    const found = await account.devicesById(ids(1), readingAt(clock));
    expect(found.get('d1')).toMatchObject({
      ok: false,
      error: { code: 'VENDOR_UNAVAILABLE', source: { account: 'acme', vendor: 'EVERYWARE' } },
    });
  });

  it('takes a device that a known list does not have for missing no longer than that list is fresh', async () => {
    const { account, vendor, clock } = scene(5);
    await account.walk(readingAt(clock));
    clock.advance(20_000);
    expect(told(await account.devicesById(['late'], readingAt(clock)))).toEqual({ late: 'none' });
    expect(vendor.calls).toEqual(['list 0']);
    vendor.rows.push(recordOf('late'));
    clock.advance(10_001);
    expect(told(await account.devicesById(['late'], readingAt(clock)))).toEqual({ late: 'found' });
  });

  it('is spared where a page of the list told the device', async () => {
    const { account, vendor, clock } = scene(30);
    const page = { from: LIST_START, count: 10, accept: () => true };
    await account.slice(page, undefined, readingAt(clock));
    const spared = readingAt(clock);
    await account.devicesById(ids(3, 4), spared);
    expect(vendor.calls).toEqual(['list 0']);
    expect(spared.noted).toMatchObject([{ from: 'CACHE', keys: 2, route: '/get' }]);
  });
});
