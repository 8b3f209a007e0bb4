import { TokenBucket } from '../../src/domain/token-bucket';

test('a bucket is full at first, is empty once all is taken, and fills evenly within a minute', () => {
  const bucket = new TokenBucket(60, 0);
  expect(bucket.level(0)).toEqual({ remaining: 60, fullInSeconds: 0 });
  expect(bucket.take(60, 0)).toBe(0);
  expect(bucket.level(0)).toEqual({ remaining: 0, fullInSeconds: 60 });
  expect(bucket.take(1, 0)).toBe(1);
  expect(bucket.take(10, 1000)).toBe(9);
  expect(bucket.take(1, 1000)).toBe(0);
  expect(bucket.take(10, 11_000)).toBe(0);
  expect(bucket.level(3_600_000)).toEqual({ remaining: 60, fullInSeconds: 0 });
});

test('more than it holds is given once it is full, so that nothing is refused for ever', () => {
  const bucket = new TokenBucket(100, 0);
  expect(bucket.take(50, 0)).toBe(0);
  expect(bucket.take(1000, 0)).toBe(30);
  expect(bucket.take(1000, 30_000)).toBe(0);
  expect(bucket.level(30_000).remaining).toBe(0);
});
