import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService, variablesOf } from '../support/service';
import { addRouter, createLink, hurry, type Moved, pass, readLink } from './asking';

const OPEN = 'POST /devices/connect/{access_id}';
const CHANNEL = 'GET /status/channel/{channel}';

let clock: ManualClock;
let folder: string;
let simulators: Simulators;
/** Two processes at one store and the same vendors. */
let one: TestService;
let other: TestService;

beforeEach(async () => {
  clock = new ManualClock();
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  simulators = await startSimulators({ devices: 3, latencyMs: 0, now: () => clock.now() });
  hurry(simulators);
  const env = { ...variablesOf(simulators), DATABASE_URL: `file:${path.join(folder, 'links.db')}` };
  one = await startTestService({ clock, env, simulators: { devices: 3 } });
  other = await startTestService({ clock, env, simulators: { devices: 3 } });
});

afterEach(async () => {
  await one?.close();
  await other?.close();
  await simulators.close();
  await rm(folder, { recursive: true });
});

const moved = (): Moved => ({ simulators, clock });

test('a process that looks for a lost link does not take the one that another is just opening', async () => {
  const { state, faults } = simulators.rms;
  const { access, accessId } = addRouter(simulators);
  const held = faults.add({ kind: 'hold', route: CHANNEL, times: 1 });
  const opened = createLink(other, access);
  await pass(moved(), 10, () => held.hits === 1);
  expect(state.activeSessions(accessId)).toHaveLength(1);

  faults.add({ kind: 'lose-request', route: OPEN, times: 1 });
  const lost = createLink(one, access);
  await pass(moved(), 1);
  held.release();
  const { session } = await opened;
  await pass(moved(), 60);

  expect(await readLink(other, (await lost).session.id)).toMatchObject({ status: 'FAILED', url: null });
  expect(await readLink(one, session.id)).toMatchObject({ status: 'ACTIVE', url: session.url });
  expect(state.activeSessions(accessId)).toHaveLength(1);
});

test('where both lost theirs, each takes one of those that are there', async () => {
  const { state, faults } = simulators.rms;
  const { access, accessId } = addRouter(simulators);
  faults.add({ kind: 'lose-answer', route: OPEN, times: 2 });
  const both = Promise.all([one, other].map((service) => createLink(service, access)));
  await pass(moved(), 90);

  const asked = await both;
  const [first, second] = await Promise.all(asked.map(({ session }) => readLink(one, session.id)));
  expect(first?.status).toBe('ACTIVE');
  expect(second?.status).toBe('ACTIVE');
  expect(first?.url).not.toBe(second?.url);
  expect(state.activeSessions(accessId)).toHaveLength(2);
});
