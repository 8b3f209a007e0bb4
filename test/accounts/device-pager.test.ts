import fc from 'fast-check';
import { LIST_START, LONGEST_LIST, readSlice } from '../../src/accounts/device-pager';
import { knownDevice, ListInMemory, type Row, readPages } from './rows';

/** One run with a fixed seed, so that what was once found stays found, and one with a seed that a failure prints. */
const RUNS = [{ seed: 20261120, numRuns: 1000 }, { numRuns: 400 }];

/** So many rows a position names. */
const ANCHORS = 5;

interface Edit {
  readonly kind: 'insert' | 'remove';
  /** Where, as a part of the list. */
  readonly at: number;
  readonly rows: number;
}

interface Scene {
  readonly size: number;
  readonly batch: number;
  readonly pages: readonly number[];
  readonly holes: readonly number[];
  readonly edits: readonly (readonly Edit[])[];
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('insert', 'remove'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  rows: fc.integer({ min: 1, max: 3 }),
});

const scene: fc.Arbitrary<Scene> = fc.record({
  size: fc.integer({ min: 0, max: 60 }),
  batch: fc.integer({ min: 8, max: 14 }),
  pages: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }),
  holes: fc.array(fc.integer({ min: 0, max: 59 }), { maxLength: 6 }),
  edits: fc.array(fc.array(edit, { maxLength: 3 }), { minLength: 1, maxLength: 5 }),
});

function listOf(size: number, holes: readonly number[] = []): Row[] {
  return Array.from({ length: size }, (_, index) => (holes.includes(index) ? null : `d${index}`));
}

/** Changes a list between two pages, and tells what was taken out. At least one of `spared` stays. */
class Editor {
  readonly gone = new Set<string>();
  #made = 0;

  constructor(private readonly list: ListInMemory) {}

  apply(edits: readonly Edit[], anchors: readonly string[]): void {
    for (const { kind, at, rows } of edits) {
      const index = Math.floor(at * (this.list.rows.length + 1));
      if (kind === 'insert') this.insert(index, rows);
      else for (let left = rows; left > 0; left -= 1) this.#removeSparing(index, anchors);
    }
  }

  insert(index: number, count: number): void {
    this.list.rows.splice(index, 0, ...Array.from({ length: count }, () => `new${this.#made++}`));
  }

  remove(index: number, count: number): void {
    for (const row of this.list.rows.splice(index, count)) if (row !== null) this.gone.add(row);
  }

  #removeSparing(index: number, anchors: readonly string[]): void {
    const row = this.list.rows[index];
    const left = anchors.filter((anchor) => this.list.rows.includes(anchor));
    if (row === undefined || (left.length === 1 && row === left[0])) return;
    this.remove(index, 1);
  }
}

const readable = (rows: readonly Row[]): string[] => rows.flatMap((row) => row ?? []);

async function pageThrough(
  { size, batch, pages, holes, edits }: Scene,
  isSeen: (list: SeenQuery) => boolean,
) {
  const rows = listOf(size, holes);
  const list = new ListInMemory(rows, batch);
  const editor = new Editor(list);
  let unseen = false;
  const told = await readPages(list, pages, (anchors, nth) => {
    const before = list.rows.length;
    const wished = edits[(nth - 1) % edits.length] ?? [];
    // After a while the list stands still, so that it comes to an end.
    if (nth <= 30) editor.apply(wished, anchors);
    unseen ||= !isSeen({ before, after: list.rows.length, page: pages[nth % pages.length] ?? 1, batch });
  });
  const there = readable(rows).filter((key) => !editor.gone.has(key));
  return { told: told.flatMap(({ keys }) => keys), there, unseen };
}

interface SeenQuery {
  readonly before: number;
  readonly after: number;
  readonly page: number;
  readonly batch: number;
}

/** A page with room for one more row sees any change; one without only sees a total that changed. */
const isSeen = ({ before, after, page, batch }: SeenQuery): boolean => page % batch !== 0 || before !== after;

