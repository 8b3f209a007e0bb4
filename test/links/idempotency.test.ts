import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  as,
  CREATE_LINK,
  closeSession,
  codeOf,
  countCalls,
  createLink,
  dataOf,
  type Graph,
  hurry,
  type LinkAnswer,
  learnFleet,
  OPEN_ACCESS,
  resetCalls,
  tokensFile,
} from './asking';

let folder: string;
let service: TestService;
/** The same service, as each of two callers asks it. */
let north: Graph;
let south: Graph;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const env = tokensFile(path.join(folder, 'tokens.json'), [{ subject: 'north' }, { subject: 'south' }]);
  service = await startTestService({ simulators: { devices: 3 }, env });
  hurry(service.simulators);
  const asking = (subject: string): Graph => ({
    query: (query, options) =>
      service.query(query, { ...options, headers: { ...options?.headers, ...as(subject) } }),
  });
  north = asking('north');
  south = asking('south');
});

afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

/** A way in of each vendor, and how many links it has at its vendor. */
const waysIn = [
  [
    'Teltonika RMS',
    () => {
      const { access, accessId } = addRouter(service.simulators);
      return { access, made: () => service.simulators.rms.state.sessions(accessId).length };
    },
  ],
  [
    'remote.it',
    () => {
      const { access, address } = addService(service.simulators);
      const { calls } = service.simulators.remoteit;
      const connects = () =>
        calls.entries.filter(
          ({ route, body }) =>
            route === 'POST /device/connect' && JSON.stringify(body).includes(`"${address}"`),
        );
      return { access, made: () => connects().length };
    },
  ],
  [
    'Everyware Cloud',
    () => {
      const { access, id } = addGateway(service.simulators);
      const { calls } = service.simulators.everyware;
      return {
        access,
        made: () => calls.entries.filter((call) => call.path.endsWith(`/${id}/vpn/_connect`)).length,
      };
    },
  ],
] as const;

