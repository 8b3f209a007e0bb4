import { type Principal, SCOPES } from '../../src/domain/principal';
import { openTestGraph, type TestGraph } from '../support/graph';
import { addLinks, FOLLOW, learnLinks, type Told } from './asking';

let graph: TestGraph;

beforeEach(async () => {
  graph = await openTestGraph({ simulators: { devices: 0 } });
});

afterEach(() => graph?.close());

const everyone = (given: Partial<Principal> = {}): Principal => ({
  subject: 'ada',
  scopes: new Set(SCOPES),
  ...given,
});

const without = (...scopes: readonly string[]): Principal =>
  everyone({ scopes: new Set(SCOPES.filter((scope) => !scopes.includes(scope))) });

const elsewhere = everyone({ accounts: new Set(['remoteit']) });

const refused = (code: string): object => ({ originalError: { code } });

test('each subscription needs its scope', async () => {
  const cases = [
    ['remote_access:read', FOLLOW],
    ['vpn:read', 'subscription { vpnStatusChanged(deviceIds: []) { at } }'],
    ['devices:read', 'subscription { deviceStatusChanged { at } }'],
  ] as const;
  for (const [scope, query] of cases) {
    await expect(graph.follow(query, { principal: without(scope) })).rejects.toMatchObject(
      refused('FORBIDDEN'),
    );
    await (await graph.follow(query)).leave();
  }
});

test('a link is shown only to those who may use it', async () => {
  const [link] = addLinks(graph, 1, 600);
  await learnLinks(graph);
  const asked = { variables: { sessions: [link?.id] } };
  const user = await graph.follow<Told>(FOLLOW, asked);
  const reader = await graph.follow<Told>(FOLLOW, { ...asked, principal: without('links:use') });
  expect((await user.next())?.data?.sessionExpiry.session.url).toMatch(/^https:/);
  expect((await reader.next())?.data?.sessionExpiry.session.url).toBeNull();
});

test('what is in an account that a caller does not have does not exist for it', async () => {
  const [link] = addLinks(graph, 1, 600);
  await learnLinks(graph);
  const mine = await graph.follow<Told>(FOLLOW);
  const theirs = await graph.follow<Told>(FOLLOW, { principal: elsewhere });
  expect(await mine.settled()).toHaveLength(1);
  await graph.pass(700, 10);
  expect(await mine.settled()).toHaveLength(3);
  expect(await theirs.settled()).toEqual([]);
  for (const variables of [{ sessions: [link?.id] }, { devices: [link?.device] }]) {
    await expect(graph.follow(FOLLOW, { variables, principal: elsewhere })).rejects.toMatchObject(
      refused('NOT_FOUND'),
    );
    // That somebody else follows it makes no difference.
    await graph.follow(FOLLOW, { variables });
    await expect(graph.follow(FOLLOW, { variables, principal: elsewhere })).rejects.toMatchObject(
      refused('NOT_FOUND'),
    );
  }
});

test('a link that a change of rights hides ends with an error, and what waits is not told', async () => {
  const [link] = addLinks(graph, 1, 600);
  await learnLinks(graph);
  const everything = await graph.follow<Told>(FOLLOW);
  const named = await graph.follow<Told>(FOLLOW, { variables: { sessions: [link?.id] } });
  const other = await graph.follow<Told>(FOLLOW, { principal: everyone({ subject: 'bob' }) });
  graph.tools.rights.change((principal) => (principal.subject === 'bob' ? principal : elsewhere));
  for (const events of [everything, named]) {
    await expect(events.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await events.next()).toBeUndefined();
  }
  expect(await other.settled()).toHaveLength(1);
});

test('who is not let in any more hears nothing more', async () => {
  addLinks(graph, 1, 600);
  await learnLinks(graph);
  const events = await graph.follow<Told>(FOLLOW);
  graph.tools.rights.change(() => undefined);
  await expect(events.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a scope that is taken away counts from the next event on', async () => {
  const [link] = addLinks(graph, 1, 600);
  await learnLinks(graph);
  const events = await graph.follow<Told>(FOLLOW, { variables: { sessions: [link?.id] } });
  expect((await events.next())?.data?.sessionExpiry.session.url).toMatch(/^https:/);
  graph.tools.rights.change(() => without('links:use'));
  await graph.pass(300, 10);
  expect((await events.next())?.data?.sessionExpiry.session.url).toBeNull();
});
