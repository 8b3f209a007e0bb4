import type { StoreUnderTest } from '../conformance/store';

const NOVEMBER = { account: 'rms', windowStartMs: Date.UTC(2026, 10) };
const DECEMBER = { ...NOVEMBER, windowStartMs: Date.UTC(2026, 11) };
const OTHER = { ...NOVEMBER, account: 'plant-north' };

/** What a store guarantees of counted calls. */
export function itCountsCalls(under: () => StoreUnderTest): void {
  test('a window that nobody counted in has none', async () => {
    const { quotas } = await under().empty();
    expect(await quotas.used(NOVEMBER)).toBe(0);
    expect(await quotas.claimWarning(NOVEMBER, 50)).toBe(false);
  });

  test('each account and each window has a count of its own, which is there when it is opened again', async () => {
    const { quotas } = await under().empty();
    expect(await quotas.add(NOVEMBER, 7)).toBe(7);
    expect(await quotas.add(OTHER, 100)).toBe(100);
    expect(await quotas.add(NOVEMBER, 5)).toBe(12);
    const again = (await under().again()).quotas;
    expect(await again.used(NOVEMBER)).toBe(12);
    expect(await again.used(OTHER)).toBe(100);
    expect(await again.used(DECEMBER)).toBe(0);
  });

  test('what is taken ends at the most that is told, and what was made is counted also beyond it', async () => {
    const { quotas } = await under().empty();
    expect(await quotas.take(NOVEMBER, 10, 25)).toEqual({ granted: 10, used: 10 });
    expect(await quotas.take(NOVEMBER, 20, 25)).toEqual({ granted: 15, used: 25 });
    expect(await quotas.take(NOVEMBER, 1, 25)).toEqual({ granted: 0, used: 25 });
    expect(await quotas.add(NOVEMBER, 3)).toBe(28);
    expect(await quotas.take(NOVEMBER, 1, 25)).toEqual({ granted: 0, used: 28 });
  });

  test('what is given back can be taken again, and the count never falls below nothing', async () => {
    const { quotas } = await under().empty();
    await quotas.take(NOVEMBER, 10, 10);
    expect(await quotas.add(NOVEMBER, -4)).toBe(6);
    expect(await quotas.take(NOVEMBER, 10, 10)).toEqual({ granted: 4, used: 10 });
    expect(await quotas.add(NOVEMBER, -11)).toBe(0);
    expect(await quotas.add(OTHER, -1)).toBe(0);
  });

  test('of several that take at once, together none too many are granted', async () => {
    await under().empty();
    const stores = await Promise.all([1, 2, 3, 4].map(() => under().again()));
    const grants = await Promise.all(
      stores.flatMap(({ quotas }) => [3, 5, 7, 9, 11].map((calls) => quotas.take(NOVEMBER, calls, 100))),
    );
    expect(grants.reduce((sum, { granted }) => sum + granted, 0)).toBe(100);
    for (const { quotas } of stores) expect(await quotas.used(NOVEMBER)).toBe(100);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('of several that would warn of the same, one does; of what is lower, none any more', async () => {
    await under().empty();
    const stores = await Promise.all([1, 2, 3].map(() => under().again()));
    await stores[0]?.quotas.add(NOVEMBER, 1);
    const claim = async (percent: number): Promise<number> =>
      (await Promise.all(stores.map(({ quotas }) => quotas.claimWarning(NOVEMBER, percent)))).filter(Boolean)
        .length;
    expect(await claim(80)).toBe(1);
    expect(await claim(80)).toBe(0);
    expect(await claim(50)).toBe(0);
    expect(await claim(95)).toBe(1);
    await Promise.all(stores.map((store) => store.close()));
  });
}
