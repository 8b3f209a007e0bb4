import { setTimeout as after } from 'node:timers/promises';
import fc from 'fast-check';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { ask, Launcher, type ServiceProcess } from '../e2e/service-process';
import { variablesOf } from '../support/service';

/*
 * The process is killed in the middle of opening links, with answers of the vendors lost besides, and started again on
 * the same store. What must hold then is read off the vendors' own state. CRASH_ROUNDS makes more rounds of it.
 */

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 2);
const SEED = Number(process.env['CRASH_SEED'] ?? 20_260_101);
/** Links that are opened in one round, at each vendor. */
const LINKS = 6;
/** Everything has to be settled within this of the next start. */
const SETTLED_WITHIN_MS = 60_000;

type VendorKey = 'rms' | 'remoteit' | 'everyware';

const OPENING: Readonly<Record<VendorKey, string>> = {
  rms: 'POST /devices/connect/{access_id}',
  remoteit: 'POST /device/connect',
  everyware: 'POST /{scopeId}/devices/{deviceId}/vpn/_connect',
};

interface Plan {
  /** The process is killed once this many openings have reached this vendor. */
  readonly killAt: VendorKey;
  readonly killAfter: number;
  /** How many answers are lost, with the vendor's work done, at each vendor. */
  readonly lost: number;
  /** Whether the callers come again with the same keys before everything is settled. */
  readonly again: boolean;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  killAt: fc.constantFrom<VendorKey>('rms', 'remoteit', 'everyware'),
  killAfter: fc.integer({ min: 1, max: LINKS }),
  lost: fc.integer({ min: 0, max: 3 }),
  again: fc.boolean(),
});

/** One link that a caller wants: through which way in, under which key. */
interface Want {
  readonly access: string;
  readonly key: string;
}

interface Known {
  readonly id: string;
  readonly status: string;
  readonly url: string | null;
  readonly createdBy: string | null;
  readonly remoteAccess: { readonly id: string } | null;
}

const launcher = new Launcher();
let simulators: Simulators;
let folder: string;

beforeAll(async () => {
  simulators = await startSimulators({ devices: 1800, latencyMs: 0 });
  folder = await launcher.folder();
}, 60_000);

afterAll(async () => {
  await launcher.cleanUp();
  await simulators.close();
});

function launch(): Promise<ServiceProcess> {
  return launcher.launch({ folder, env: { ...variablesOf(simulators), AUTH_DISABLED: '1' } });
}

/** Ways in of reachable devices through which nothing runs yet. */
function untouched(round: number): Want[] {
  const { rms, remoteit, everyware } = simulators;
  const used = new Set(
    rms.state.activeSessions().map(({ accessId }) => rms.state.access(accessId)?.deviceId),
  );
  const routers = rms.state.devices().filter(({ id, status }) => status === 1 && !used.has(id));
  const routed = routers
    .flatMap(({ id }) => rms.state.accesses(id).slice(0, 1))
    .map(({ id, deviceId }) => `rms:access:${deviceId}:${id}`);
  const services = remoteit.state
    .rows()
    .filter(
      (row) =>
        row.state === 'active' &&
        row.title !== 'Bulk Service' &&
        remoteit.state.connections(row.address).length === 0,
    );
  const gateways = everyware.state
    .devices()
    .filter(
      ({ id, applicationIdentifiers }) =>
        everyware.state.isOnline(id) &&
        !everyware.state.isVpnUp(id) &&
        (applicationIdentifiers ?? 'VPNCLIENT').includes('VPNCLIENT'),
    );
  const part = (ids: readonly string[]): string[] => ids.slice(0, LINKS);
  return [
    ...part(routed),
    ...part(services.map(({ address }) => `remoteit:access:${address}`)),
    ...part(gateways.map(({ id }) => `everyware:access:${id}`)),
  ].map((access) => ({ access, key: `${round}-${access}` }));
}

function open(url: string, { access, key }: Want): Promise<unknown> {
  return ask(
    url,
    `mutation { createLink(input: { remoteAccessId: "${access}", durationSeconds: 3600, idempotencyKey: "${key}" }) { session { id } } }`,
  );
}

async function known(url: string): Promise<readonly Known[]> {
  const fields = 'nodes { id status url createdBy remoteAccess { id } } pageInfo { endCursor hasNextPage }';
  const { data } = await ask<{ sessions: { nodes: readonly Known[] } }>(
    url,
    `{ sessions(first: 500) { ${fields} } }`,
  );
  return data.sessions.nodes;
}

/** Asks until nothing is PENDING any more; answers what is known then. */
async function settled(url: string): Promise<readonly Known[]> {
  const until = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const sessions = await known(url);
    if (sessions.every(({ status }) => status !== 'PENDING')) return sessions;
    if (performance.now() > until) throw new Error('something is still PENDING');
    // Another process is watched here: there is no clock of its to move.
    await after(500);
  }
}

/** How many links the vendor itself holds open through a way in. */
function heldOpen(access: string): number {
  const { rms, remoteit, everyware } = simulators;
  const [account, , ...local] = access.split(':');
  if (account === 'rms') return rms.state.activeSessions(Number(local[1])).length;
  if (account === 'remoteit') return remoteit.state.connections(local.join(':')).length;
  return everyware.state.isVpnUp(local.join(':')) ? 1 : 0;
}

async function crash(wants: readonly Want[], plan: Plan): Promise<void> {
  const service = await launch();
  const url = await service.ready();
  for (const vendor of ['rms', 'remoteit', 'everyware'] as const) {
    simulators[vendor].calls.reset();
    if (plan.lost > 0)
      simulators[vendor].faults.add({ kind: 'lose-answer', route: OPENING[vendor], times: plan.lost });
  }
  const asked = wants.map((want) => open(url, want).catch(() => undefined));
  await simulators[plan.killAt].calls.reached(OPENING[plan.killAt], plan.killAfter);
  await service.stop('SIGKILL');
  await Promise.all(asked);
  for (const vendor of ['rms', 'remoteit', 'everyware'] as const) simulators[vendor].faults.clear();
}

describe('links whose process is killed in between', () => {
  const rounds = fc.sample(plans, { seed: SEED, numRuns: ROUNDS });

  it.each(rounds.map((plan, index) => [index, JSON.stringify(plan), plan] as const))(
    'are made once, known and kept, in round %i: %s',
    async (round, _, plan) => {
      const wants = untouched(round);
      expect(wants).toHaveLength(3 * LINKS);
      await crash(wants, plan);
      const service = await launch();
      const url = await service.ready();
      if (plan.again) await Promise.all(wants.map((want) => open(url, want)));
      const sessions = (await settled(url)).filter(({ createdBy }) => createdBy !== null);
      for (const { access } of wants) {
        const own = sessions.filter(
          ({ remoteAccess, status }) => remoteAccess?.id === access && status === 'ACTIVE',
        );
        // One link at most for the one key, and none at the vendor that the ledger does not know, or the other way round.
        expect([access, heldOpen(access)]).toEqual([access, own.length]);
        expect(own.length).toBeLessThanOrEqual(1);
      }
      await service.stop('SIGKILL');
    },
    180_000,
  );
});
