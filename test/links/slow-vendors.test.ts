import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  CREATE_LINK,
  countCalls,
  createLink,
  dataOf,
  type LinkAnswer,
  learnFleet,
  readLink,
  resetCalls,
  until,
} from './asking';

let clock: ManualClock;
let service: TestService;

beforeEach(async () => {
  clock = new ManualClock();
  service = await startTestService({ clock, simulators: { devices: 3 } });
});

afterEach(() => service?.close());

/** Each vendor, made to take 35 s for a link. */
const slow = [
  [
    'Teltonika RMS',
    () => {
      service.simulators.rms.knobs.channelDelayMs = 35_000;
      return { ...addRouter(service.simulators), finish: () => {} };
    },
  ],
  [
    'remote.it',
    () => {
      const row = addService(service.simulators);
      const held = service.simulators.remoteit.faults.add({ kind: 'hold', route: 'POST /device/connect' });
      return { ...row, finish: () => held.release() };
    },
  ],
  [
    'Everyware Cloud',
    () => {
      service.simulators.everyware.knobs.tunnelDelayMs = 35_000;
      return { ...addGateway(service.simulators), finish: () => {} };
    },
  ],
] as const;

/** Moves the clock on by steps of half a second, and lets what comes of each be done: calls of the loopback included. */
async function passTo(ms: number): Promise<void> {
  while (clock.monotonic() < ms) {
    clock.advance(Math.min(500, ms - clock.monotonic()));
    await readLink(service, 'rms:session:none');
    const { rms, everyware } = service.simulators;
    await until(() => rms.calls.inFlight + everyware.calls.inFlight === 0);
    await readLink(service, 'rms:session:none');
  }
}

describe.each(slow)('a link that %s needs longer for than a caller waits', (_, add) => {
  test('is PENDING after 30 s, to whoever asks, and ACTIVE for the same session once it is there', async () => {
    const { access, finish } = add();
    await learnFleet(service);
    const input = { remoteAccessId: access, durationSeconds: 600, idempotencyKey: 'patient' };
    const answered: LinkAnswer[] = [];
    const asking = service
      .query<{ createLink: LinkAnswer }>(CREATE_LINK, { variables: { input } })
      .then((answer) => answered.push(dataOf(answer).createLink));
    const started = clock.monotonic();
    await until(() => clock.waiting > 0 && countCalls(service.simulators) > 0);
    await passTo(started + 29_500);
    expect(answered).toEqual([]);
    await passTo(started + 30_500);
    await asking;
    const [{ session } = { session: undefined }] = answered;
    expect(session).toMatchObject({ status: 'PENDING', url: null, host: null });
    const id = session?.id ?? '';
    expect(await readLink(service, id)).toMatchObject({ status: 'PENDING' });

    await passTo(started + 36_000);
    finish();
    await passTo(started + 40_000);
    await until(async () => (await readLink(service, id))?.status === 'ACTIVE');
    const link = await readLink(service, id);
    expect(link?.url ?? link?.host).toBeTruthy();
    resetCalls(service.simulators);
    expect(await createLink(service, access, { idempotencyKey: 'patient' })).toEqual({
      session: link,
      replayed: true,
    });
    expect(countCalls(service.simulators)).toBe(0);
  });
});
