import fc from 'fast-check';
import type { Session } from '../../src/domain/session';
import { EMPTY_HEAD, hashOf, verifyChain } from '../../src/stores/audit-chain';
import type {
  AuditEntry,
  AuditStore,
  DurableStore,
  NewAuditEntry,
  SavedSessions,
} from '../../src/stores/ports';
import type { StoreUnderTest } from '../conformance/store';
import { aLink, allOf, anEntry, anIntent, anyEntry } from './records';
import { aSession, NOW } from './sessions';

const ACCOUNTS = ['rms', 'remoteit'];

const verify = (audit: AuditStore) => verifyChain(audit.readAll(), () => audit.head());

/** What a store guarantees of the entries that are written together with what a read has seen. */
export function itTellsOnce(under: () => StoreUnderTest): void {
  const telling =
    (by: string) =>
    ({ first, ended }: SavedSessions): readonly NewAuditEntry[] => [
      ...first.map(({ id }) => anEntry(id, { action: `first by ${by}`, target: id })),
      ...ended.map(({ id }) => anEntry(id, { action: `ended by ${by}`, target: id })),
    ];
  const told = async ({ audit }: DurableStore) =>
    (await allOf(audit.readAll())).map(({ action, target }) => `${target} ${action}`);

  test('what the ledger did not have is told once, and so is that it is over', async () => {
    const store = await under().empty();
    await store.sessions.save([aSession('a'), aSession('over', { status: 'CLOSED' })], telling('1'));
    await store.sessions.save([aSession('a'), aSession('b')], telling('2'));
    const again = await under().again();
    await again.sessions.save([aSession('b', { status: 'EXPIRED' }), aSession('a')], telling('3'));
    await again.sessions.save([aSession('b', { status: 'CLOSED' }), aSession('over')], telling('4'));
    expect(await told(store)).toEqual([
      'rms:session:a first by 1',
      'rms:session:over first by 1',
      'rms:session:b first by 2',
      'rms:session:b ended by 3',
    ]);
    await again.close();
  });

  test('of many processes that save the same at once one is told of each', async () => {
    const store = await under().empty();
    const stores = [store, await under().again(), await under().again()];
    const all = Array.from({ length: 8 }, (_, n) => aSession(`${n}`));
    const save = (sessions: readonly Session[]) =>
      Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          (stores[n % stores.length] ?? store).sessions.save(
            n % 2 === 0 ? sessions : sessions.toReversed(),
            telling('one'),
          ),
        ),
      );
    await save(all);
    expect((await told(store)).toSorted()).toEqual(all.map(({ id }) => `${id} first by one`));
    await save(all.map((session) => ({ ...session, status: 'CLOSED' as const })));
    expect((await told(store)).filter((line) => line.includes('ended')).toSorted()).toEqual(
      all.map(({ id }) => `${id} ended by one`),
    );
    expect(await verify(store.audit)).toMatchObject({ ok: true, entries: 16 });
    for (const other of stores.slice(1)) await other.close();
  });

  test('what cannot be told is not written either', async () => {
    const store = await under().empty();
    const saving = store.sessions.save([aSession('a')], () => {
      throw new Error('nobody can say');
    });
    await expect(saving).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await store.sessions.get(['rms:session:a'])).toEqual(new Map());
  });
}

