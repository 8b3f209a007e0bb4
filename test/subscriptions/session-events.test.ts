import { addGateway, addRouter, addService, CLOSE, hurry } from '../links/asking';
import { openTestGraph, type TestGraph } from '../support/graph';
import { addLinks, FOLLOW, follow, learnLinks, type Told, told } from './asking';

let graph: TestGraph;

beforeEach(async () => {
  graph = await openTestGraph({ simulators: { devices: 0 } });
});

afterEach(() => graph?.close());

const OPEN = 'mutation ($input: CreateLinkInput!) { createLink(input: $input) { session { id } } }';

async function open(remoteAccessId: string, durationSeconds = 600): Promise<string | undefined> {
  const answer = await graph.run<{ createLink: { session: { id: string } } }>(OPEN, {
    variables: { input: { remoteAccessId, durationSeconds } },
  });
  return answer.data?.createLink?.session.id;
}

/** An instant so many seconds from now, as RMS tells it. */
function inSeconds(seconds: number): number {
  return Math.floor(graph.clock.now() / 1000) + seconds;
}

/** One link that is known, for so many seconds. */
async function oneLink(seconds: number): Promise<{ readonly id: string; readonly sessionId: number }> {
  const [link] = addLinks(graph, 1, seconds);
  await learnLinks(graph);
  return { id: link?.id ?? '', sessionId: link?.sessionId ?? 0 };
}

test('who comes later is told the marks that are still to come, and the others go on', async () => {
  const { id } = await oneLink(400);
  const early = await follow(graph, { sessions: [id], marks: [300, 100] });
  await graph.pass(150);
  const late = await follow(graph, { sessions: [id], marks: [300, 200, 10] });
  await graph.pass(250);
  expect(await told(early)).toEqual([`CURRENT ${id}`, `EXPIRING ${id}`, `EXPIRING ${id}`, `EXPIRED ${id}`]);
  expect(
    (await late.settled()).map(({ sessionExpiry: { type, secondsRemaining } }) => [type, secondsRemaining]),
  ).toEqual([
    ['CURRENT', 249],
    ['EXPIRING', 200],
    ['EXPIRING', 10],
    ['EXPIRED', 0],
  ]);
});

test('an end that moved has its marks anew', async () => {
  const { id, sessionId } = await oneLink(400);
  const events = await follow(graph, { sessions: [id], marks: [300] });
  await graph.pass(101);
  expect(await told(events)).toEqual([`CURRENT ${id}`, `EXPIRING ${id}`]);
  graph.simulators.rms.state.updateSession(sessionId, { endTime: inSeconds(1000) });
  await graph.pass(1001);
  expect(await told(events)).toEqual([`CHANGED ${id}`, `EXPIRING ${id}`, `EXPIRED ${id}`]);
});

test('nothing follows an end: not when the wall clock is put back, nor when the vendor moves it after all', async () => {
  const { id, sessionId } = await oneLink(100);
  const events = await follow(graph);
  await graph.pass(101);
  graph.clock.jump(-60_000);
  graph.simulators.rms.state.updateSession(sessionId, { endTime: inSeconds(5000) });
  await graph.pass(400);
  await graph.run('{ devices(first: 500) { nodes { sessions(active: false) { id } } } }');
  await graph.pass(5000, 10);
  expect(await told(events)).toEqual([`CURRENT ${id}`, `EXPIRING ${id}`, `EXPIRED ${id}`]);
});

test('a wall clock that is put forward across an end tells it at once', async () => {
  const { id } = await oneLink(10_000);
  const events = await follow(graph, { sessions: [id], marks: [] });
  await graph.pass(1);
  graph.clock.jump(10_000_000);
  await graph.pass(0.25, 0.25);
  expect(await told(events)).toEqual([`CURRENT ${id}`, `EXPIRED ${id}`]);
});

test('an end that the graph keeps is told once, by the clock, and closed at the vendor behind it', async () => {
  graph.start();
  const ids = [
    await open(addService(graph.simulators).access),
    await open(addGateway(graph.simulators).access),
  ];
  const events = await follow(graph, { sessions: ids, marks: [] });
  await graph.pass(700);
  const ends = await told(events);
  expect(new Set(ends)).toEqual(new Set(ids.flatMap((id) => [`CURRENT ${id}`, `EXPIRED ${id}`])));
  expect(ends).toHaveLength(4);
  expect(await events.next()).toBeUndefined();
});

test('a link that does not come to be is told as failed to those who follow its device', async () => {
  const { device, access, deviceId } = addRouter(graph.simulators);
  const events = await follow(graph, { devices: [device] });
  graph.simulators.rms.state.setOnline(deviceId, false);
  expect(await open(access)).toBeUndefined();
  expect((await told(events)).map((event) => event.split(' ')[0])).toEqual(['FAILED']);
});