describe.each(RUNS)('paging through a list that changes (seed $seed)', (run) => {
  it('tells every device that was there the whole time exactly once, and none twice', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (drawn) => {
        const { told, there, unseen } = await pageThrough(drawn, isSeen);
        fc.pre(!unseen);
        const kept = new Set(there);
        expect(told.filter((key) => kept.has(key))).toEqual(there);
        expect(new Set(told).size).toBe(told.length);
      }),
      run,
    );
  });

  it('takes exactly the windows that its rows need while nothing changes', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ size, batch, pages }) => {
        const list = new ListInMemory(listOf(size), batch);
        const told = await readPages(list, pages);
        expect(told.flatMap(({ keys }) => keys)).toEqual(listOf(size));
        for (const { keys, windows } of told)
          expect(windows).toBe(Math.max(1, Math.ceil(keys.length / batch)));
        expect(told.map(({ hasMore }) => hasMore).indexOf(false)).toBe(told.length - 1);
      }),
      run,
    );
  });

  it('reads on over rows that could not be read, which hold their place', async () => {
    await fc.assert(
      fc.asyncProperty(scene, fc.boolean(), async ({ size, batch, pages, holes }, tellsTotal) => {
        const rows = listOf(size, holes);
        const list = new ListInMemory(rows, batch, { tellsTotal });
        const told = await readPages(list, pages);
        expect(told.flatMap(({ keys }) => keys)).toEqual(readable(rows));
      }),
      run,
    );
  });

  it('finds its way where the vendor gives fewer rows than were asked for', async () => {
    await fc.assert(
      fc.asyncProperty(scene, fc.integer({ min: 5, max: 7 }), async (drawn, givesAtMost) => {
        const { size, batch, pages, edits } = drawn;
        const rows = listOf(size);
        const list = new ListInMemory(rows, batch, { givesAtMost });
        const editor = new Editor(list);
        let unseen = false;
        const told = await readPages(list, pages, (anchors, nth) => {
          const before = list.rows.length;
          if (nth <= 10) editor.apply(edits[(nth - 1) % edits.length] ?? [], anchors);
          const page = pages[nth % pages.length] ?? 1;
          unseen ||= !isSeen({ before, after: list.rows.length, page, batch });
        });
        fc.pre(!unseen);
        const keys = told.flatMap((page) => page.keys);
        const there = readable(rows).filter((key) => !editor.gone.has(key));
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.filter((key) => there.includes(key))).toEqual(there);
      }),
      run,
    );
  });

  it('leaves no device out where devices only go, even where every device that the position names goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          size: fc.integer({ min: 10, max: 80 }),
          batch: fc.integer({ min: 2, max: 12 }),
          page: fc.integer({ min: 1, max: 30 }),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          rows: fc.integer({ min: 1, max: 30 }),
        }),
        async ({ size, batch, page, at, rows }) => {
          const list = new ListInMemory(listOf(size), batch);
          const editor = new Editor(list);
          const told = await readPages(list, [page], (_, nth) => {
            if (nth === 1) editor.remove(Math.floor(at * size), rows);
          });
          const there = listOf(size).filter((key) => key !== null && !editor.gone.has(key));
          expect(new Set(told.flatMap(({ keys }) => keys))).toEqual(
            new Set([...there, ...(told[0]?.keys ?? [])]),
          );
        },
      ),
      run,
    );
  });
});

