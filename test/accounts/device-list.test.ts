import fc from 'fast-check';
import type { Account } from '../../src/accounts/account';
import { LIST_START } from '../../src/accounts/device-pager';
import { DrawbridgeError } from '../../src/domain/errors';
import { ManualClock } from '../support/manual-clock';
import { deferred, FakeVendor, fakeAccount, readingAt, recordOf, recordsOf } from './fake-account';

const idsIn = (devices: readonly { readonly vendorDeviceId: string }[]): string[] =>
  devices.map(({ vendorDeviceId }) => vendorDeviceId);
const names = (count: number): string[] => idsIn(recordsOf(count).map(({ facts }) => facts));

function scene(count: number, options: { readonly tellsTotal?: boolean } = {}) {
  const clock = new ManualClock();
  const vendor = new FakeVendor(recordsOf(count));
  vendor.tellsTotal = options.tellsTotal ?? true;
  const account: Account = fakeAccount({ vendor, clock });
  return { clock, vendor, account };
}

describe('a walk through the device list', () => {
  it.each([
    [0, 1],
    [1, 1],
    [10, 1],
    [11, 2],
    [95, 10],
    [100, 10],
  ])('of %i devices by tens costs %i calls', async (count, calls) => {
    const { account, vendor, clock } = scene(count);
    expect(idsIn(await account.walk(readingAt(clock)))).toEqual(names(count));
    expect(vendor.calls).toHaveLength(calls);
  });

  it('asks for all pages behind the first at once, where the total is known', async () => {
    const { account, vendor, clock } = scene(95);
    await account.walk(readingAt(clock));
    expect(vendor.mostInFlight).toBe(9);
  });

  it.each([
    [5, 1],
    [25, 3],
    [30, 4],
    [95, 11],
  ])('of %i devices, where no total is told, goes page by page and costs %i calls', async (count, calls) => {
    const { account, vendor, clock } = scene(count, { tellsTotal: false });
    expect(idsIn(await account.walk(readingAt(clock)))).toEqual(names(count));
    expect(vendor.mostInFlight).toBe(1);
    expect(vendor.calls).toHaveLength(calls);
    expect(new Set(vendor.calls).size).toBe(calls);
  });

  it.each([
    ['go', (vendor: FakeVendor) => vendor.rows.splice(3, 4)],
    ['come', (vendor: FakeVendor) => vendor.rows.splice(3, 0, recordOf('new'))],
  ])('during which devices %s tells every device that stays exactly once', async (_, change) => {
    const { account, vendor, clock } = scene(55);
    let isChanged = false;
    vendor.before = (call) => {
      if (call !== 'list 20' || isChanged) return;
      isChanged = true;
      change(vendor);
    };
    const told = idsIn(await account.walk(readingAt(clock)));
    const stayed = idsIn(vendor.rows.flatMap((row) => row?.facts ?? [])).filter((id) => id !== 'new');
    expect(new Set(told).size).toBe(told.length);
    expect(told.filter((id) => stayed.includes(id))).toEqual(stayed);
  });

  it('that others join while it is under way costs once', async () => {
    const { account, vendor, clock } = scene(25);
    const gate = deferred();
    vendor.gate = gate.promise;
    const [first, second] = [readingAt(clock), readingAt(clock)];
    const walks = [account.walk(first), account.walk(second)];
    gate.resolve();
    const [one, other] = await Promise.all(walks);
    expect(one).toEqual(other);
    expect(vendor.calls).toHaveLength(3);
    expect(second.noted.map(({ from }) => from)).toContain('SHARED');
  });

  it('that fails fails everybody who waits for it, and nobody after', async () => {
    const { account, vendor, clock } = scene(25);
    vendor.before = () => {
      throw new DrawbridgeError('VENDOR_TIMEOUT', 'too late');
    };
    const walks = await Promise.allSettled([account.walk(readingAt(clock)), account.walk(readingAt(clock))]);
    for (const walk of walks) {
      expect(walk).toMatchObject({
        status: 'rejected',
        reason: { code: 'VENDOR_TIMEOUT', source: { account: 'acme', vendor: 'EVERYWARE' } },
      });
    }
    vendor.before = () => {};
    expect(await account.walk(readingAt(clock))).toHaveLength(25);
  });

  it('is spared while it is fresh, and done again when it is not', async () => {
    const { account, vendor, clock } = scene(25);
    await account.walk(readingAt(clock));
    clock.advance(30_000);
    const spared = readingAt(clock);
    await account.walk(spared);
    expect(vendor.calls).toHaveLength(3);
    expect(spared.noted).toMatchObject([{ from: 'CACHE', keys: 25, status: null }]);
    clock.advance(1);
    await account.walk(readingAt(clock));
    expect(vendor.calls).toHaveLength(6);
  });

  it('takes a first page that is known', async () => {
    const { account, vendor, clock } = scene(25);
    await account.slice({ from: LIST_START, count: 5, accept: () => true }, undefined, readingAt(clock));
    await account.walk(readingAt(clock));
    expect([...vendor.calls].sort()).toEqual(['list 0', 'list 10', 'list 20']);
  });

  it('leaves out rows that cannot be read, and asks no more for them', async () => {
    const { account, vendor, clock } = scene(25);
    vendor.rows[9] = undefined;
    vendor.rows[20] = undefined;
    const told = idsIn(await account.walk(readingAt(clock)));
    expect(told).toEqual(names(25).filter((id) => id !== 'd9' && id !== 'd20'));
    expect(vendor.calls).toHaveLength(3);
  });

  it('tells a device once that the vendor tells twice', async () => {
    const { account, vendor, clock } = scene(5);
    vendor.rows.push(recordOf('d1'));
    expect(idsIn(await account.walk(readingAt(clock)))).toEqual(names(5));
    const slice = await account.slice(
      { from: LIST_START, count: 10, accept: () => true },
      undefined,
      readingAt(clock),
    );
    expect(slice.devices).toHaveLength(5);
    expect(await account.total(undefined, readingAt(clock))).toBe(5);
  });
});

