import fc from 'fast-check';
import { KeyedReads } from '../../src/accounts/keyed-reads';
import { type Outcome, success } from '../../src/domain/outcome';
import { ManualClock } from '../support/manual-clock';
import { readingAt } from './fake-account';

type Value = readonly number[];

/** A call under way: the vendor looks at some moment, and its answer arrives at a later one. */
interface Call {
  readonly keys: readonly string[];
  /** Lets the vendor look, unless it did. */
  look(): void;
  /** Lets the answer arrive. */
  arrive(): void;
}

/** A vendor with a growing set of numbers under each key; nothing happens before the test says so. */
class SlowVendor {
  readonly calls: Call[] = [];
  readonly #sets = new Map<string, Value>();

  load(keys: readonly string[]): Promise<ReadonlyMap<string, Outcome<Value>>> {
    return new Promise((resolve) => {
      let seen: ReadonlyMap<string, Outcome<Value>> | undefined;
      const look = (): void => {
        seen ??= new Map(keys.map((key) => [key, success(this.valueOf(key))]));
      };
      const arrive = (): void => {
        look();
        if (seen !== undefined) resolve(seen);
      };
      this.calls.push({ keys, look, arrive });
    });
  }

  add(key: string, value: number): void {
    this.#sets.set(key, [...this.valueOf(key), value]);
  }

  valueOf(key: string): Value {
    return this.#sets.get(key) ?? [];
  }
}

const KEYS = ['a', 'b', 'c'];

const aStep = fc.oneof(
  fc.record({
    do: fc.constant('read' as const),
    keys: fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1 }),
    maxAgeMs: fc.constantFrom(undefined, 0, 600_000),
  }),
  fc.record({ do: fc.constant('look' as const), call: fc.nat(5) }),
  fc.record({ do: fc.constant('arrive' as const), call: fc.nat(5) }),
  fc.record({
    do: fc.constant('write' as const),
    key: fc.constantFrom(...KEYS),
    by: fc.constantFrom('patch', 'tell'),
  }),
  fc.record({ do: fc.constant('begin' as const), key: fc.constantFrom(...KEYS) }),
  fc.record({ do: fc.constant('list' as const), change: fc.nat(2) }),
  fc.record({ do: fc.constant('end' as const), change: fc.nat(2) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 29_999, 30_001) }),
);
type Step = typeof aStep extends fc.Arbitrary<infer T> ? T : never;

/** A change whose vendor lists before another one of the same key is made, and whose answer comes after the other's. */
const ANOTHER_ENDS_BEFORE: Step[] = [
  { do: 'begin', key: 'a' },
  { do: 'list', change: 0 },
  { do: 'begin', key: 'a' },
  { do: 'end', change: 1 },
  { do: 'end', change: 0 },
];

/** A change under way, whose vendor lists at some moment what stands under the key, and tells that at a later one. */
interface Change {
  readonly key: string;
  readonly added: number;
  readonly began: number;
  listed: Value | undefined;
}

class Scene {
  readonly vendor = new SlowVendor();
  readonly clock = new ManualClock();
  readonly reads: KeyedReads<Value>;
  /** What was written and told of, by key. */
  readonly #written = new Map<string, number[]>();
  readonly #reading: Promise<void>[] = [];
  readonly #changes: Change[] = [];
  #last = 0;

  constructor(most: number) {
    this.reads = new KeyedReads<Value>({
      clock: this.clock,
      maxAgeMs: 30_000,
      most,
      absent: [],
      load: (keys) => this.vendor.load(keys),
      spared: () => {},
    });
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'wait') this.clock.advance(step.ms);
    if (step.do === 'look') this.vendor.calls[step.call]?.look();
    if (step.do === 'arrive') this.vendor.calls.splice(step.call, 1)[0]?.arrive();
    if (step.do === 'write') this.#write(step.key, step.by);
    if (step.do === 'begin') this.#begin(step.key);
    if (step.do === 'list') this.#list(this.#changes[step.change]);
    if (step.do === 'end') this.#end(this.#changes.splice(step.change, 1)[0]);
    if (step.do === 'read') this.#reading.push(this.#read(step.keys, step.maxAgeMs));
    await settled();
  }

  /** Lets everything arrive, and reads all once more. */
  async finish(): Promise<void> {
    this.#reading.push(this.#read(KEYS, undefined));
    while (this.vendor.calls.length > 0) await this.take({ do: 'arrive', call: 0 });
    await Promise.all(this.#reading);
  }

  #write(key: string, by: string): void {
    this.#last += 1;
    const added = this.#last;
    this.vendor.add(key, added);
    if (by === 'tell') this.reads.tell(key, this.vendor.valueOf(key));
    else this.reads.patch(key, (value) => [...value.filter((other) => other !== added), added]);
    this.#written.set(key, [...(this.#written.get(key) ?? []), added]);
  }

  #begin(key: string): void {
    this.#last += 1;
    this.#changes.push({ key, added: this.#last, began: this.reads.cache.begin(), listed: undefined });
    this.vendor.add(key, this.#last);
  }

  #list(change: Change | undefined): void {
    if (change !== undefined) change.listed ??= this.vendor.valueOf(change.key);
  }

  #end(change: Change | undefined): void {
    this.#list(change);
    if (change?.listed === undefined) return;
    const { key, added, began, listed } = change;
    const patch = (value: Value): Value => [...value.filter((other) => other !== added), added];
    this.reads.follow(key, { began, value: listed, patch });
    this.#written.set(key, [...(this.#written.get(key) ?? []), added]);
  }

  async #read(keys: readonly string[], maxAgeMs: number | undefined): Promise<void> {
    const before = new Map(keys.map((key) => [key, [...(this.#written.get(key) ?? [])]]));
    const wishes = maxAgeMs === undefined ? {} : { maxAgeMs, mayBeFresher: true };
    const found = await this.reads.get(keys, readingAt(this.clock, wishes));
    for (const key of keys) {
      const outcome = found.get(key);
      if (outcome?.ok !== true) throw new Error('nothing was answered');
      expect([key, ...outcome.value.value]).toEqual(expect.arrayContaining(before.get(key) ?? []));
    }
  }
}

/** Lets everything run that waits for nothing. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('who changed something', () => {
  it.each([
    ['with room for all', 100],
    ['with room for one key', 1],
  ])('sees it in every later read, in whatever order calls and answers come (%s)', async (_, most) => {
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { maxLength: 30 }), async (steps) => {
        const scene = new Scene(most);
        for (const step of steps) await scene.take(step);
        await scene.finish();
      }),
      { numRuns: 500, examples: [[ANOTHER_ENDS_BEFORE]] },
    );
  });
});

describe('an answer that comes late', () => {
  it('does not replace the answer to a later call', async () => {
    const { vendor, reads, clock } = new Scene(100);
    const early = reads.get(['a'], readingAt(clock));
    vendor.calls[0]?.look();
    vendor.add('a', 1);
    reads.patch('a', (value) => value);
    const late = reads.get(['a'], readingAt(clock));
    vendor.calls[1]?.arrive();
    await late;
    vendor.calls[0]?.arrive();
    await early;
    const known = (await reads.get(['a'], readingAt(clock))).get('a');
    expect(known).toMatchObject({ ok: true, value: { value: [1] } });
    expect(vendor.calls).toHaveLength(2);
  });
});
