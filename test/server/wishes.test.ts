import { readWishes } from '../../src/server/wishes';

const OLDEST_SECONDS = 3600;

const ageOf = (header: string): number | undefined =>
  readWishes({ 'cache-control': header }, OLDEST_SECONDS).maxAgeMs;

test.each([
  ['max-age=5', 5_000],
  ['max-age=0', 0],
  ['MAX-AGE=5', 5_000],
  ['max-age="5"', 5_000],
  ['private, max-age=5', 5_000],
  ['max-age=5, max-age=9', 5_000],
  ['no-cache', 0],
  ['no-store', 0],
  ['max-age=5, no-cache', 0],
])('cache-control: %s is a wish for nothing older than %i ms', (header, ms) => {
  expect(ageOf(header)).toBe(ms);
});

test.each(['', 'max-age', 'max-age=', 'max-age=-1', 'max-age=5s', 'max-age=1.5', 's-maxage=5', 'public'])(
  'cache-control: %p is no wish',
  (header) => {
    expect(readWishes({ 'cache-control': header }, OLDEST_SECONDS)).toEqual({ explain: false });
  },
);

test('nobody can ask for what is older than the service would ever serve', () => {
  expect(ageOf('max-age=999999')).toBe(3_600_000);
});

test('only x-explain: 1 asks what an operation cost', () => {
  const explained = ['1', '0', 'true', '', '11'].filter(
    (value) => readWishes({ 'x-explain': value }, OLDEST_SECONDS).explain,
  );
  expect(explained).toEqual(['1']);
  expect(readWishes({}, OLDEST_SECONDS).explain).toBe(false);
});
