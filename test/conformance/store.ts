import type { OpenStoreOptions } from '../../src/stores/open';
import type { DurableStore } from '../../src/stores/ports';
import { itKeepsAnAuditLog, itNoticesTampering, itTellsOnce } from '../stores/audit-promises';
import { itRecordsIntents } from '../stores/intent-promises';
import { itKeepsALedger } from '../stores/ledger-promises';
import { itKeepsLinks } from '../stores/link-promises';
import { itListsSessions, itPages } from '../stores/list-promises';
import { itCountsCalls } from '../stores/quota-promises';
import { itDoesAsThePlainest } from '../stores/record-promises';
import { aLink, anEntry, anIntent } from '../stores/records';
import { aSession, NOW } from '../stores/sessions';

/** One kind of store, as the suite needs it. */
export interface StoreUnderTest {
  /** A store without anything in it. */
  empty(): Promise<DurableStore>;
  /** The store that {@link empty} made last, opened once more. */
  again(options?: Pick<OpenStoreOptions, 'key' | 'warn'>): Promise<DurableStore>;
  /** Everything that the store has written down, byte by byte. */
  written(): Promise<string>;
  /** Runs a statement behind the back of the store. */
  execute(statement: string): Promise<void>;
  /** Runs a statement as {@link execute} does, with what guards the audit log out of the way. */
  tamper(statement: string): Promise<void>;
  /** Closes all that was opened, and removes all that was made. */
  end(): Promise<void>;
}

const ALL = { nowMs: NOW };
const NOVEMBER = { account: 'rms', windowStartMs: Date.UTC(2026, 10) };
const UNAVAILABLE = { code: 'STORE_UNAVAILABLE' };

/** What every durable store guarantees. */
export function itKeepsThePromisesOfAStore(begin: () => Promise<StoreUnderTest>): void {
  let under: StoreUnderTest;
  beforeAll(async () => {
    under = await begin();
  });
  afterAll(() => under.end());

  describe('the ledger', () => itKeepsALedger(() => under));
  describe('lists', () => itListsSessions(() => under));
  describe('pages', () => itPages(() => under));
  describe('links', () => itKeepsLinks(() => under));
  describe('quotas', () => itCountsCalls(() => under));
  describe('intents', () => itRecordsIntents(() => under));
  describe('all of it', () => itDoesAsThePlainest(() => under));
  describe('the audit log', () => itKeepsAnAuditLog(() => under));
  describe('what reads have seen', () => itTellsOnce(() => under));
  describe('the audit log that was tampered with', () => itNoticesTampering(() => under));
  describe('its life', () => itLives(() => under));
}

function itLives(under: () => StoreUnderTest): void {
  const key = Buffer.alloc(32, 'another key').toString('base64');

  test('what was written is there when it is opened again', async () => {
    const store = await under().empty();
    await store.sessions.save([aSession('kept')]);
    const again = await under().again();
    expect((await again.sessions.get(['rms:session:kept'])).get('rms:session:kept')).toEqual(
      aSession('kept'),
    );
  });

  test('several may open it, write and read at once', async () => {
    await under().empty();
    const stores = await Promise.all([1, 2, 3, 4].map(() => under().again()));
    const rounds = 8;
    for (const round of Array(rounds).keys()) {
      const many = Array.from({ length: 50 }, (_, n) => aSession(`${round}-${n}`));
      await Promise.all(
        stores.flatMap((store, n) => [
          store.sessions.save(n % 2 === 0 ? many : many.toReversed()),
          store.ping(),
          store.sessions.list(ALL, 10),
        ]),
      );
    }
    for (const store of stores) expect(await store.sessions.count(ALL)).toBe(50 * rounds);
  });

  test('a link is not written down in clear', async () => {
    const { sessions, intents, links } = await under().empty();
    await sessions.save([aSession('secret')]);
    await intents.begin(anIntent('one'), aLink('begun', { status: 'PENDING' }));
    await intents.settle('one', new Date(NOW), aLink('begun'), [anEntry('begun')]);
    await links.save([aLink('saved')], [anEntry('saved')]);
    const written = await under().written();
    for (const id of ['secret', 'begun', 'saved']) expect(written).toContain(`rms:session:${id}`);
    expect(written).not.toContain('open-sesame');
  });

  test('with another key links have no URL, which is told once', async () => {
    const { sessions } = await under().empty();
    await sessions.save([aSession('one'), aSession('two')]);
    const warn = jest.fn();
    const other = await under().again({ key, warn });
    const page = await other.sessions.list(ALL, 5);
    expect(page.sessions).toEqual([aSession('one', { url: null }), aSession('two', { url: null })]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('STORE_KEY'));
  });

  test('tables of a newer version are refused', async () => {
    await under().empty();
    await under().execute(
      `insert into drawbridge_migration values ('9999-later', '2030-01-01T00:00:00.000Z')`,
    );
    const opening = under().again();
    await expect(opening).rejects.toMatchObject({ ...UNAVAILABLE, retryable: false });
    await expect(opening).rejects.toThrow(/newer version of Drawbridge.*9999-later/);
    await under().execute(`delete from drawbridge_migration where name = '9999-later'`);
  });

  test('once closed it is unavailable, and may be closed again', async () => {
    await under().empty();
    const store = await under().again();
    await store.ping();
    await store.close();
    await store.close();
    for (const doing of [
      store.ping(),
      store.sessions.save([aSession('late')]),
      store.sessions.get(['rms:session:late']),
      store.sessions.list(ALL, 1),
      store.sessions.count(ALL),
      store.intents.begin(anIntent('late'), null),
      store.intents.find({ subject: 'ana', action: 'createLink', idempotencyKey: 'late' }),
      store.intents.settle('late', new Date(NOW), null, []),
      store.intents.note('late', '{}', []),
      store.intents.lease(['late'], new Date(NOW)),
      store.intents.claim(['rms'], NOW, new Date(NOW)),
      store.intents.unsettled(),
      store.intents.forget(new Date(NOW), NOW),
      store.links.get(['rms:session:late']),
      store.links.overConnection('rms', 'connection', NOW),
      store.links.owed(NOW),
      store.links.nextOwedMs(),
      store.links.accessesOwed(),
      store.links.save([aLink('late')], []),
      store.audit.append([anEntry('late')]),
      store.audit.list({ accounts: ['rms'] }, 1),
      store.audit.readAll()[Symbol.asyncIterator]().next(),
      store.audit.head(),
      store.quotas.used(NOVEMBER),
      store.quotas.take(NOVEMBER, 1, 1),
      store.quotas.add(NOVEMBER, 1),
      store.quotas.claimWarning(NOVEMBER, 50),
    ]) {
      await expect(doing).rejects.toMatchObject(UNAVAILABLE);
    }
  });
}