describe.each(waysIn)('at %s', (_, add) => {
  test('the same key with the same input answers the same session, and makes no second link', async () => {
    const { access } = add();
    await learnFleet(north);
    const wish = { idempotencyKey: `key-${access}`, reason: 'pump' };
    const first = await createLink(north, access, wish);
    expect(first.replayed).toBe(false);
    resetCalls(service.simulators);
    expect(await createLink(north, access, wish)).toEqual({ session: first.session, replayed: true });
    expect(countCalls(service.simulators)).toBe(0);
  });

  test('twenty twins at once make one link, and all get it', async () => {
    const { access, made } = add();
    await learnFleet(north);
    const wish = { idempotencyKey: `twins-${access}` };
    const answers = await Promise.all(Array.from({ length: 20 }, () => createLink(north, access, wish)));
    expect(made()).toBe(1);
    expect(new Set(answers.map(({ session }) => session.id)).size).toBe(1);
    expect(answers.map(({ session }) => session.status)).toEqual(Array(20).fill('ACTIVE'));
    expect(new Set(answers.map(({ session }) => session.url ?? session.host)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });
});

test('the same key with another input is a conflict, whatever differs', async () => {
  const [router, other] = [addRouter(service.simulators), addRouter(service.simulators)];
  await learnFleet(north);
  const idempotencyKey = 'one-input';
  await createLink(north, router.access, { idempotencyKey, reason: 'pump' });
  resetCalls(service.simulators);
  const inputs = [
    { remoteAccessId: other.access, durationSeconds: 600, reason: 'pump' },
    { remoteAccessId: router.access, durationSeconds: 601, reason: 'pump' },
    { remoteAccessId: router.access, durationSeconds: 600, reason: 'valve' },
    { remoteAccessId: router.access, durationSeconds: 600 },
  ];
  for (const input of inputs) {
    const answer = await north.query(CREATE_LINK, { variables: { input: { ...input, idempotencyKey } } });
    expect(codeOf(answer)).toBe('IDEMPOTENCY_CONFLICT');
  }
  expect(countCalls(service.simulators)).toBe(0);
  const same = { idempotencyKey, reason: 'pump', allowedIp: null };
  expect(await createLink(north, router.access, same)).toMatchObject({ replayed: true });
});

test("another caller's same key is a key of its own", async () => {
  const { access } = addService(service.simulators);
  await learnFleet(north);
  const wish = { idempotencyKey: 'shared-word' };
  const first = await createLink(north, access, wish);
  const second = await createLink(south, access, wish);
  expect(second.replayed).toBe(false);
  expect(second.session.id).not.toBe(first.session.id);
  expect([first.session.createdBy, second.session.createdBy]).toEqual(['north', 'south']);
});

test('a key whose link is over answers that link, and opens nothing', async () => {
  const { access, accessId } = addRouter(service.simulators);
  await learnFleet(north);
  const wish = { idempotencyKey: 'over' };
  const { session } = await createLink(north, access, wish);
  await closeSession(north, session.id);
  resetCalls(service.simulators);
  const again = await createLink(north, access, wish);
  expect(again).toMatchObject({ replayed: true, session: { id: session.id, status: 'CLOSED', url: null } });
  expect(service.simulators.rms.state.activeSessions(accessId)).toEqual([]);
  expect(countCalls(service.simulators)).toBe(0);
});

test('a key whose link could not be opened answers the failed session, and does not try again', async () => {
  const { access, accessId, deviceId } = addRouter(service.simulators);
  service.simulators.rms.state.setOnline(deviceId, false);
  await learnFleet(north);
  const variables = { input: { remoteAccessId: access, durationSeconds: 60, idempotencyKey: 'failed' } };
  expect(codeOf(await north.query(CREATE_LINK, { variables }))).toBe('DEVICE_OFFLINE');
  service.simulators.rms.state.setOnline(deviceId, true);
  const again = await north.query<{ createLink: LinkAnswer }>(CREATE_LINK, { variables });
  expect(dataOf(again).createLink).toMatchObject({ replayed: true, session: { status: 'FAILED' } });
  expect(service.simulators.rms.state.sessions(accessId)).toEqual([]);
});

test('the same key in createLink and in openAccess makes two links', async () => {
  const { access, device } = addService(service.simulators);
  await learnFleet(north);
  const linked = await createLink(north, access, { idempotencyKey: 'both' });
  const input = { deviceId: device, protocol: 'SSH', durationSeconds: 600, idempotencyKey: 'both' };
  const opened = await north.query<{ openAccess: LinkAnswer }>(OPEN_ACCESS, { variables: { input } });
  expect(dataOf(opened).openAccess.replayed).toBe(false);
  expect(dataOf(opened).openAccess.session.id).not.toBe(linked.session.id);
});

test('openAccess with the same key makes one way in and one link, twins included', async () => {
  const { state } = service.simulators.rms;
  const { id } = state.addDevice();
  await learnFleet(north);
  const input = {
    deviceId: `rms:device:${id}`,
    protocol: 'SSH',
    host: '192.168.1.9',
    durationSeconds: 600,
    idempotencyKey: 'open-once',
  };
  const ask = () => north.query<{ openAccess: LinkAnswer }>(OPEN_ACCESS, { variables: { input } });
  const twins = await Promise.all(Array.from({ length: 20 }, ask));
  const late = await ask();
  const answers = [...twins, late].map((answer) => dataOf(answer).openAccess);
  expect(state.accesses(id)).toHaveLength(1);
  expect(state.sessions(state.accesses(id)[0]?.id)).toHaveLength(1);
  expect(new Set(answers.map(({ session }) => session.url))).toEqual(
    new Set([`https://${state.sessions(state.accesses(id)[0]?.id)[0]?.host}`]),
  );
});

test.each([
  ['empty', ''],
  ['of more than 200 characters', 'x'.repeat(201)],
])('a key that is %s is refused', async (_, idempotencyKey) => {
  const { access } = addRouter(service.simulators);
  await learnFleet(north);
  const input = { remoteAccessId: access, durationSeconds: 60, idempotencyKey };
  expect(codeOf(await north.query(CREATE_LINK, { variables: { input } }))).toBe('BAD_USER_INPUT');
});
