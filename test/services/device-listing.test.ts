import { DrawbridgeError } from '../../src/domain/errors';
import { type DeviceListing, listInOrder, listInVendorOrder } from '../../src/services/device-listing';
import { FakeVendor, fakeAccount, readingAt, recordOf } from '../accounts/fake-account';
import { testCursors } from '../support/cursors';
import { ManualClock } from '../support/manual-clock';

const FAILED = new DrawbridgeError('VENDOR_TIMEOUT', 'too late');

function scene(...sizes: readonly number[]) {
  const clock = new ManualClock();
  const vendors = sizes.map(
    (size, nth) =>
      new FakeVendor(
        Array.from({ length: size }, (_, index) =>
          recordOf(`${'abc'[nth]}${index}`, { status: index % 2 === 0 ? 'ONLINE' : 'OFFLINE' }),
        ),
      ),
  );
  const accounts = vendors.map((vendor, nth) => fakeAccount({ key: `k${nth}`, vendor, clock }));
  const page = (first: number, given: { after?: string | undefined; filter?: object } = {}) =>
    listInVendorOrder({
      accounts,
      first,
      after: given.after,
      filter: given.filter ?? {},
      reading: readingAt(clock),
      cursors: testCursors,
    });
  const calls = (): number[] => vendors.map(({ calls }) => calls.length);
  return { clock, vendors, accounts, page, calls };
}

const idsOf = ({ edges }: DeviceListing): string[] => edges.map(({ node }) => node.vendorDeviceId);
const fail = (vendor: FakeVendor | undefined): void => {
  if (vendor === undefined) throw new Error('no such vendor');
  vendor.before = () => {
    throw FAILED;
  };
};

