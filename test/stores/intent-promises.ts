import type { LinkRecord } from '../../src/domain/session';
import type { StoreUnderTest } from '../conformance/store';
import { aLink, allOf, anEntry, anIntent, aPendingLink, aSeenLink } from './records';
import { NOW } from './sessions';

const LATER = new Date(NOW + 1);

/** What a store guarantees of what callers asked for. */
export function itRecordsIntents(under: () => StoreUnderTest): void {
  test('an intent is there with its session once it has begun, and is settled with what became of it', async () => {
    const { intents, links, audit, sessions } = await under().empty();
    const intent = anIntent('one', { sessionId: 'rms:session:one' });
    expect(await intents.begin(intent, aPendingLink('one'))).toEqual({ begun: true });
    expect(await intents.unsettled()).toEqual([intent]);
    expect([...(await links.get(['rms:session:one'])).values()]).toEqual([aPendingLink('one')]);
    const [seen] = (await sessions.get(['rms:session:one'])).values();
    expect(seen).not.toHaveProperty('connectionRef');

    await intents.settle('one', LATER, aLink('one'), [anEntry('one')]);
    expect(await intents.unsettled()).toEqual([]);
    expect([...(await links.get(['rms:session:one'])).values()]).toEqual([aLink('one')]);
    expect(await allOf(audit.readAll())).toMatchObject([anEntry('one')]);
    const earlier = { ...intent, settledAt: LATER };
    expect(await intents.begin(anIntent('two', { idempotencyKey: 'key-one' }), null)).toEqual({
      begun: false,
      earlier,
    });
  });

  test('of fifty twins at once, from several processes, exactly one begins', async () => {
    const first = await under().empty();
    const stores = [first, await under().again(), await under().again()];
    const begun = await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const { intents } = stores[n % stores.length] ?? first;
        return intents.begin(anIntent(`${n}`, { idempotencyKey: 'the same' }), aPendingLink(`${n}`));
      }),
    );
    const [winner] = await first.intents.unsettled();
    expect(begun.filter((each) => each.begun)).toHaveLength(1);
    for (const each of begun) if (!each.begun) expect(each.earlier).toEqual(winner);
    const { sessions } = await first.sessions.list({ nowMs: NOW }, 100);
    expect(sessions.map(({ id }) => id)).toEqual([`rms:session:${winner?.id}`]);
  });

  test('a key belongs to one subject and one action, and no key to nobody', async () => {
    const { intents } = await under().empty();
    const same = { idempotencyKey: 'key' };
    for (const intent of [
      anIntent('1', same),
      anIntent('2', { ...same, subject: 'bob@example.com' }),
      anIntent('3', { ...same, action: 'closeSession' }),
      anIntent('4', { idempotencyKey: null }),
      anIntent('5', { idempotencyKey: null }),
      anIntent('6', { idempotencyKey: '' }),
    ]) {
      expect(await intents.begin(intent, null)).toEqual({ begun: true });
    }
    expect(await intents.begin(anIntent('7', { idempotencyKey: '' }), null)).toMatchObject({ begun: false });
    expect((await intents.unsettled()).map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  test('an intent is found by its key, settled or not, and by nobody else', async () => {
    const { intents } = await under().empty();
    const key = { subject: 'ana@example.com', action: 'createLink', idempotencyKey: 'key-one' };
    expect(await intents.find(key)).toBeUndefined();
    await intents.begin(anIntent('one'), null);
    expect(await intents.find(key)).toEqual(anIntent('one'));
    await intents.settle('one', LATER, null, []);
    expect(await intents.find(key)).toEqual(anIntent('one', { settledAt: LATER }));
    for (const other of [{ subject: 'bob' }, { action: 'openAccess' }, { idempotencyKey: 'key-two' }]) {
      expect(await intents.find({ ...key, ...other })).toBeUndefined();
    }
    await intents.begin(anIntent('odd', { idempotencyKey: 'a\0b' }), null);
    expect(await intents.find({ ...key, idempotencyKey: 'a\0b' })).toMatchObject({ id: 'odd' });
  });

  test('an intent whose session cannot be written is not recorded', async () => {
    const { intents, links } = await under().empty();
    await links.save([aLink('first')], []);
    const thief = aLink('thief', { vendorRef: 'ref-first' });
    const refused = { code: 'STORE_UNAVAILABLE', retryable: false };
    await expect(intents.begin(anIntent('one'), thief)).rejects.toMatchObject(refused);
    expect(await intents.unsettled()).toEqual([]);
    await intents.begin(anIntent('two'), null);
    await expect(intents.settle('two', LATER, thief, [anEntry('thief')])).rejects.toMatchObject(refused);
    expect(await intents.unsettled()).toHaveLength(1);
  });

  test('a session that a read saw first gives way to the link', async () => {
    const { intents, sessions } = await under().empty();
    await intents.begin(anIntent('one'), aPendingLink('one'));
    await sessions.save([{ ...aSeenLink('elsewhere'), vendorRef: 'ref-one' }]);
    await intents.settle('one', LATER, aLink('one'), []);
    const all = await sessions.list({ nowMs: NOW }, 5);
    expect(all.sessions.map(({ id }) => id)).toEqual(['rms:session:one']);
  });

  itIsLeftToWhoeverWorksOnIt(under);
  itSettlesOnce(under);
  itForgets(under);
}

function itIsLeftToWhoeverWorksOnIt(under: () => StoreUnderTest): void {
  const at = (ms: number) => new Date(NOW + ms);
  const idsOf = (intents: readonly { readonly id: string }[]) => intents.map(({ id }) => id);

  test('an intent is claimed once its lease has run out, and then left to whoever claimed it', async () => {
    const { intents } = await under().empty();
    await intents.begin(anIntent('held'), aPendingLink('held'), at(10));
    await intents.begin(anIntent('free', { askedAt: at(-1) }), aPendingLink('free'));
    expect(await intents.claim(['rms'], NOW, at(20))).toEqual([anIntent('free', { askedAt: at(-1) })]);
    expect(await intents.claim(['rms'], NOW + 9, at(20))).toEqual([]);
    await intents.lease(['held'], at(15));
    expect(await intents.claim(['rms'], NOW + 14, at(20))).toEqual([]);
    expect(idsOf(await intents.claim(['rms'], NOW + 15, at(20)))).toEqual(['held']);
    expect(idsOf(await intents.claim(['rms'], NOW + 20, at(30)))).toEqual(['free', 'held']);
    await intents.settle('free', at(21), aLink('free'), []);
    await intents.lease(['free', 'held', 'unknown'], new Date(0));
    expect(idsOf(await intents.claim(['rms'], NOW, at(40)))).toEqual(['held']);
  });

  test('what belongs to an account that nobody claims for is left', async () => {
    const { intents } = await under().empty();
    await intents.begin(anIntent('one'), null);
    expect(await intents.claim(['other'], NOW, at(9))).toEqual([]);
    expect(await intents.claim([], NOW, at(9))).toEqual([]);
    expect(idsOf(await intents.claim(['other', 'rms'], NOW, at(9)))).toEqual(['one']);
  });

  test('of several that claim at once one has each', async () => {
    const first = await under().empty();
    const stores = [first, await under().again(), await under().again()];
    const ids = Array.from({ length: 20 }, (_, n) => `${n}`);
    for (const id of ids) await first.intents.begin(anIntent(id), null);
    const claimed = await Promise.all(
      Array.from({ length: 9 }, (_, n) => (stores[n % 3] ?? first).intents.claim(['rms'], NOW, at(9))),
    );
    expect(idsOf(claimed.flat()).sort()).toEqual([...ids].sort());
  });
}

function itSettlesOnce(under: () => StoreUnderTest): void {
  test('the first word on an intent stands', async () => {
    const { intents, links, audit } = await under().empty();
    await intents.begin(anIntent('one'), aPendingLink('one'));
    expect(await intents.settle('one', LATER, aLink('one'), [anEntry('one')])).toBe(true);
    const other = aLink('one', { status: 'FAILED', connectionRef: 'other' });
    expect(await intents.settle('one', new Date(NOW + 2), other, [anEntry('one')])).toBe(false);
    expect(await intents.settle('unknown', LATER, null, [anEntry('unknown')])).toBe(false);
    await intents.note('one', '{"late":true}', [anEntry('late')]);
    expect([...(await links.get(['rms:session:one'])).values()]).toEqual([aLink('one')]);
    expect(await allOf(audit.readAll())).toHaveLength(1);
    const again = await intents.begin(anIntent('two', { idempotencyKey: 'key-one' }), null);
    expect(again).toMatchObject({ earlier: { settledAt: LATER, detail: anIntent('one').detail } });
  });

  test('of many words at once one is written', async () => {
    const { intents, audit } = await under().empty();
    const other = await under().again();
    await intents.begin(anIntent('one'), aPendingLink('one'));
    const settling = Array.from({ length: 20 }, (_, n) =>
      (n % 2 === 0 ? intents : other.intents).settle('one', LATER, aLink('one'), [anEntry('one')]),
    );
    await Promise.all(settling);
    expect(await allOf(audit.readAll())).toHaveLength(1);
  });

  test('a connection that shows up after its link was called failed is owed its end', async () => {
    const { intents, links, audit } = await under().empty();
    await intents.begin(anIntent('one'), aPendingLink('one'));
    const failed = { ...aPendingLink('one'), status: 'FAILED' as const };
    await intents.settle('one', LATER, failed, [anEntry('one', { outcome: 'VENDOR_TIMEOUT' })]);
    expect(await links.nextOwedMs()).toBeNull();
    expect(await intents.settle('one', LATER, aLink('one'), [anEntry('one')])).toBe(false);
    const { connectionRef, endOwed } = aLink('one');
    expect(await links.owed(NOW)).toEqual([{ ...failed, connectionRef, endOwed }]);
    expect(await links.nextOwedMs()).toBe(0);
    expect(await allOf(audit.readAll())).toHaveLength(2);
  });

  test('what is noted is there until it is settled, and told once', async () => {
    const { intents, audit } = await under().empty();
    const other = await under().again();
    await intents.begin(anIntent('one'), null);
    const noting = [intents, other.intents, intents, other.intents].map((each) =>
      each.note('one', '{"status":"seen"}', [anEntry('one')]),
    );
    await Promise.all(noting);
    await intents.note('unknown', '{}', [anEntry('unknown')]);
    expect(await intents.unsettled()).toEqual([anIntent('one', { detail: '{"status":"seen"}' })]);
    expect(await allOf(audit.readAll())).toMatchObject([anEntry('one')]);
    await other.close();
  });
}

function itForgets(under: () => StoreUnderTest): void {
  test('settled intents are forgotten when they are old and their sessions are over', async () => {
    const { intents } = await under().empty();
    const old = new Date(NOW - 10);
    const begin = async (id: string, link: LinkRecord | null, askedAt = old) => {
      await intents.begin(anIntent(id, { askedAt, sessionId: link === null ? null : link.id }), link);
    };
    const settled = async (id: string, link: LinkRecord | null, askedAt = old) => {
      await begin(id, link, askedAt);
      await intents.settle(id, new Date(NOW), link, []);
    };
    await settled('no session', null);
    await settled('closed', aLink('closed', { status: 'CLOSED' }));
    await settled('expired', aLink('expired', { expiresAt: new Date(NOW) }));
    await settled('open', aLink('open'));
    await settled('endless', aLink('endless', { expiresAt: null }));
    await settled('pending', aPendingLink('pending'));
    await settled('young', null, new Date(NOW));
    await begin('unsettled', null);
    expect(await intents.forget(new Date(NOW), NOW)).toBe(3);
    expect(await intents.forget(new Date(NOW), NOW)).toBe(0);
    for (const id of ['no session', 'closed', 'expired']) {
      expect(await intents.begin(anIntent(id), null)).toEqual({ begun: true });
    }
    for (const id of ['open', 'endless', 'pending', 'young', 'unsettled']) {
      expect(await intents.begin(anIntent(`${id}-2`, { idempotencyKey: `key-${id}` }), null)).toMatchObject({
        begun: false,
      });
    }
  });
}
