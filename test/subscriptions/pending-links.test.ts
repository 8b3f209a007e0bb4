import { addGateway, addRouter, addService, rest } from '../links/asking';
import { openTestGraph, type TestGraph } from '../support/graph';
import { follow } from './asking';

let graph: TestGraph;

beforeEach(async () => {
  graph = await openTestGraph({ simulators: { devices: 0 } });
});

afterEach(() => graph?.close());

const OPEN =
  'mutation ($input: CreateLinkInput!) { createLink(input: $input) { session { id status url host } } }';

interface Opened {
  readonly createLink: { readonly session: { readonly id: string; readonly status: string } };
}

/** Each vendor, made to take 40 s for a link, and what makes it fail in between. */
const slow = [
  [
    'Teltonika RMS',
    () => {
      const { rms } = graph.simulators;
      rms.knobs.channelDelayMs = 40_000;
      const router = addRouter(graph.simulators);
      const told = { [router.deviceId]: [{ status: 'error', value: 'The device did not answer.' }] };
      const body = { success: true, data: told };
      return {
        access: router.access,
        finish: () => {},
        fail: () => rms.faults.add({ kind: 'json', body, route: 'GET /status/channel/{channel}' }),
      };
    },
  ],
  [
    'remote.it',
    () => {
      const { remoteit } = graph.simulators;
      const { access, address } = addService(graph.simulators);
      const held = remoteit.faults.add({ kind: 'hold', route: 'POST /device/connect' });
      return {
        access,
        finish: () => held.release(),
        fail: () => {
          remoteit.state.setOnline(address, false);
          held.release();
        },
      };
    },
  ],
  [
    'Everyware Cloud',
    () => {
      const { everyware } = graph.simulators;
      everyware.knobs.tunnelDelayMs = 40_000;
      const { access, id } = addGateway(graph.simulators);
      return { access, finish: () => {}, fail: () => everyware.state.setOnline(id, false) };
    },
  ],
] as const;

describe.each(slow)('a link that %s needs longer for than its caller waits', (_, add) => {
  /** The PENDING session that the caller was answered, and who follows it from then on. */
  async function pending(access: string) {
    const input = { remoteAccessId: access, durationSeconds: 600 };
    const asked = graph.clock.monotonic();
    const { data } = await graph.run<Opened>(OPEN, { variables: { input } });
    expect(data?.createLink.session).toMatchObject({ status: 'PENDING', url: null, host: null });
    expect(graph.clock.monotonic() - asked).toBeLessThan(31_000);
    const events = await follow(graph, { sessions: [data?.createLink.session.id], marks: [60] });
    expect((await events.next())?.data?.sessionExpiry).toMatchObject({
      type: 'CURRENT',
      session: { id: data?.createLink.session.id, status: 'PENDING' },
    });
    return events;
  }

  /** Lets time pass until something is told. */
  async function nextOf(events: Awaited<ReturnType<typeof follow>>) {
    for (let seconds = 0; seconds < 60; seconds += 1) {
      const told = await events.settled();
      if (told.length > 0) return told.map(({ sessionExpiry: { type, session } }) => [type, session.status]);
      await graph.pass(1);
      await rest(graph);
    }
    return [];
  }

  test('is told as OPENED once it is there, and its marks and end follow', async () => {
    const { access, finish } = add();
    const events = await pending(access);
    await graph.pass(5);
    expect(await events.settled()).toEqual([]);
    finish();
    expect(await nextOf(events)).toEqual([['OPENED', 'ACTIVE']]);
    await graph.pass(700, 5);
    expect((await events.settled()).map(({ sessionExpiry: { type } }) => type)).toEqual([
      'EXPIRING',
      'EXPIRED',
    ]);
  });

  test('is told as FAILED where it does not come to be, and nothing follows', async () => {
    const { access, fail } = add();
    const events = await pending(access);
    fail();
    expect(await nextOf(events)).toEqual([['FAILED', 'FAILED']]);
    expect(await events.next()).toBeUndefined();
  });
});