describe('a page in the vendors’ own order', () => {
  it('asks an account only for what it takes from it', async () => {
    const { page, calls } = scene(15, 15, 15);
    const first = await page(5);
    expect(idsOf(first)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    expect(await first.hasNextPage()).toBe(true);
    expect(calls()).toEqual([1, 0, 0]);
    const second = await page(15, { after: first.edges.at(-1)?.cursor() });
    expect(idsOf(second).slice(9, 12)).toEqual(['a14', 'b0', 'b1']);
    expect(calls()).toEqual([2, 1, 0]);
  });

  it('asks the next account whether it holds anything only where hasNextPage is selected and nobody knows', async () => {
    const { page, calls } = scene(5, 0, 5);
    const only = await page(5);
    expect(calls()).toEqual([1, 0, 0]);
    expect(await only.hasNextPage()).toBe(true);
    expect(calls()).toEqual([1, 1, 1]);
    expect(await (await page(5)).hasNextPage()).toBe(true);
    expect(calls()).toEqual([1, 1, 1]);
  });

  it('has no next page behind the last device of the last account that holds any', async () => {
    const { page } = scene(5, 3, 0);
    const last = await page(8);
    expect(idsOf(last)).toHaveLength(8);
    expect(await last.hasNextPage()).toBe(false);
    expect(last.hasPreviousPage).toBe(false);
    const beyond = await page(8, { after: last.edges.at(-1)?.cursor() });
    expect(idsOf(beyond)).toEqual([]);
    expect([await beyond.hasNextPage(), beyond.hasPreviousPage]).toEqual([false, true]);
  });

  it('has a next page where the last device of this one is followed by none that fits', async () => {
    const { page } = scene(4, 2);
    const filter = { status: ['ONLINE' as const] };
    const first = await page(2, { filter });
    expect(idsOf(first)).toEqual(['a0', 'a2']);
    expect(await first.hasNextPage()).toBe(true);
    const second = await page(2, { filter, after: first.edges.at(-1)?.cursor() });
    expect(idsOf(second)).toEqual(['b0']);
    expect(await second.hasNextPage()).toBe(false);
    const offline = await page(2, { filter: { status: ['OFFLINE'], search: 'a' } });
    expect(idsOf(offline)).toEqual(['a1', 'a3']);
    expect(await offline.hasNextPage()).toBe(false);
  });

  it('names an account that cannot be read, and goes on with the next', async () => {
    const { page, vendors } = scene(5, 5, 5);
    fail(vendors[1]);
    const told = await page(15);
    expect(idsOf(told)).toHaveLength(10);
    expect(told.problems).toMatchObject([{ account: 'k1', code: 'VENDOR_TIMEOUT', servedFrom: null }]);
    expect(await told.totalCount()).toBeNull();
    expect(await told.hasNextPage()).toBe(false);
  });

  it('may have a next page where the next account cannot be asked, which then says so', async () => {
    const { page, vendors } = scene(5, 5);
    fail(vendors[1]);
    const first = await page(5);
    expect(first.problems).toEqual([]);
    expect(await first.hasNextPage()).toBe(true);
    const second = await page(5, { after: first.edges.at(-1)?.cursor() });
    expect(second).toMatchObject({ edges: [], problems: [{ account: 'k1' }] });
    expect(await second.hasNextPage()).toBe(false);
  });

  it('throws what is no vendor’s fault', async () => {
    const { page, vendors } = scene(5);
    if (vendors[0] !== undefined) {
      vendors[0].before = () => {
        throw new TypeError('a defect');
      };
    }
    await expect(page(5)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });

  it('goes on behind a cursor whose account is gone with the accounts that come after it', async () => {
    const { page, accounts, clock } = scene(5, 5, 5);
    const first = await page(7);
    const rest = await listInVendorOrder({
      accounts: accounts.filter(({ key }) => key !== 'k1'),
      first: 10,
      after: first.edges.at(-1)?.cursor(),
      filter: {},
      reading: readingAt(clock),
      cursors: testCursors,
    });
    expect(idsOf(rest)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
  });
});

describe('the number of devices of a list', () => {
  it('is told by the page where it is in it, and asked for where it is not', async () => {
    const { page, calls } = scene(15, 15);
    const first = await page(5);
    expect(await first.totalCount()).toBe(30);
    expect(calls()).toEqual([1, 1]);
  });

  it('is of what the filter wants', async () => {
    const { page } = scene(5, 4);
    for (const filter of [{ status: ['ONLINE' as const] }, { status: ['ONLINE' as const], search: '' }]) {
      expect(await (await page(1, { filter })).totalCount()).toBe(5);
    }
    expect(await (await page(1, { filter: { status: ['OFFLINE'] } })).totalCount()).toBe(4);
    expect(await (await page(1, { filter: { account: ['k1'] } })).totalCount()).toBe(4);
  });

  it('is null where an account does not tell it', async () => {
    const { page, vendors } = scene(15, 5);
    if (vendors[0] !== undefined) vendors[0].tellsTotal = false;
    expect(await (await page(1)).totalCount()).toBeNull();
  });
});

describe('a page in an order over all accounts', () => {
  const order = { field: 'STATUS', direction: 'ASC' } as const;

  it('costs one walk through each account, and goes on behind a device that is gone since', async () => {
    const { accounts, clock, vendors, calls } = scene(3, 3);
    const query = { accounts, first: 2, after: undefined, filter: {}, order };
    const first = await listInOrder({ ...query, reading: readingAt(clock), cursors: testCursors });
    expect(idsOf(first)).toEqual(['a0', 'a2']);
    expect(await first.totalCount()).toBe(6);
    expect(calls()).toEqual([1, 1]);
    vendors[0]?.rows.splice(2, 1);
    clock.advance(60_000);
    const after = first.edges.at(-1)?.cursor();
    const second = await listInOrder({
      ...query,
      after,
      first: 10,
      reading: readingAt(clock),
      cursors: testCursors,
    });
    expect(idsOf(second)).toEqual(['b0', 'b2', 'a1', 'b1']);
    expect([await second.hasNextPage(), second.hasPreviousPage]).toEqual([false, true]);
  });

  it('names accounts that cannot be read, and then has no number', async () => {
    const { accounts, clock, vendors } = scene(3, 3);
    fail(vendors[0]);
    const listing = await listInOrder({
      accounts,
      first: 10,
      after: undefined,
      filter: {},
      order,
      reading: readingAt(clock),
      cursors: testCursors,
    });
    expect(idsOf(listing)).toEqual(['b0', 'b2', 'b1']);
    expect(listing.problems).toMatchObject([{ account: 'k0', code: 'VENDOR_TIMEOUT' }]);
    expect(await listing.totalCount()).toBeNull();
  });
});
