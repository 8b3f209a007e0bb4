import { KeyedReads } from '../../src/accounts/keyed-reads';
import { isFresh } from '../../src/accounts/read-cache';
import { DrawbridgeError } from '../../src/domain/errors';
import { failure, type Outcome, success } from '../../src/domain/outcome';
import { ManualClock } from '../support/manual-clock';
import { deferred, readingAt } from './fake-account';

const MAX_AGE = 30_000;

function scene(most = 100) {
  const clock = new ManualClock();
  const loads: string[][] = [];
  const spared: string[] = [];
  const state = {
    answer: (keys: readonly string[]): ReadonlyMap<string, Outcome<string>> =>
      new Map(keys.map((key) => [key, success(`${key}@${clock.now()}`)])),
    gate: Promise.resolve(),
  };
  const reads = new KeyedReads<string>({
    clock,
    maxAgeMs: MAX_AGE,
    most,
    absent: 'none',
    load: async (keys) => {
      loads.push([...keys]);
      await state.gate;
      return state.answer(keys);
    },
    spared: (from, keys) => spared.push(`${from} ${keys}`),
  });
  const get = async (keys: readonly string[], wishes = {}): Promise<Record<string, string>> => {
    const found = await reads.get(keys, readingAt(clock, wishes));
    return Object.fromEntries(
      [...found].map(([key, outcome]) => [key, outcome.ok ? outcome.value.value : outcome.error.code]),
    );
  };
  return { clock, loads, spared, state, reads, get };
}

describe('how fresh is fresh enough', () => {
  it.each([
    ['the default, to the millisecond', {}, 30_000, true],
    ['the default, and no older', {}, 30_001, false],
    ['a longer wish', { maxAgeMs: 60_000 }, 60_000, true],
    ['a longer wish, and no older', { maxAgeMs: 60_000 }, 60_001, false],
    ['a shorter wish of who may', { maxAgeMs: 5_000, mayBeFresher: true }, 5_001, false],
    ['a shorter wish of who may, met', { maxAgeMs: 5_000, mayBeFresher: true }, 5_000, true],
    ['a shorter wish of who may not', { maxAgeMs: 0, mayBeFresher: false }, 30_000, true],
    ['a longer wish of who may not', { maxAgeMs: 60_000, mayBeFresher: false }, 60_000, true],
    ['what was learned since the operation began', { maxAgeMs: 0, mayBeFresher: true }, -1, true],
    ['what was learned before it began, by who wants it new', { maxAgeMs: 0, mayBeFresher: true }, 1, false],
  ])('%s', (_, wishes, ageMs, fresh) => {
    expect(isFresh(100_000 - ageMs, { startedAt: 100_000, ...wishes }, { maxAgeMs: MAX_AGE })).toBe(fresh);
  });
});

