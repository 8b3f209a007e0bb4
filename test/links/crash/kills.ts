import fc from 'fast-check';
import { anyRound, callersOf, type RoundPlan } from './callers';
import type { VendorUnderTest } from './vendors';
import { Verdict } from './verdict';
import { World } from './world';

/*
 * The process is killed while callers open and end links, each at another step, with answers of the vendor lost before
 * and after its work; then it is started again on the same store. What must hold then is read off the vendor's own
 * state. CRASH_ROUNDS makes more rounds of a dozen callers each, CRASH_SEED others; CRASH_SPEED is how many times faster
 * time runs for them.
 */

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 1);
const SEED = Number(process.env['CRASH_SEED'] ?? 20_260_101);

/** Everybody waits where the vendor was not called for so long. */
const QUIET_MS = 3000;

/** Kills the service in the middle of links at one vendor. */
export function itSurvivesKills(vendor: VendorUnderTest): void {
  const rounds = fc.sample(anyRound(vendor), { seed: SEED, numRuns: ROUNDS });
  const kills = new Map<string, number>();
  let world: World;

  beforeAll(async () => {
    world = await new World().begin();
  }, 60_000);

  afterAll(async () => {
    await world?.end();
    // Many rounds are run to be looked at: in the middle of what callers were killed.
    if (ROUNDS > 1) process.stderr.write(`${vendor.key}: ${JSON.stringify(Object.fromEntries(kills))}\n`);
  });

  it.each(rounds.map((plan, n) => [n, plan] as const))(
    'links are made once, known and kept, in round %i',
    async (n, plan) => {
      const count = (what: string, many: number) => kills.set(what, (kills.get(what) ?? 0) + many);
      expect(await survive(world, vendor, plan, { round: String(n), count })).toEqual([]);
    },
    300_000,
  );
}

async function survive(
  world: World,
  vendor: VendorUnderTest,
  plan: RoundPlan,
  { round, count }: { readonly round: string; readonly count: (what: string, many: number) => void },
): Promise<readonly string[]> {
  const { calls, faults } = world.simulators[vendor.key];
  vendor.pace(world.simulators, 0);
  const callers = callersOf(world, vendor, plan, round);
  const first = await world.launch();
  for (const caller of callers) await caller.prepare(first);

  vendor.pace(world.simulators, plan.paceMs);
  calls.reset();
  for (const caller of callers) caller.meet(world);
  const acting = callers.map((caller) => caller.act(first));
  await Promise.race([calls.reached(null, plan.killAtCall), quiet(world, vendor)]);
  await world.pass(plan.killAfterMs);
  for (const { route, status } of calls.entries) if (status === 0) count(`in ${route}`, 1);
  count('callers', callers.length);
  count('callers that were answered before', callers.filter(({ answers }) => answers.length > 0).length);
  await first.kill();
  await Promise.all(acting);
  faults.clear();
  await world.pass(plan.downMs);

  let service = await world.launch();
  if (plan.killAgainAfterMs !== null) {
    const again = plan.again ? callers.map((caller) => caller.act(service)) : [];
    await world.pass(plan.killAgainAfterMs);
    await service.kill();
    await Promise.all(again);
    service = await world.launch();
  }
  const last = service;
  const again = () => Promise.all(plan.again ? callers.map((caller) => caller.act(last)) : []);
  const problems = await new Verdict(world, callers).judge(last, again);
  await service.kill();
  if (problems.length > 0) process.stderr.write(`${service.warnings.join('\n')}\n`);
  return problems;
}

/** Resolves once the vendor was not called for a while. */
async function quiet(world: World, { key }: VendorUnderTest): Promise<void> {
  const { calls } = world.simulators[key];
  let [last, since] = [-1, world.now()];
  while (world.now() - since < QUIET_MS) {
    if (calls.total !== last) [last, since] = [calls.total, world.now()];
    await world.pass(100);
  }
}
