import { type LinkRecord, SESSION_STATUSES } from '../../src/domain/session';
import type { StoreUnderTest } from '../conformance/store';
import { aLink, allOf, anEntry, aPendingLink, aSeenLink } from './records';
import { aSession, NOW } from './sessions';

/** What a store guarantees of the links of this graph. */
export function itKeepsLinks(under: () => StoreUnderTest): void {
  test('every field comes back as it was written, also where it is opened again', async () => {
    const { links } = await under().empty();
    const written = [aLink('full', { foundRunning: true }), aPendingLink('pending')];
    await links.save(written, []);
    for (const store of [links, (await under().again()).links]) {
      const read = await store.get([...written.map(({ id }) => id), 'rms:session:unknown']);
      expect(read).toEqual(new Map(written.map((link) => [link.id, link])));
    }
    expect(await links.get([])).toEqual(new Map());
  });

  test('a link is a session too, and a session that was made elsewhere is no link', async () => {
    const { links, sessions } = await under().empty();
    await links.save([aLink('own')], []);
    await sessions.save([aSeenLink('seen')]);
    const closed = { ...aLink('seen'), createdBy: null, status: 'CLOSED' as const, endOwed: false };
    await links.save([closed], [anEntry('seen')]);
    const ids = ['rms:session:own', 'rms:session:seen'];
    expect([...(await links.get(ids)).keys()]).toEqual(['rms:session:own']);
    const read = await sessions.get(ids);
    expect(read.get('rms:session:own')).toEqual(aSession('own'));
    expect(read.get('rms:session:seen')).toMatchObject({ status: 'CLOSED' });
  });

  test('what a read has seen of a link does not touch what the graph knows of it', async () => {
    const { links, sessions } = await under().empty();
    await links.save([aLink('own', { foundRunning: true })], []);
    const moved = new Date(NOW + 5);
    await sessions.save([{ ...aSeenLink('own'), expiresAt: moved, status: 'CLOSED' }]);
    const expected = aLink('own', { foundRunning: true, expiresAt: moved, status: 'CLOSED' });
    expect([...(await links.get(['rms:session:own'])).values()]).toEqual([expected]);
    expect(await links.owed(NOW)).toEqual([expected]);
  });

  test.each(SESSION_STATUSES.filter((status) => !['PENDING', 'ACTIVE'].includes(status)))(
    'a link that is %s stays so',
    async (status) => {
      const { links } = await under().empty();
      await links.save([aLink('own', { status })], []);
      await links.save([aLink('own', { status: 'ACTIVE', endOwed: false })], []);
      expect([...(await links.get(['rms:session:own'])).values()]).toEqual([
        aLink('own', { status, endOwed: false }),
      ]);
    },
  );

  test('links and the audit are written all or none', async () => {
    const { links, audit } = await under().empty();
    await links.save([], []);
    await links.save([aLink('first')], [anEntry('first')]);
    const thief = aLink('thief', { vendorRef: 'ref-first' });
    await expect(links.save([aLink('second'), thief], [anEntry('second')])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: false,
    });
    expect(await links.get(['rms:session:second'])).toEqual(new Map());
    expect(await allOf(audit.readAll())).toMatchObject([anEntry('first')]);
    expect(await audit.head()).toMatchObject({ entries: 1 });
  });

  test('a link takes the place of what reads saw of it, whoever is first', async () => {
    const store = await under().empty();
    const other = await under().again();
    const refs = Array.from({ length: 20 }, (_, n) => `${n}`);
    const reading = refs.map((id) =>
      other.sessions
        .save([{ ...aSeenLink(`seen-${id}`), vendorRef: `ref-${id}` }])
        // A read that comes after the link is refused; it will know the link next time.
        .catch(() => undefined),
    );
    await Promise.all([...reading, ...refs.map((id) => store.links.save([aLink(id)], [anEntry(id)]))]);
    const { sessions } = await store.sessions.list({ nowMs: NOW }, 100);
    expect(sessions.map(({ id }) => id).sort()).toEqual(refs.map((id) => `rms:session:${id}`).sort());
  });

  itKnowsWhatIsOver(under);
}

