import { chunks, eachKey, groupBy, inChunks, mapOutcome, pick, unique } from '../../src/accounts/batch';
import { DrawbridgeError } from '../../src/domain/errors';
import { failure, success } from '../../src/domain/outcome';

describe('keys in parts', () => {
  it.each([
    [0, 0],
    [1, 1],
    [100, 1],
    [101, 2],
    [250, 3],
  ])('%i keys by a hundred are %i parts, none of them empty', (count, parts) => {
    const cut = chunks(
      Array.from({ length: count }, (_, index) => index),
      100,
    );
    expect(cut).toHaveLength(parts);
    expect(cut.flat()).toHaveLength(count);
    for (const part of cut) expect(part.length).toBeGreaterThan(0);
  });

  it('a part whose call fails fails its own keys only', async () => {
    const found = await inChunks(['a', 'b', 'c'], 2, async (chunk) => {
      if (chunk.includes('c')) throw new DrawbridgeError('VENDOR_TIMEOUT', 'too late');
      return new Map(chunk.map((key) => [key, success(key)]));
    });
    expect([...found].map(([key, { ok }]) => [key, ok])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ]);
  });

  it('a key that the vendor leaves out stays out', async () => {
    expect([...(await inChunks(['a', 'b'], 2, async () => new Map([['a', success(1)]])))]).toEqual([
      ['a', success(1)],
    ]);
  });

  it('each key by itself is asked at once with the others', async () => {
    const asked: string[] = [];
    const found = await eachKey(['a', 'b'], async (key) => {
      asked.push(key);
      await Promise.resolve();
      expect(asked).toEqual(['a', 'b']);
      return key === 'a' ? success(key) : failure<string>(new Error('x'));
    });
    expect(found.get('b')?.ok).toBe(false);
  });

  it('a key without an outcome is a failure, never silently absent', () => {
    expect(pick(new Map(), 'a')).toMatchObject({ ok: false, error: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(pick(new Map([['a', success(1)]]), 'a')).toEqual(success(1));
  });

  it('a failure is not translated', () => {
    const failed = failure<number>(new Error('x'));
    expect(mapOutcome(failed, () => 2)).toBe(failed);
    expect(mapOutcome(success(1), (value) => value + 1)).toEqual(success(2));
  });

  it('values are told apart and put together in their order', () => {
    expect(unique(['b', 'a', 'b'])).toEqual(['b', 'a']);
    expect([...groupBy(['ab', 'cd', 'ae'], (text) => text[0])]).toEqual([
      ['a', ['ab', 'ae']],
      ['c', ['cd']],
    ]);
  });
});
