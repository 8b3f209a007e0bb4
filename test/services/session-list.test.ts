import { Fleet } from '../../src/accounts/fleet';
import type { Principal, Scope } from '../../src/domain/principal';
import { SessionList } from '../../src/services/session-list';
import type { SessionStore } from '../../src/stores/ports';
import { fakeAccount } from '../accounts/fake-account';
import { testCursors } from '../support/cursors';
import { ManualClock } from '../support/manual-clock';
import { at, LedgerInMemory, NOW, sessionOf } from './sessions';

const fleet = new Fleet([fakeAccount({ key: 'rms' }), fakeAccount({ key: 'other' })]);
const caller = (accounts?: readonly string[], ...scopes: readonly Scope[]): Principal => ({
  subject: 'ada',
  scopes: new Set(scopes.length === 0 ? ['remote_access:read'] : scopes),
  ...(accounts === undefined ? {} : { accounts: new Set(accounts) }),
});

const sessions = Array.from({ length: 5 }, (_, index) =>
  sessionOf({ id: `rms:session:1:2:${index}`, vendorRef: `1:2:${index}`, createdAt: at(-index) }),
);
const elsewhere = sessionOf({ id: 'other:session:9', account: 'other', vendorRef: '9', createdAt: at(-100) });
const over = sessionOf({
  id: 'rms:session:1:2:9',
  vendorRef: '1:2:9',
  createdAt: at(-200),
  expiresAt: at(-1),
});

function scene() {
  const ledger = new LedgerInMemory([...sessions, elsewhere, over]);
  const list = new SessionList(
    fleet,
    ledger as Pick<SessionStore, 'list' | 'count'> as SessionStore,
    new ManualClock(NOW),
    testCursors,
  );
  return { ledger, list };
}

const idsOf = (page: { readonly edges: readonly { readonly node: { readonly id: string } }[] }): string[] =>
  page.edges.map(({ node }) => node.id);

describe('the list of sessions', () => {
  it('tells each once, newest first, through pages of any size', async () => {
    for (const first of [1, 2, 3, 500]) {
      const { list } = scene();
      const told: string[] = [];
      for (let after: string | null = null; ; ) {
        const page: Awaited<ReturnType<typeof list.page>> = await list.page(caller(), { first, after });
        told.push(...idsOf(page));
        expect(page.hasPreviousPage).toBe(after !== null);
        expect(await page.totalCount()).toBe(7);
        if (!page.hasNextPage) break;
        after = page.edges.at(-1)?.cursor() ?? null;
      }
      expect(told).toEqual([...sessions.map(({ id }) => id), elsewhere.id, over.id]);
    }
  });

  it('shows nothing of accounts that do not exist for the caller', async () => {
    const { list, ledger } = scene();
    expect(idsOf(await list.page(caller(['other']), { first: 50 }))).toEqual([elsewhere.id]);
    const none = await list.page(caller(['nowhere']), { first: 50, filter: { device: ['rms:device:1'] } });
    expect(idsOf(none)).toEqual([]);
    expect(ledger.queries.map(({ accounts }) => accounts)).toEqual([['other'], []]);
  });

  it('hands every condition of the filter on, and none that is empty', () => {
    const { list } = scene();
    const base = { accounts: ['other', 'rms'], nowMs: NOW };
    expect(
      list.query(caller(), { status: [], device: [], vendor: null, createdBy: [], expiresBefore: null }),
    ).toEqual(base);
    expect(
      list.query(caller(), {
        status: ['EXPIRED'],
        device: ['rms:device:1'],
        vendor: ['REMOTE_IT'],
        createdBy: ['ada'],
        expiresBefore: at(5),
      }),
    ).toEqual({
      ...base,
      statuses: ['EXPIRED'],
      deviceIds: ['rms:device:1'],
      vendors: ['REMOTE_IT'],
      createdBy: ['ada'],
      expiresBeforeMs: NOW + 5000,
    });
  });

  it('knows a session whose end has passed as over', async () => {
    const { list } = scene();
    expect(idsOf(await list.page(caller(), { first: 9, filter: { status: ['EXPIRED'] } }))).toEqual([
      over.id,
    ]);
  });

  it('refuses a cursor of another filter, a broken one, and a page of an impossible size', async () => {
    const { list } = scene();
    const cursor = (await list.page(caller(), { first: 1 })).edges[0]?.cursor() ?? '';
    const bad = { code: 'BAD_USER_INPUT' };
    await expect(
      list.page(caller(), { first: 1, after: cursor, filter: { status: ['ACTIVE'] } }),
    ).rejects.toMatchObject(bad);
    await expect(list.page(caller(), { first: 1, after: `${cursor}x` })).rejects.toMatchObject(bad);
    for (const first of [0, -1, 501, 1.5, Number.NaN]) {
      await expect(list.page(caller(), { first })).rejects.toMatchObject(bad);
    }
  });

  it('needs remote_access:read', async () => {
    const { list, ledger } = scene();
    await expect(list.page(caller(undefined, 'devices:read'), { first: 1 })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(ledger.queries).toEqual([]);
  });
});
