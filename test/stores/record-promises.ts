import fc from 'fast-check';

import type { LinkRecord, Session } from '../../src/domain/session';
import type { DurableStore, Intent, NewAuditEntry } from '../../src/stores/ports';
import type { StoreUnderTest } from '../conformance/store';
import { PlainStore } from './plain-store';
import { allOf, anEntry, anyLink } from './records';
import { anySession, NOW } from './sessions';

const LATER = new Date(NOW + 1);

type Doing =
  | { readonly do: 'begin'; readonly intent: Intent; readonly link: LinkRecord | null }
  | { readonly do: 'settle'; readonly id: string; readonly link: LinkRecord | null }
  | { readonly do: 'save'; readonly links: readonly LinkRecord[] }
  | { readonly do: 'seen'; readonly sessions: readonly Session[] }
  | { readonly do: 'forget'; readonly at: Date };

const IDS = ['i1', 'i2', 'i3', 'i4', 'i5'];

const linkOrNot = fc.option(anyLink, { nil: null });

const anyIntent: fc.Arbitrary<Omit<Intent, 'id' | 'sessionId'>> = fc.record({
  subject: fc.constantFrom('ana@example.com', 'bob@example.com'),
  action: fc.constantFrom('createLink', 'closeSession'),
  idempotencyKey: fc.option(fc.constantFrom('k1', 'k2'), { nil: null }),
  inputDigest: fc.constantFrom('d1', 'd2'),
  account: fc.constant('rms'),
  detail: fc.json(),
  askedAt: fc.constantFrom(-1, 0, 1).map((ms) => new Date(NOW + ms)),
  settledAt: fc.constant(null),
});

/** What is done one after another; each intent begins once at most. */
const anyDoings: fc.Arbitrary<readonly Doing[]> = fc
  .array(
    fc.oneof(
      fc.record({ do: fc.constant('begin' as const), fields: anyIntent, link: linkOrNot }),
      fc.record({ do: fc.constant('settle' as const), id: fc.constantFrom(...IDS), link: linkOrNot }),
      fc.record({ do: fc.constant('save' as const), links: fc.array(anyLink, { maxLength: 4 }) }),
      fc.record({ do: fc.constant('seen' as const), sessions: fc.array(anySession, { maxLength: 4 }) }),
      fc.record({
        do: fc.constant('forget' as const),
        at: fc.constantFrom(0, 2).map((ms) => new Date(NOW + ms)),
      }),
    ),
    { maxLength: 25 },
  )
  .map((doings) => {
    let begun = 0;
    return doings.flatMap((each): Doing[] => {
      if (each.do !== 'begin') return [each];
      begun += 1;
      const { fields, link } = each;
      return [{ do: 'begin', intent: { ...fields, id: `i${begun}`, sessionId: link?.id ?? null }, link }];
    });
  });

/** What a store does in any order of things, compared to the plainest one. */
export function itDoesAsThePlainest(under: () => StoreUnderTest): void {
  test('whatever is begun, settled, saved and seen, all is as in the plainest store', async () => {
    await fc.assert(
      fc.asyncProperty(anyDoings, async (doings) => {
        const store = await under().empty();
        const plain = new PlainStore();
        for (const [n, each] of doings.entries()) {
          const audit = [anEntry(`${n}`)];
          expect(await doIt(store, each, audit)).toEqual(doPlainly(plain, each, audit));
        }
        await expectSame(store, plain);
      }),
      { numRuns: 60 },
    );
  });
}

function doIt(store: DurableStore, doing: Doing, audit: readonly NewAuditEntry[]): Promise<unknown> {
  switch (doing.do) {
    case 'begin':
      return store.intents.begin(doing.intent, doing.link);
    case 'settle':
      return store.intents.settle(doing.id, LATER, doing.link, audit);
    case 'save':
      return store.links.save(doing.links, audit);
    case 'seen':
      return store.sessions.save(doing.sessions);
    case 'forget':
      return store.intents.forget(doing.at, NOW);
  }
}

function doPlainly(plain: PlainStore, doing: Doing, audit: readonly NewAuditEntry[]): unknown {
  switch (doing.do) {
    case 'begin':
      return plain.begin(doing.intent, doing.link);
    case 'settle':
      return plain.settle(doing.id, LATER, doing.link, audit);
    case 'save':
      return plain.save(doing.links, audit);
    case 'seen':
      return plain.seen(doing.sessions);
    case 'forget':
      return plain.forget(doing.at, NOW);
  }
}

async function expectSame(store: DurableStore, plain: PlainStore): Promise<void> {
  expect(await store.intents.unsettled()).toEqual(plain.unsettled());
  const links = plain.links(NOW);
  const { sessions } = await store.sessions.list({ nowMs: NOW }, 1000);
  const read = await store.links.get(sessions.map(({ id }) => id));
  expect(read).toEqual(new Map(links.map((link) => [link.id, link])));
  expect(idsOf(await store.links.accessesOwed())).toEqual([...plain.accessesOwed(NOW)].sort());
  for (const nowMs of [NOW - 1, NOW, NOW + 1]) {
    expect(idsOf(await store.links.owed(nowMs))).toEqual([...plain.owed(nowMs)].sort());
    for (const account of ['rms', 'remoteit']) {
      const over = await store.links.overConnection(account, 'connection-1', nowMs);
      expect(idsOf(over)).toEqual([...plain.overConnection(account, 'connection-1', nowMs)].sort());
    }
  }
  expect(await store.links.nextOwedMs()).toBe(plain.nextOwedMs(NOW));
  const told = (await allOf(store.audit.readAll())).map(({ sequence, hash, ...entry }) => entry);
  expect(told).toEqual(plain.audit);
}

function idsOf(links: readonly LinkRecord[]): readonly string[] {
  return links.map(({ id }) => id).sort();
}