test('a link named that is over already is told as it stands, and the subscription is over', async () => {
  hurry(graph.simulators);
  const id = await open(addRouter(graph.simulators).access);
  await graph.run(CLOSE, { variables: { id } });
  const events = await follow(graph, { sessions: [id] });
  expect((await events.next())?.data?.sessionExpiry).toMatchObject({
    type: 'CURRENT',
    session: { id, status: 'CLOSED' },
  });
  expect(await events.next()).toBeUndefined();
});

test('links named and links of devices named are followed together, and nothing named follows nothing', async () => {
  const [one, two, three] = addLinks(graph, 3, 600);
  await learnLinks(graph);
  const both = await follow(graph, { sessions: [one?.id], devices: [two?.device, one?.device] });
  expect(new Set(await told(both))).toEqual(new Set([`CURRENT ${one?.id}`, `CURRENT ${two?.id}`]));
  expect(three).toBeDefined();
  const none = await follow(graph, { sessions: [] });
  expect(await none.next()).toBeUndefined();
});

test('a reader that stands still loses no mark and no end, and finds the newest state', async () => {
  const { id, sessionId } = await oneLink(10_000);
  const events = await follow(graph, { sessions: [id], marks: [300, 60] });
  for (let times = 0; times < 20; times += 1) {
    graph.simulators.rms.state.updateSession(sessionId, { endTime: inSeconds(5000 + times) });
    await graph.pass(301, 7);
  }
  await graph.pass(6000, 10);
  const all = await events.settled();
  expect(all.map(({ sessionExpiry: { type } }) => type)).toEqual([
    'CURRENT',
    'CHANGED',
    'EXPIRING',
    'EXPIRING',
    'EXPIRED',
  ]);
  expect(all[1]?.sessionExpiry.session.expiresAt).toBe(all[4]?.sessionExpiry.session.expiresAt);
});

test('what cannot be followed is refused', async () => {
  const refused = (code: string): object => ({ originalError: { code } });
  const { device } = addRouter(graph.simulators);
  const cases: readonly (readonly [object, string])[] = [
    [{ sessions: ['what'] }, 'BAD_USER_INPUT'],
    [{ sessions: [device] }, 'BAD_USER_INPUT'],
    [{ devices: ['rms:session:1:2:3'] }, 'BAD_USER_INPUT'],
    [{ marks: [0] }, 'BAD_USER_INPUT'],
    [{ marks: [-5] }, 'BAD_USER_INPUT'],
    [{ marks: Array.from({ length: 11 }, (_, index) => index + 1) }, 'BAD_USER_INPUT'],
    [{ sessions: Array.from({ length: 1001 }, (_, index) => `rms:session:1:1:${index}`) }, 'BAD_USER_INPUT'],
    [{ sessions: ['nobody:session:1'] }, 'NOT_FOUND'],
    [{ devices: [device, 'rms:device:1'] }, 'NOT_FOUND'],
  ];
  for (const [variables, code] of cases) {
    await expect(graph.follow<Told>(FOLLOW, { variables: { ...variables } })).rejects.toMatchObject(
      refused(code),
    );
  }
  expect(await graph.tools.metrics.text()).toContain('drawbridge_active_subscriptions 0');
});

test('who reconnects after a restart finds the state as it is, and every end once', async () => {
  const [kept, ended, other] = addLinks(graph, 3, 600);
  await learnLinks(graph);
  const before = await follow(graph, { sessions: [kept?.id, ended?.id, other?.id] });
  await before.settled();
  await graph.stop();
  graph.simulators.rms.state.endSession(ended?.sessionId ?? 0);
  graph = await openTestGraph({ after: graph });
  const after = await follow(graph, { sessions: [kept?.id, ended?.id, other?.id], marks: [] });
  await graph.pass(400);
  expect(await told(after)).toEqual([
    `CURRENT ${kept?.id}`,
    `CURRENT ${ended?.id}`,
    `CURRENT ${other?.id}`,
    `CLOSED ${ended?.id}`,
  ]);
  await graph.stop();
  graph.clock.advance(300_000);
  graph = await openTestGraph({ after: graph });
  const last = await follow(graph, { sessions: [kept?.id, ended?.id] });
  const ends = (await last.settled()).map(({ sessionExpiry: { type, session } }) => [type, session.status]);
  expect(ends).toEqual([
    ['CURRENT', 'EXPIRED'],
    ['CURRENT', 'CLOSED'],
  ]);
});

test('what is read with an event is read anew for each', async () => {
  const [link] = addLinks(graph, 1, 600);
  await learnLinks(graph);
  const events = await graph.follow<{ sessionExpiry: { session: { device: { name: string } } } }>(
    'subscription { sessionExpiry(warnAtSeconds: [300]) { session { device { name } } } }',
  );
  const first = (await events.next())?.data?.sessionExpiry.session.device.name;
  graph.simulators.rms.state.updateDevice(link?.deviceId ?? 0, { name: `${first} renamed` });
  await graph.pass(300, 10);
  expect((await events.next())?.data?.sessionExpiry.session.device.name).toBe(`${first} renamed`);
});