function itKnowsWhatIsOver(under: () => StoreUnderTest): void {
  const shared = { connectionRef: 'shared' };
  const save = async (links: readonly LinkRecord[]) => {
    const store = await under().empty();
    await store.links.save(links, []);
    return store.links;
  };

  test('links over a connection are those that are not over', async () => {
    const links = await save([
      aLink('open', shared),
      aLink('endless', { ...shared, expiresAt: null }),
      aLink('pending', { ...shared, status: 'PENDING', expiresAt: null }),
      aLink('expired', { ...shared, expiresAt: new Date(NOW) }),
      aLink('closed', { ...shared, status: 'CLOSED' }),
      aLink('other-account', { ...shared, account: 'other' }),
      aLink('other-connection'),
    ]);
    const over = await links.overConnection('rms', 'shared', NOW);
    expect(over.map(({ id }) => id.split(':')[2]).sort()).toEqual(['endless', 'open', 'pending']);
    expect(await links.overConnection('rms', 'unknown', NOW)).toEqual([]);
  });

  test('ends are owed from their instant on, and at once where the link is over; oldest first', async () => {
    const ends = (ms: number) => ({ expiresAt: new Date(NOW + ms) });
    const links = await save([
      aLink('later', ends(1)),
      aLink('now', ends(0)),
      aLink('before', ends(-5)),
      aLink('closed', { ...ends(20), status: 'CLOSED' }),
      aLink('failed', { status: 'FAILED', expiresAt: null, observedAt: new Date(NOW - 2) }),
      aLink('endless', { expiresAt: null }),
      aLink('paid', { ...ends(-5), endOwed: false }),
    ]);
    const owed = async (ms: number) => (await links.owed(NOW + ms)).map(({ id }) => id.split(':')[2]);
    expect(await owed(0)).toEqual(['before', 'failed', 'now', 'closed']);
    expect(await owed(1)).toEqual(['before', 'failed', 'now', 'later', 'closed']);
  });

  test('ways in that are to be taken away are known, oldest first, until they are gone', async () => {
    const failed = { status: 'FAILED', endOwed: false, accessOwed: true } as const;
    const links = await save([
      aLink('young', { ...failed, observedAt: new Date(NOW + 1) }),
      aLink('old', failed),
      aLink('other'),
    ]);
    const owed = async () => (await links.accessesOwed()).map(({ id }) => id.split(':')[2]);
    expect(await owed()).toEqual(['old', 'young']);
    await links.save([aLink('old', { ...failed, accessOwed: false })], []);
    expect(await owed()).toEqual(['young']);
  });

  test('links that their vendors have ended are known until that is written down; earliest end first', async () => {
    const { links, sessions } = await under().empty();
    const ending = (id: string, ms: number, changes: Partial<LinkRecord> = {}) =>
      aLink(id, { expiresAt: new Date(NOW + ms), endOwed: false, ...changes });
    const written = [
      ending('now', 0),
      ending('before', -5),
      ending('owed', -5, { endOwed: true }),
      ending('later', 1),
      ending('closed', -5, { status: 'CLOSED' }),
      ending('endless', 0, { expiresAt: null }),
    ];
    await links.save(written, []);
    await sessions.save([{ ...aSeenLink('seen'), expiresAt: new Date(NOW - 5) }]);
    const over = async (most = 9) => (await links.over(NOW, most)).map(({ id }) => id.split(':')[2]);
    expect(await over()).toEqual(['before', 'now']);
    expect(await over(1)).toEqual(['before']);
    await sessions.save([ending('before', -5, { status: 'EXPIRED' })]);
    expect(await over()).toEqual(['now']);
  });

  test('the next end that is owed is known', async () => {
    const links = await save([aLink('endless', { expiresAt: null }), aLink('none', { endOwed: false })]);
    expect(await links.nextOwedMs()).toBeNull();
    await links.save([aLink('later', { expiresAt: new Date(NOW + 9) }), aLink('soon')], []);
    expect(await links.nextOwedMs()).toBe(NOW + 9);
    await links.save([aLink('soon', { expiresAt: new Date(NOW + 3) })], []);
    expect(await links.nextOwedMs()).toBe(NOW + 3);
    await links.save([aLink('soon', { status: 'CLOSED' })], []);
    expect(await links.nextOwedMs()).toBe(0);
    await links.save([aLink('soon', { status: 'CLOSED', endOwed: false })], []);
    expect(await links.nextOwedMs()).toBe(NOW + 9);
  });
}
