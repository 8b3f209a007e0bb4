import { startTestService, type TestService } from '../support/service';
import {
  addService,
  CREATE_LINK,
  closeSession,
  codeOf,
  createLink,
  dataOf,
  type LinkAnswer,
  learnFleet,
  readLink,
  resetCalls,
  until,
  writesOf,
} from './asking';

const WISH = '198.51.100.7';
const OTHER = '203.0.113.8';

let service: TestService;
/** How far the vendors' clock is ahead, in milliseconds: a connection ages by it. */
let ahead = 0;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 3, now: () => Date.now() + ahead } });
});

afterAll(() => service?.close());

afterEach(() => {
  const { knobs, faults } = service.simulators.remoteit;
  Object.assign(knobs, { keepsHostIp: true, connectAnswer: 'full' });
  faults.clear();
});

async function begin() {
  const { access, address } = addService(service.simulators);
  await learnFleet(service);
  resetCalls(service.simulators);
  const { state } = service.simulators.remoteit;
  const ask = (allowedIp: string | null) =>
    service.query<{ createLink: LinkAnswer }>(CREATE_LINK, {
      variables: { input: { remoteAccessId: access, durationSeconds: 600, allowedIp } },
    });
  return { access, address, ask, running: () => state.connections(address), state };
}

const CONNECT = 'POST /device/connect';
const STOP = 'POST /device/connect/stop';

const failedSessions = async (): Promise<readonly string[]> => {
  const query = '{ sessions(filter: { status: [FAILED] }) { nodes { id } } }';
  const answer = await service.query<{ sessions: { nodes: readonly { id: string }[] } }>(query);
  return dataOf(answer).sessions.nodes.map(({ id }) => id);
};

test.each(['full', 'documented'] as const)(
  'a connection that comes up for the link is restricted to its address, as the %s answer tells',
  async (connectAnswer) => {
    service.simulators.remoteit.knobs.connectAnswer = connectAnswer;
    const { ask, running } = await begin();
    expect(dataOf(await ask(WISH))).toMatchObject({ createLink: { session: { status: 'ACTIVE' } } });
    expect(running().map(({ filteredIp }) => filteredIp)).toEqual([WISH]);
  },
);

test('one that comes up open for others is stopped again before the caller hears of it', async () => {
  service.simulators.remoteit.knobs.keepsHostIp = false;
  const { ask, running } = await begin();
  const before = await failedSessions();
  expect(codeOf(await ask(WISH))).toBe('POLICY_VIOLATION');
  expect(running()).toEqual([]);
  expect(writesOf(service.simulators)).toEqual([CONNECT, STOP]);
  expect(await failedSessions()).toHaveLength(before.length + 1);
});

test('where that stop gets lost the connection is ended as soon as can be', async () => {
  const { knobs, faults } = service.simulators.remoteit;
  knobs.keepsHostIp = false;
  const { ask, running } = await begin();
  faults.add({ kind: 'lose-request', route: STOP, times: 1 });
  expect(codeOf(await ask(WISH))).toBe('POLICY_VIOLATION');
  await until(() => running().length === 0);
  expect(service.log.join('')).toContain('is not as it was asked for');
});

test.each([
  ['full', 'none'],
  ['full', OTHER],
  ['documented', 'none'],
  ['documented', WISH],
] as const)(
  'one that ran before, opened elsewhere, is neither handed out nor stopped where its rule is another or not known (%s, %s)',
  async (connectAnswer, filteredIp) => {
    service.simulators.remoteit.knobs.connectAnswer = connectAnswer;
    const { ask, address, running, state } = await begin();
    const { id } = state.startConnection(address, { filteredIp });
    ahead += 60_000;
    expect(codeOf(await ask(WISH))).toBe('POLICY_VIOLATION');
    expect(running().map((connection) => connection.id)).toEqual([id]);
    expect(writesOf(service.simulators)).toEqual([CONNECT]);
  },
);