describe('paging through a list, case by case', () => {
  const page = async (list: ListInMemory, size: number, change: (editor: Editor) => void) => {
    const editor = new Editor(list);
    const told = await readPages(list, [size], (_, nth) => {
      if (nth === 1) change(editor);
    });
    return told.flatMap(({ keys }) => keys);
  };

  it('goes on behind the nearest device left where the last ones told are gone, several in a row', async () => {
    const list = new ListInMemory(listOf(30), 10);
    const told = await page(list, 9, (editor) => editor.remove(5, 4));
    expect(told).toEqual(listOf(30));
    expect(list.reads.slice(0, 3)).toEqual([0, 8, 0]);
  });

  it('goes on without a gap where a block of devices that holds every one named is gone', async () => {
    const told = await page(new ListInMemory(listOf(40), 10), 15, (editor) => editor.remove(2, 13));
    expect(told).toEqual(listOf(40));
  });

  it('finds devices that were pushed further than one window', async () => {
    const told = await page(new ListInMemory(listOf(40), 5), 7, (editor) => editor.insert(0, 23));
    expect(told).toEqual(listOf(40));
  });

  it('asks no more than one window for a look back where devices come behind the position', async () => {
    const list = new ListInMemory(listOf(40), 10);
    const told = await readPages(list, [10], (_, nth) => {
      if (nth === 2) list.rows.push('late');
    });
    expect(told.map(({ windows }) => windows)).toEqual([1, 1, 2, 1, 1]);
  });

  it('takes the last page together with the row before it, even of a full page, for there is room', async () => {
    const list = new ListInMemory(listOf(25), 10);
    const editor = new Editor(list);
    const told = await readPages(list, [10], (_, nth) => {
      if (nth !== 2) return;
      editor.remove(0, 1);
      editor.insert(24, 1);
    });
    expect(told.flatMap(({ keys }) => keys)).toEqual([...listOf(25), 'new0']);
  });

  it('does not see devices that come and go in equal numbers between full windows: only the total could tell', async () => {
    const list = new ListInMemory(listOf(40), 10);
    const told = await page(list, 10, (editor) => {
      editor.remove(3, 1);
      editor.insert(39, 1);
    });
    expect(told).not.toContain('d10');
    const seen = await page(new ListInMemory(listOf(40), 10), 9, (editor) => {
      editor.remove(3, 1);
      editor.insert(39, 1);
    });
    expect(seen).toEqual([...listOf(40), 'new0']);
  });

  it('does not see changes between full windows of a vendor that tells no total', async () => {
    const list = new ListInMemory(listOf(40), 10, { tellsTotal: false });
    expect(await page(list, 10, (editor) => editor.remove(3, 1))).not.toContain('d10');
    const others = new ListInMemory(listOf(40), 10, { tellsTotal: false });
    expect(await page(others, 11, (editor) => editor.remove(3, 1))).toEqual(listOf(40));
  });

  it('may tell devices again where every device that the position names and others behind it go at once', async () => {
    const told = await page(new ListInMemory(listOf(60), 10), 15, (editor) => {
      editor.remove(30, 3);
      editor.remove(15 - ANCHORS, ANCHORS);
    });
    expect(new Set(told).size).toBeLessThan(told.length);
  });

  it('tells nothing behind the last device, also where the last rows could not be read', async () => {
    const list = new ListInMemory(listOf(12, [10, 11]), 12);
    expect(await readPages(list, [10])).toMatchObject([{ windows: 1, hasMore: false }]);
  });

  it('passes devices that are not wanted without telling them', async () => {
    const list = new ListInMemory(listOf(30), 10);
    const accept = ({ key }: { readonly key: string }): boolean => key.endsWith('5');
    const first = await readSlice(list, { from: LIST_START, count: 2, accept });
    expect(first.devices.map(({ key }) => key)).toEqual(['d5', 'd15']);
    expect(first.positionAfter(1)).toEqual({
      offset: 16,
      anchors: ['d11', 'd12', 'd13', 'd14', 'd15'],
      total: 30,
    });
    const rest = await readSlice(list, { from: first.positionAfter(1), count: 2, accept });
    expect(rest.devices.map(({ key }) => key)).toEqual(['d25']);
    expect(rest.hasMore).toBe(false);
  });

  it('holds each window of one walk against the one before, where all are wanted', async () => {
    const list = new ListInMemory(listOf(50), 10, { tellsTotal: false });
    const editor = new Editor(list);
    list.beforeRead = () => {
      if (list.reads.length === 2) editor.remove(0, 3);
    };
    const slice = await readSlice(list, {
      from: LIST_START,
      count: Number.POSITIVE_INFINITY,
      accept: () => true,
    });
    expect(slice.devices.map(({ key }) => key)).toEqual(listOf(50));
  });
});

describe('a list that a vendor tells badly', () => {
  const source = (read: (offset: number) => readonly (string | null)[]) => {
    const reads: number[] = [];
    return {
      reads,
      batch: 10,
      known: () => undefined,
      read: async (offset: number) => {
        reads.push(offset);
        const rows = read(offset).map((row) => (row === null ? undefined : knownDevice(row)));
        return { start: offset, rows, total: null, last: false, at: 0, learnedAt: 0 };
      },
    };
  };
  const everything = { from: LIST_START, count: Number.POSITIVE_INFINITY, accept: () => true };

  it('is read to its first repetition where the same page comes again and again', async () => {
    const repeating = source(() => listOf(10));
    const slice = await readSlice(repeating, { ...everything, count: 25 });
    expect(slice).toMatchObject({ hasMore: false, devices: { length: 10 } });
    expect(repeating.reads.length).toBeLessThanOrEqual(3);
  });

  it('is given up where the same page comes again and again with rows that cannot be read', async () => {
    const repeating = source(() => listOf(10, [9]));
    const slice = await readSlice(repeating, everything);
    expect(slice.devices).toHaveLength(9);
    expect(repeating.reads.length).toBeLessThan(15);
  });

  it('is given up where no row of it can be read', async () => {
    const garbage = source(() => listOf(10).map(() => null));
    const slice = await readSlice(garbage, everything);
    expect(slice).toMatchObject({ hasMore: false, devices: [] });
    expect(garbage.reads.length).toBeLessThan(15);
  });

  it('is given up where it tells nothing and says that more comes', async () => {
    const silent = source(() => []);
    expect(await readSlice(silent, everything)).toMatchObject({ hasMore: false, devices: [] });
    expect(silent.reads.length).toBeLessThanOrEqual(2);
  });

  it('is cut at the longest list where it never ends and nothing in it is wanted', async () => {
    const endless = source((offset) => Array.from({ length: 1000 }, (_, index) => `e${offset + index}`));
    const slice = await readSlice({ ...endless, batch: 1000 }, { ...everything, accept: () => false });
    expect(slice).toMatchObject({ hasMore: false, devices: [] });
    expect(endless.reads.length).toBeLessThanOrEqual(LONGEST_LIST / 999 + 1);
  });
});
