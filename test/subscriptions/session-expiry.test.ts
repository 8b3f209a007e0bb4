import { addGateway, addRouter, addService, CLOSE, hurry } from '../links/asking';
import { type Following, openTestGraph, type TestGraph } from '../support/graph';

const CREATE =
  'mutation ($input: CreateLinkInput!) { createLink(input: $input) { session { id expiresAt } } }';
const FOLLOW = `subscription ($sessions: [ID!], $devices: [ID!], $marks: [Int!] = [300, 60]) {
  sessionExpiry(sessionIds: $sessions, deviceIds: $devices, warnAtSeconds: $marks) {
    type secondsRemaining at session { id status url expiresAt secondsRemaining device { id } }
  }
}`;

interface Told {
  readonly sessionExpiry: {
    readonly type: string;
    readonly secondsRemaining: number | null;
    readonly at: string;
    readonly session: { readonly id: string; readonly status: string; readonly url: string | null };
  };
}

let graph: TestGraph;

beforeEach(async () => {
  graph = await openTestGraph({ simulators: { devices: 3 } });
  hurry(graph.simulators);
});

afterEach(() => graph?.close());

/** Opens a link, and moves the clock to a whole number of seconds before its end. */
async function link(remoteAccessId: string, durationSeconds = 600): Promise<string> {
  const answer = await graph.run<{ createLink: { session: { id: string; expiresAt: string } } }>(CREATE, {
    variables: { input: { remoteAccessId, durationSeconds } },
  });
  if (answer.data?.createLink === undefined) throw new Error(JSON.stringify(answer.errors));
  const { id, expiresAt } = answer.data.createLink.session;
  graph.clock.advance((Date.parse(expiresAt) - graph.clock.now()) % 1000);
  return id;
}

function follow(variables: Readonly<Record<string, unknown>> = {}): Promise<Following<Told>> {
  return graph.follow<Told>(FOLLOW, { variables });
}

async function told(events: Following<Told>): Promise<readonly string[]> {
  return (await events.settled()).map(
    ({ sessionExpiry: { type, session, secondsRemaining } }) =>
      `${type} ${session.status} ${secondsRemaining}`,
  );
}

test('a link is told as it stands, at each mark, and at its end; then the subscription is over', async () => {
  const id = await link(addRouter(graph.simulators).access);
  const { expiresAt } = (await graph.store.sessions.get([id])).get(id) ?? {};
  const moveTo = (secondsBefore: number): void => {
    graph.clock.advance((expiresAt?.getTime() ?? 0) - secondsBefore * 1000 - graph.clock.now());
  };
  const events = await follow({ sessions: [id] });
  moveTo(300.001);
  expect(await told(events)).toEqual([expect.stringMatching(/^CURRENT ACTIVE 59\d$/)]);
  moveTo(300);
  expect(await told(events)).toEqual(['EXPIRING ACTIVE 300']);
  moveTo(60);
  expect(await told(events)).toEqual(['EXPIRING ACTIVE 60']);
  moveTo(0);
  expect(await events.next()).toMatchObject({
    data: { sessionExpiry: { type: 'EXPIRED', session: { id, status: 'EXPIRED', url: null } } },
  });
  expect(await events.next()).toBeUndefined();
});

test('links that are opened and closed through the graph are told at once, on every vendor', async () => {
  const places = [addRouter(graph.simulators), addService(graph.simulators), addGateway(graph.simulators)];
  const everything = await follow();
  const ofDevices = await follow({ devices: places.map(({ device }) => device) });
  for (const { access } of places) {
    const id = await link(access);
    const opened = { type: 'OPENED', session: { id, status: 'ACTIVE' } };
    expect(await everything.next()).toMatchObject({ data: { sessionExpiry: opened } });
    await graph.run(CLOSE, { variables: { id } });
    const closed = { type: 'CLOSED', session: { id, status: 'CLOSED' } };
    expect(await everything.next()).toMatchObject({ data: { sessionExpiry: closed } });
    expect(await told(ofDevices)).toEqual([
      expect.stringMatching(/^OPENED ACTIVE (600|59\d)$/),
      'CLOSED CLOSED 0',
    ]);
  }
});

test('a link that is not known is refused', async () => {
  await expect(follow({ sessions: ['rms:session:1:2:3'] })).rejects.toMatchObject({
    originalError: { code: 'NOT_FOUND' },
  });
});