describe('reads by key', () => {
  it('ask once for what is known, and again when it is too old at the begin of an operation', async () => {
    const { clock, loads, get, reads } = scene();
    const first = await get(['a', 'b']);
    clock.advance(30_000);
    const begun = readingAt(clock);
    clock.advance(60_000);
    expect((await reads.get(['a'], begun)).get('a')).toMatchObject({ value: { value: first['a'] } });
    expect(loads).toEqual([['a', 'b']]);
    await get(['a']);
    expect(loads).toEqual([['a', 'b'], ['a']]);
  });

  it('ask only for the keys that are not known', async () => {
    const { loads, spared, get } = scene();
    await get(['a', 'b']);
    await get(['a', 'c', 'b']);
    expect(loads).toEqual([['a', 'b'], ['c']]);
    expect(spared).toEqual(['CACHE 2']);
  });

  it('remember that there is nothing under a key', async () => {
    const { loads, state, get } = scene();
    state.answer = () => new Map();
    expect(await get(['a'])).toEqual({ a: 'none' });
    expect(await get(['a'])).toEqual({ a: 'none' });
    expect(loads).toHaveLength(1);
  });

  it('keep no failure, neither of one key nor of the whole', async () => {
    const { loads, state, get } = scene();
    const { answer } = state;
    state.answer = (keys) =>
      new Map([...answer(keys), ['b', failure(new DrawbridgeError('VENDOR_TIMEOUT', 'too late'))]]);
    expect(await get(['a', 'b'])).toMatchObject({ b: 'VENDOR_TIMEOUT' });
    state.answer = () => {
      throw new DrawbridgeError('VENDOR_UNAVAILABLE', 'away');
    };
    expect(await get(['a', 'b', 'c'])).toMatchObject({ b: 'VENDOR_UNAVAILABLE', c: 'VENDOR_UNAVAILABLE' });
    state.answer = answer;
    expect(Object.keys(await get(['a', 'b', 'c']))).toEqual(['a', 'b', 'c']);
    expect(loads).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      ['b', 'c'],
    ]);
  });

  it('of callers who come while one is under way wait for that one, key by key', async () => {
    const { loads, spared, state, get } = scene();
    const gate = deferred();
    state.gate = gate.promise;
    const first = get(['a', 'b']);
    const second = get(['b', 'c']);
    const third = get(['c', 'a']);
    gate.resolve();
    const answers = await Promise.all([first, second, third]);
    expect(loads).toEqual([['a', 'b'], ['c']]);
    expect(answers.map((answer) => Object.keys(answer).sort())).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'c'],
    ]);
    expect(spared).toEqual(['SHARED 1', 'SHARED 1', 'SHARED 1']);
  });

  it('of callers who joined one that fails fail with it, and the next asks anew', async () => {
    const { loads, state, get } = scene();
    const gate = deferred();
    state.gate = gate.promise;
    const { answer } = state;
    state.answer = () => {
      throw new DrawbridgeError('VENDOR_TIMEOUT', 'too late');
    };
    const both = [get(['a']), get(['a'])];
    gate.resolve();
    expect(await Promise.all(both)).toEqual([{ a: 'VENDOR_TIMEOUT' }, { a: 'VENDOR_TIMEOUT' }]);
    state.answer = answer;
    expect(await get(['a'])).not.toEqual({ a: 'VENDOR_TIMEOUT' });
    expect(loads).toHaveLength(2);
  });

  it('that want it new ask although it is known, and what they learn serves the others', async () => {
    const { clock, loads, get } = scene();
    await get(['a']);
    clock.advance(1);
    const renewed = await get(['a'], { maxAgeMs: 0, mayBeFresher: true });
    expect(await get(['a'])).toEqual(renewed);
    expect(loads).toHaveLength(2);
  });

  it('take what came along with something else, at its own age', async () => {
    const { clock, loads, reads, get } = scene();
    reads.cache.keep('a', { value: 'old', at: clock.now(), learnedAt: clock.monotonic() });
    clock.advance(30_000);
    expect(await get(['a'])).toEqual({ a: 'old' });
    clock.advance(1);
    await get(['a']);
    expect(loads).toEqual([['a']]);
  });

  it('do not make younger what the load itself kept at its age', async () => {
    const { clock, loads, reads, state, get } = scene();
    const { answer } = state;
    const learnedAt = clock.monotonic();
    clock.advance(20_000);
    state.answer = () => {
      reads.cache.keep('a', { value: 'old', at: 0, learnedAt });
      return new Map();
    };
    expect(await get(['a'])).toEqual({ a: 'old' });
    state.answer = answer;
    clock.advance(10_001);
    await get(['a']);
    expect(loads).toHaveLength(2);
  });

  it('forget what was not used for the longest time, and no more', async () => {
    const { loads, get } = scene(2);
    await get(['a', 'b']);
    await get(['a']);
    await get(['c']);
    await get(['a', 'c']);
    expect(loads).toEqual([['a', 'b'], ['c']]);
    await get(['b']);
    expect(loads).toHaveLength(3);
  });
});