/** What a store guarantees of its audit log. */
export function itKeepsAnAuditLog(under: () => StoreUnderTest): void {
  test('entries come back as they were written, in their order, chained', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyEntry, { maxLength: 5 }), { maxLength: 5 }), async (batches) => {
        const { audit } = await under().empty();
        for (const batch of batches) await audit.append(batch);
        const read = await allOf(audit.readAll());
        expect(read.map(({ sequence }) => sequence)).toEqual(read.map((_, n) => n + 1));
        expect(read.map(({ sequence, hash, ...entry }) => entry)).toEqual(batches.flat().map(asKept));
        const last = read.at(-1)?.hash ?? EMPTY_HEAD.hash;
        expect(await verify(audit)).toEqual({ ok: true, entries: read.length, hash: last });
      }),
      { numRuns: 40 },
    );
  });

  test('a list is newest first and holds what was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEntry, { maxLength: 20 }),
        fc.subarray([...ACCOUNTS, 'unknown', 'rms']),
        fc.option(fc.constantFrom('ana@example.com', 'nobody'), { nil: undefined }),
        fc.option(fc.constantFrom('rms:session:1', 'rms:session:unknown'), { nil: undefined }),
        async (entries, accounts, actor, target) => {
          const { audit } = await under().empty();
          await audit.append(entries);
          const expected = (await allOf(audit.readAll()))
            .filter((entry) => accounts.includes(entry.account))
            .filter((entry) => actor === undefined || entry.actor === actor)
            .filter((entry) => target === undefined || entry.target === target)
            .reverse();
          const query = { accounts, ...(actor && { actor }), ...(target && { target }) };
          expect(await audit.list(query, 100)).toEqual(expected);
          expect(await audit.list(query, 2)).toEqual(expected.slice(0, 2));
          expect(await audit.list(query, 100, expected[1]?.sequence ?? 0)).toEqual(expected.slice(2));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a log longer than one part is read whole', async () => {
    const { audit } = await under().empty();
    await audit.append(Array.from({ length: 1200 }, (_, n) => anEntry(`${n}`)));
    expect((await allOf(audit.readAll())).map(({ target }) => target?.split(':')[2])).toEqual(
      Array.from({ length: 1200 }, (_, n) => `${n}`),
    );
    const rest = await allOf(audit.readAll(600));
    expect(rest.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 600 }, (_, n) => 601 + n));
    expect(await allOf(audit.readAll(1200))).toEqual([]);
    expect(await verify(audit)).toMatchObject({ ok: true, entries: 1200 });
  });

  test('however many append at once, by whatever way, no sequence is missing', async () => {
    const stores = [await under().empty(), await under().again(), await under().again()];
    const first = (store: DurableStore, n: number): Promise<unknown> => {
      const audit = [anEntry(`${n}-1`), anEntry(`${n}-2`)];
      if (n % 3 === 0) return store.audit.append(audit);
      if (n % 3 === 1) return store.links.save([aLink(`${n}`)], audit);
      return store.intents
        .begin(anIntent(`${n}`), aLink(`${n}`))
        .then(() => store.intents.settle(`${n}`, new Date(NOW), null, audit));
    };
    await Promise.all(
      stores.flatMap((store, s) => Array.from({ length: 15 }, (_, n) => first(store, s * 15 + n))),
    );
    for (const { audit } of stores) {
      expect(await verify(audit)).toMatchObject({ ok: true, entries: 90 });
      const targets = (await allOf(audit.readAll())).map(({ target }) => target);
      // What was written together stands together.
      for (const [n, target] of targets.entries()) {
        if (n % 2 === 0) expect(targets[n + 1]).toBe(target?.replace('-1', '-2'));
      }
    }
  });

  test('a log that grows while it is verified is whole', async () => {
    const { audit } = await under().empty();
    await audit.append([anEntry('1')]);
    const growing = async function* (): AsyncGenerator<AuditEntry, void> {
      await audit.append([anEntry('2'), anEntry('3')]);
      yield* audit.readAll();
    };
    expect(await verifyChain(growing(), () => audit.head())).toMatchObject({ ok: true, entries: 3 });
  });
}

