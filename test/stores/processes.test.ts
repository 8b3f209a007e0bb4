import { AnotherProcess } from './another-process';
import { aLink, allOf, anEntry, anIntent, aPendingLink } from './records';
import { aSession, NOW } from './sessions';
import { SqliteUnderTest } from './sqlite-under-test';

let under: SqliteUnderTest;
let other: AnotherProcess | undefined;
beforeEach(() => {
  under = new SqliteUnderTest();
});
afterEach(async () => {
  await other?.kill();
  other = undefined;
  await under.end();
});

const start = (work: string) => {
  other = new AnotherProcess(`file:${under.file}`, work);
  return other;
};

test('an intent that has begun is there after the process was killed', async () => {
  const { intents, links } = await under.empty();
  const process = start(`
    await store.intents.begin(records.anIntent('one'), records.aPendingLink('one'));
    tell('begun');
    await told();
  `);
  expect(await process.told()).toBe('begun');
  await process.kill();
  expect(await intents.unsettled()).toEqual([anIntent('one')]);
  expect([...(await links.get(['rms:session:one'])).values()]).toEqual([aPendingLink('one')]);
});

test('what was settled is there after the process was killed, with its audit', async () => {
  const { intents, links, audit } = await under.empty();
  const process = start(`
    await store.intents.begin(records.anIntent('one'), records.aPendingLink('one'));
    await store.intents.settle('one', new Date(), records.aLink('one'), [records.anEntry('one')]);
    tell('settled');
    await told();
  `);
  expect(await process.told()).toBe('settled');
  await process.kill();
  expect(await intents.unsettled()).toEqual([]);
  expect([...(await links.get(['rms:session:one'])).values()]).toEqual([aLink('one')]);
  expect(await allOf(audit.readAll())).toMatchObject([anEntry('one')]);
});

test('of fifty twins at once in each of two processes exactly one begins', async () => {
  const { intents, sessions } = await under.empty();
  const process = start(`
    tell('ready');
    await told();
    const begun = await Promise.all(Array.from({ length: 50 }, (_, n) =>
      store.intents.begin(records.anIntent('b' + n, { idempotencyKey: 'same' }), records.aPendingLink('b' + n))));
    tell(String(begun.filter((each) => each.begun).length));
    await told();
  `);
  expect(await process.told()).toBe('ready');
  process.tell('go');
  const begun = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      intents.begin(anIntent(`a${n}`, { idempotencyKey: 'same' }), aPendingLink(`a${n}`)),
    ),
  );
  const own = begun.filter((each) => each.begun).length;
  expect(own + Number(await process.told())).toBe(1);
  expect(await intents.unsettled()).toHaveLength(1);
  expect(await sessions.count({ nowMs: NOW })).toBe(1);
});

test('a file of the version before the links is brought up to date, with its sessions', async () => {
  const before = await under.empty();
  await before.sessions.save([aSession('kept')]);
  await before.close();
  for (const statement of WITHOUT_LINKS) await under.execute(statement);

  const { sessions, links, audit } = await under.again();
  expect((await sessions.list({ nowMs: NOW }, 5)).sessions).toEqual([aSession('kept')]);
  expect(await links.get(['rms:session:kept'])).toEqual(new Map());
  expect(await links.nextOwedMs()).toBeNull();
  await links.save([aLink('new')], [anEntry('new')]);
  expect(await audit.head()).toMatchObject({ entries: 1 });
});

/** What takes the file back to the second migration. */
const WITHOUT_LINKS = [
  'drop index sessions_by_end_owed',
  'drop index sessions_by_connection',
  'drop index sessions_by_access_owed',
  'drop index sessions_by_own_end',
  ...['connection_ref', 'found_running', 'end_owed', 'made_here', 'access_owed', 'allowed_ip'].map(
    (column) => `alter table sessions drop column ${column}`,
  ),
  ...['intents', 'audit', 'audit_head', 'quotas'].map((table) => `drop table ${table}`),
  `delete from drawbridge_migration where name > '0003'`,
];