describe('a list of which no row can be read', () => {
  it.each([1, 10, 40])('is a failure of the vendor and no empty list: %i rows', async (count) => {
    const { account, vendor, clock } = scene(0);
    vendor.rows = Array.from({ length: count }, () => undefined);
    await expect(account.walk(readingAt(clock))).rejects.toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
      source: { account: 'acme' },
    });
  });

  it('is the whole answer only: one row alone on the last page costs itself', async () => {
    const { account, vendor, clock } = scene(20);
    vendor.rows.push(undefined);
    expect(await account.walk(readingAt(clock))).toHaveLength(20);
  });
});

describe('a part of the device list', () => {
  it('that two ask for at once costs once', async () => {
    const { account, vendor, clock } = scene(25);
    const part = () =>
      account.slice({ from: LIST_START, count: 10, accept: () => true }, undefined, readingAt(clock));
    const [one, other] = await Promise.all([part(), part()]);
    expect(one.devices).toEqual(other.devices);
    expect(vendor.calls).toEqual(['list 0']);
  });

  it('makes its devices known by their ids', async () => {
    const { account, vendor, clock } = scene(25);
    await account.slice({ from: LIST_START, count: 1, accept: () => true }, undefined, readingAt(clock));
    expect(account.peekDevice('d9', readingAt(clock))?.id).toBe('acme:device:d9');
    expect(account.peekDevice('d10', readingAt(clock))).toBeUndefined();
    await account.devicesById(['d3', 'd9'], readingAt(clock));
    expect(vendor.calls).toEqual(['list 0']);
  });

  it('by a status that the vendor can filter by is kept apart from the whole list', async () => {
    const { account, vendor, clock } = scene(0);
    vendor.rows = [recordOf('a', { status: 'OFFLINE' }), recordOf('b')];
    const online = await account.slice(
      { from: LIST_START, count: 5, accept: () => true },
      'ONLINE',
      readingAt(clock),
    );
    expect(online.devices.map(({ key }) => key)).toEqual(['b']);
    expect(await account.total(undefined, readingAt(clock))).toBe(2);
    expect(await account.total('ONLINE', readingAt(clock))).toBe(1);
    expect(vendor.calls).toEqual(['list 0 ONLINE', 'list 0']);
  });
});

describe('the number of devices', () => {
  it('is what the vendor told with any page, at no call of its own', async () => {
    const { account, vendor, clock } = scene(25);
    expect(account.lastTotal()).toBeUndefined();
    await account.slice({ from: LIST_START, count: 1, accept: () => true }, undefined, readingAt(clock));
    expect(await account.total(undefined, readingAt(clock))).toBe(25);
    expect(account.lastTotal()).toBe(25);
    expect(vendor.calls).toHaveLength(1);
  });

  it('is null where the vendor does not tell, unless one page holds them all', async () => {
    const many = scene(25, { tellsTotal: false });
    expect(await many.account.total(undefined, readingAt(many.clock))).toBeNull();
    const few = scene(5, { tellsTotal: false });
    expect(await few.account.total(undefined, readingAt(few.clock))).toBe(5);
  });
});

describe('paging by parts of different age', () => {
  const scenes = fc.record({
    size: fc.integer({ min: 0, max: 60 }),
    pages: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 3 }),
    /** Before each page: where how many devices go, after how long, and whether the page is to be new. */
    steps: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        gone: fc.integer({ min: 0, max: 4 }),
        waitMs: fc.constantFrom(1, 1_000, 20_000),
        fresh: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  });

  it.each([{ seed: 20261120, numRuns: 120 }, { numRuns: 60 }])(
    'tells every device that stays exactly once, and comes to its end (%j)',
    async (run) => {
      await fc.assert(
        fc.asyncProperty(scenes, async ({ size, pages, steps }) => {
          const { account, vendor, clock } = scene(size);
          const told: string[] = [];
          let from = LIST_START;
          for (let nth = 0; nth < 200; nth += 1) {
            const step = steps[nth % steps.length];
            if (nth > 0 && nth < 20 && step !== undefined) {
              const index = Math.floor(step.at * vendor.rows.length);
              for (let left = step.gone; left > 0; left -= 1) removeSparing(vendor, index, from.anchors);
              clock.advance(step.waitMs);
            }
            const wishes = step?.fresh === true ? { maxAgeMs: 0, mayBeFresher: true } : {};
            const count = pages[nth % pages.length] ?? 1;
            const request = { from, count, accept: () => true };
            const slice = await account.slice(request, undefined, readingAt(clock, wishes));
            told.push(...slice.devices.map(({ key }) => key));
            if (slice.devices.length > 0) from = slice.positionAfter(slice.devices.length - 1);
            if (!slice.hasMore) break;
          }
          const stayed = idsIn(vendor.rows.flatMap((row) => row?.facts ?? []));
          expect(new Set(told).size).toBe(told.length);
          expect(told.filter((id) => stayed.includes(id))).toEqual(stayed);
        }),
        run,
      );
    },
  );
});

/** Takes a device out, unless it is the last one left of those that the position names. */
function removeSparing(vendor: FakeVendor, index: number, anchors: readonly string[]): void {
  const id = vendor.rows[index]?.facts.vendorDeviceId;
  const left = anchors.filter((anchor) => vendor.find(anchor) !== undefined);
  if (id !== undefined && !(left.length === 1 && left[0] === id)) vendor.rows.splice(index, 1);
}