/** Statements with the place that is broken after them, on a log of six entries. */
const TAMPERING: readonly (readonly [what: string, brokenAt: number, statement: string])[] = [
  ['an entry is edited', 3, `update audit set actor = 'bob@example.com' where sequence = 3`],
  ['a reason is taken away', 1, 'update audit set reason = null where sequence = 1'],
  ['an instant is moved', 4, 'update audit set at = at - 1 where sequence = 4'],
  ['an instant is none', 4, 'update audit set at = 9223372036854775807 where sequence = 4'],
  ['a hash is edited', 2, `update audit set hash = 'beef' where sequence = 2`],
  ['an entry is removed', 2, 'delete from audit where sequence = 2'],
  ['the first entry is removed', 1, 'delete from audit where sequence = 1'],
  ['the end is removed', 5, 'delete from audit where sequence > 4'],
  ['everything is removed', 1, 'delete from audit'],
  ['an entry is moved to the end', 2, 'update audit set sequence = 7 where sequence = 2'],
  [
    'a removed entry is closed up',
    3,
    'delete from audit where sequence = 3; update audit set sequence = sequence - 1 where sequence > 3',
  ],
  [
    'two entries are swapped',
    2,
    'update audit set sequence = 100 where sequence = 2; update audit set sequence = 2 where sequence = 5; ' +
      'update audit set sequence = 5 where sequence = 100',
  ],
  ['the head is removed', 1, 'delete from audit_head'],
  ['the head is moved back', 5, 'update audit_head set entries = 5'],
  ['the head is moved on', 7, 'update audit_head set entries = 7'],
  ['the hash of the head is edited', 6, `update audit_head set hash = 'beef'`],
];

/** What a store guarantees of an audit log that was written behind its back. */
export function itNoticesTampering(under: () => StoreUnderTest): void {
  const six = Array.from({ length: 6 }, (_, n) => anEntry(`${n + 1}`));

  test.each(TAMPERING)('%s: that is found', async (_, brokenAt, statement) => {
    const { audit } = await under().empty();
    await audit.append(six);
    expect(await verify(audit)).toMatchObject({ ok: true });
    await under().tamper(statement);
    expect(await verify(audit)).toEqual({ ok: false, brokenAt, why: expect.any(String) });
    await restoreHead(under());
  });

  test('an entry that was added with a right hash, but not by the service, is found', async () => {
    const { audit } = await under().empty();
    await audit.append(six);
    const forged = { ...anEntry('forged'), sequence: 7 };
    const hash = hashOf(forged, (await audit.head()).hash);
    const { actor, action, account, target, detail, outcome, reason } = forged;
    const texts = [actor, action, account, target, detail, outcome, reason, hash].map((text) => `'${text}'`);
    await under().execute(`insert into audit values (7, ${NOW}, ${texts.join(', ')})`);
    expect(await verify(audit)).toMatchObject({ ok: false, brokenAt: 7 });
  });

  test('a new end with right hashes does not fit the head', async () => {
    const { audit } = await under().empty();
    await audit.append(six);
    const entry = { ...six[5], ...anEntry('other'), sequence: 6 };
    const before = (await allOf(audit.readAll()))[4]?.hash ?? '';
    const hash = hashOf(entry, before);
    await under().tamper(`update audit set target = '${entry.target}', hash = '${hash}' where sequence = 6`);
    expect(await verify(audit)).toMatchObject({ ok: false, brokenAt: 6 });
  });

  test.each(['update audit set actor = actor', 'delete from audit where sequence = 1'])(
    'the database itself refuses: %s',
    async (statement) => {
      const { audit } = await under().empty();
      await audit.append(six);
      await expect(under().execute(statement)).rejects.toThrow(/audit is append-only/);
      expect(await verify(audit)).toMatchObject({ ok: true, entries: 6 });
    },
  );

  test('without its head nothing is appended', async () => {
    const { audit, links } = await under().empty();
    await under().tamper('delete from audit_head');
    await expect(audit.append(six)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(links.save([aLink('one')], six)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await links.get(['rms:session:one'])).toEqual(new Map());
    await restoreHead(under());
  });
}

/** Stores that share a database find a head there again. */
async function restoreHead(under: StoreUnderTest): Promise<void> {
  await under.tamper('delete from audit_head');
  await under.tamper(`insert into audit_head values (1, 0, '${EMPTY_HEAD.hash}')`);
}

/** An entry with what no database keeps replaced. */
function asKept(entry: NewAuditEntry): NewAuditEntry {
  const kept = <T extends string | null>(text: T): string | T =>
    text === null ? text : Buffer.from(text).toString().replaceAll('\0', '\ufffd');
  return {
    ...entry,
    actor: kept(entry.actor),
    action: kept(entry.action),
    target: kept(entry.target),
    detail: kept(entry.detail),
    reason: kept(entry.reason),
  };
}