test('one that ran before with the same rule is shared, as its vendor tells', async () => {
  const { ask, address, running, state } = await begin();
  state.startConnection(address, { filteredIp: WISH });
  ahead += 60_000;
  expect(dataOf(await ask(WISH))).toMatchObject({ createLink: { session: { status: 'ACTIVE' } } });
  expect(running()).toHaveLength(1);
});

test.each(['full', 'documented'] as const)(
  'links share a connection of this graph only for the same address, also long after (%s)',
  async (connectAnswer) => {
    service.simulators.remoteit.knobs.connectAnswer = connectAnswer;
    const { access, ask, running } = await begin();
    const first = await createLink(service, access, { allowedIp: WISH });
    ahead += 300_000;
    expect(dataOf(await ask(WISH))).toMatchObject({ createLink: { session: { status: 'ACTIVE' } } });
    expect(codeOf(await ask(OTHER))).toBe('POLICY_VIOLATION');
    const [refusal] = (await ask(null)).errors ?? [];
    const atFault = { vendor: 'REMOTE_IT', account: 'remoteit', retryable: false };
    expect(refusal?.extensions).toMatchObject({ code: 'VENDOR_REJECTED', ...atFault });
    expect(running().map(({ filteredIp }) => filteredIp)).toEqual([WISH]);
    expect(await readLink(service, first.session.id)).toMatchObject({ status: 'ACTIVE' });
  },
);

test('a link for everybody keeps its connection, and nobody is told that it is for one address', async () => {
  service.simulators.remoteit.knobs.connectAnswer = 'documented';
  const { access, ask, running } = await begin();
  const { session } = await createLink(service, access);
  expect(codeOf(await ask(WISH))).toBe('POLICY_VIOLATION');
  expect(running().map(({ filteredIp }) => filteredIp)).toEqual(['latching']);
  await closeSession(service, session.id);
  expect(dataOf(await ask(WISH))).toMatchObject({ createLink: { session: { status: 'ACTIVE' } } });
});

test('of wishes at once each link has the rule that was asked for, or there is none', async () => {
  service.simulators.remoteit.knobs.connectAnswer = 'documented';
  const { ask, running } = await begin();
  const wishes = [null, WISH, null, OTHER, WISH, null, OTHER, WISH];
  const answers = await Promise.all(wishes.map(ask));
  const granted = wishes.filter((_, index) => answers[index]?.errors === undefined);
  expect(new Set(granted).size).toBe(1);
  expect(running()).toHaveLength(1);
  expect(running()[0]?.filteredIp).toBe(granted[0] ?? 'latching');
});

test('a wish waits for the answer to another link, over whose connection it would come', async () => {
  const { knobs, faults } = service.simulators.remoteit;
  knobs.connectAnswer = 'documented';
  const { ask, running } = await begin();
  const held = faults.add({ kind: 'hold', route: CONNECT, times: 1 });
  const forAll = ask(null);
  await until(() => held.hits === 1);
  const forOne = ask(WISH);
  const pending = '{ sessions(filter: { status: [PENDING] }) { nodes { id } } }';
  await until(async () => {
    const answer = await service.query<{ sessions: { nodes: readonly unknown[] } }>(pending);
    return dataOf(answer).sessions.nodes.length === 2;
  });
  for (let reads = 0; reads < 20; reads += 1) await service.query(pending);
  held.release();
  expect(dataOf(await forAll)).toMatchObject({ createLink: { session: { status: 'ACTIVE' } } });
  expect(codeOf(await forOne)).toBe('POLICY_VIOLATION');
  expect(running().map(({ filteredIp }) => filteredIp)).toEqual(['latching']);
});

test('one whose answer got lost is found again, and is still for its address alone', async () => {
  const { knobs, faults } = service.simulators.remoteit;
  knobs.connectAnswer = 'documented';
  const { ask, running } = await begin();
  faults.add({ kind: 'lose-answer', route: CONNECT, times: 1 });
  expect(dataOf(await ask(WISH))).toMatchObject({ createLink: { session: { status: 'ACTIVE' } } });
  expect(running().map(({ filteredIp }) => filteredIp)).toEqual([WISH]);
  expect(codeOf(await ask(OTHER))).toBe('POLICY_VIOLATION');
});
