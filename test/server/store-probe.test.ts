import { createStoreProbe } from '../../src/server/store-probe';
import { deferred } from '../accounts/fake-account';
import { ManualClock } from '../support/manual-clock';

test('a store that answers, or fails, within a second is told as it is', async () => {
  const clock = new ManualClock();
  await expect(createStoreProbe(async () => {}, clock)()).resolves.toBeUndefined();
  const failing = createStoreProbe(() => Promise.reject(new Error('read-only')), clock);
  await expect(failing()).rejects.toThrow('read-only');
  await expect(failing()).rejects.toThrow('read-only');
  expect(clock.waiting).toBe(0);
});

test('one that takes longer is told to be unwell after a second, and is asked once by however many', async () => {
  const clock = new ManualClock();
  const { promise, resolve } = deferred();
  const ping = jest.fn(() => promise);
  const probe = createStoreProbe(ping, clock);
  const asked = [probe(), probe(), probe()].map((each) => each.catch((thrown: Error) => thrown.message));
  clock.advance(999);
  expect(clock.waiting).toBe(3);
  clock.advance(1);
  expect(await Promise.all(asked)).toEqual(Array(3).fill('The store does not answer in time.'));
  const late = probe();
  expect(ping).toHaveBeenCalledTimes(1);
  resolve();
  await expect(late).resolves.toBeUndefined();
  await probe();
  expect(ping).toHaveBeenCalledTimes(2);
});
