import { openStore } from '../../src/stores/open';
import { addRouter, addService, createLink, dataOf, openAccess, pass, until } from './asking';
import { blankLink, DeadProcess } from './dead-process';

const REMOVE = 'DELETE /devices/remote-access';

let world: DeadProcess;

beforeEach(async () => {
  world = await new DeadProcess().begin();
});

afterEach(() => world?.end());

describe('a link that another process has called failed meanwhile', () => {
  /** What another process does that took this one for dead. */
  async function callFailed(): Promise<void> {
    const store = await openStore({ databaseUrl: world.databaseUrl });
    for (const { id, sessionId } of await store.intents.unsettled()) {
      const link = (await store.links.get([sessionId ?? ''])).get(sessionId ?? '');
      if (link === undefined) throw new Error('an intent of a link has a session');
      await store.intents.settle(id, new Date(world.clock.now()), { ...link, status: 'FAILED' }, []);
    }
    await store.close();
  }

  test('is ended again at remote.it', async () => {
    const { faults, state } = world.simulators.remoteit;
    const row = addService(world.simulators);
    const graph = await world.start();
    const held = faults.add({ kind: 'hold', route: 'POST /device/connect', times: 1 });
    const opening = createLink(graph, row.access);
    await until(() => held.hits === 1);
    await callFailed();
    held.release();
    await expect(opening).rejects.toThrow('given the link up');
    await world.passUntil(() => state.connections(row.address).length === 0, 10);
  });

  test('is ended again at RMS, and is not called made elsewhere', async () => {
    const { faults, state } = world.simulators.rms;
    const router = addRouter(world.simulators);
    const graph = await world.start();
    const held = faults.add({ kind: 'hold', route: 'POST /devices/connect/{access_id}', times: 1 });
    const opening = createLink(graph, router.access);
    await until(() => held.hits === 1);
    await callFailed();
    held.release();
    await expect(world.inTime(opening)).rejects.toThrow('given the link up');
    await world.passUntil(() => state.activeSessions(router.accessId).length === 0, 20);
    expect(await world.sessionsOf(graph, router.device)).toHaveLength(1);
  });
});

describe('a way in that was made for a link which did not come to be', () => {
  /** A router with a way in that is owed its removal. */
  async function owe() {
    const router = addRouter(world.simulators);
    const { id } = world.simulators.rms.state.addAccess({
      deviceId: router.deviceId,
      protocol: 'vnc',
      destinationPort: 5900,
    });
    const access = `rms:access:${router.deviceId}:${id}`;
    const store = await openStore({ databaseUrl: world.databaseUrl });
    const failed = {
      status: 'FAILED',
      deviceId: router.device,
      remoteAccessId: access,
      accessOwed: true,
    } as const;
    await store.links.save([{ ...blankLink('rms', new Date(world.clock.now()), 600), ...failed }], []);
    await store.close();
    return { ...router, made: access, isThere: () => world.simulators.rms.state.access(id) !== undefined };
  }

  test('is removed at the next start, and asked for again until the vendor has done it', async () => {
    const { isThere } = await owe();
    const fault = world.simulators.rms.faults.add({ kind: 'status', status: 503, route: REMOVE, times: 8 });
    const graph = await world.start();
    await until(() => fault.hits > 0);
    expect(isThere()).toBe(true);
    await world.passUntil(() => !isThere(), 1800);
    expect(fault.hits).toBe(8);
    const removed = async () => {
      const log = await graph.query<{ auditLog: { nodes: { action: string; outcome: string }[] } }>(
        '{ auditLog(first: 1) { nodes { action outcome } } }',
      );
      const [last] = dataOf(log).auditLog.nodes;
      return last?.action === 'deleteRemoteAccess' && last.outcome === 'ok';
    };
    await world.passUntil(removed, 10);
    world.simulators.rms.calls.reset();
    await pass(world.moved, 60);
    expect(world.simulators.rms.calls.count(REMOVE)).toBe(0);
  });

  test('is there for as long as a link of somebody else needs it, and used by no new one', async () => {
    const { made, device, isThere, deviceId } = await owe();
    const remove = world.simulators.rms.faults.add({ kind: 'status', status: 503, route: REMOVE });
    const graph = await world.start();
    await until(() => remove.hits > 0);
    const { session } = await world.inTime(createLink(graph, made, { durationSeconds: 600 }));
    remove.remove();
    await world.passUntil(() => world.clock.monotonic() > 300_000, 400);
    expect([isThere(), await world.statusOf(session.id)]).toEqual([true, 'ACTIVE']);
    await world.inTime(openAccess(graph, device, { protocol: 'VNC', host: '192.168.1.1' }));
    expect(world.simulators.rms.state.accesses(deviceId)).toHaveLength(3);
    await world.passUntil(() => !isThere(), 2400);
    expect(await world.statusOf(session.id)).toBe('EXPIRED');
    expect(world.simulators.rms.state.accesses(deviceId)).toHaveLength(2);
  });
});
