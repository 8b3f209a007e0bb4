import fc from 'fast-check';
import type { FaultRule } from '../../../src/simulators/faults';
import type { Deed, Place, VendorUnderTest } from './vendors';
import type { Row, RunningService, World } from './world';

/** Callers of one round, each at a step of its own when the process is killed. */
const CALLERS = 12;

/** How a call to a vendor ends that a caller's deed consists of. */
const FATES = {
  /** It never reaches the vendor, and the process waits for it until it is killed. */
  'hangs before': { kind: 'hang' },
  /** The vendor has done it, and the process waits for the answer until it is killed. */
  'hangs after': { kind: 'hang', commit: true },
  /** It has reached the vendor, which does it once the process is dead. */
  'done later': { kind: 'hold' },
  /** The process sees that it failed; the vendor has done nothing. */
  'request lost': { kind: 'lose-request' },
  /** The process sees that it failed; the vendor has done it. */
  'answer lost': { kind: 'lose-answer' },
} as const satisfies Record<string, FaultRule>;

/** What one caller does in a round. */
export interface CallerPlan {
  readonly deed: Deed;
  /** Seconds that the link is to last: some end while the service is down. */
  readonly lasts: number;
  /** The step of its deed at which something happens; null: nothing does. */
  readonly fate: { readonly step: number; readonly is: keyof typeof FATES } | null;
  /** True: it goes where the caller before it went. */
  readonly follows: boolean;
  readonly wasUp: boolean;
}

/** What happens in a round. */
export interface RoundPlan {
  readonly callers: readonly CallerPlan[];
  /** The process is killed once its vendor was called so often, or all wait. */
  readonly killAtCall: number;
  /** How long after that, in milliseconds. */
  readonly killAfterMs: number;
  /** How long the service is down, in milliseconds. */
  readonly downMs: number;
  /** How long the vendor takes for what it does later, in milliseconds. */
  readonly paceMs: number;
  /** How long after its next start the process is killed once more; null: it is not. */
  readonly killAgainAfterMs: number | null;
  /** Whether callers come again with their keys before everything is settled. */
  readonly again: boolean;
}

/** Any round of a vendor. */
export function anyRound(vendor: VendorUnderTest): fc.Arbitrary<RoundPlan> {
  const fates = Object.keys(FATES).filter((name): name is keyof typeof FATES => name in FATES);
  const fate = fc.record({ step: fc.nat(20), is: fc.constantFrom(...fates) });
  const caller: fc.Arbitrary<CallerPlan> = fc.record({
    deed: fc.constantFrom(...vendor.deeds),
    lasts: fc.constantFrom(10, 12, 3600, 3600),
    fate: fc.option(fate, { nil: null, freq: 4 }),
    follows: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    wasUp: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  });
  return fc.record({
    callers: fc.array(caller, { minLength: CALLERS, maxLength: CALLERS, size: 'max' }),
    killAtCall: fc.integer({ min: 1, max: CALLERS * 5 }),
    killAfterMs: fc.integer({ min: 0, max: 60 }),
    downMs: fc.constantFrom(0, 3000, 20_000),
    paceMs: fc.constantFrom(0, 0, 2000, 15_000),
    killAgainAfterMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: null, freq: 2 }),
    again: fc.boolean(),
  });
}

/** Somebody who wants a link, or its end, and asks again with the same key as often as it takes. */
export class Caller {
  /** Every session that was answered. */
  readonly answers: Row[] = [];
  /** What it has to end. */
  opened: Row | undefined;

  constructor(
    readonly plan: CallerPlan,
    readonly place: Place,
    private readonly vendor: VendorUnderTest,
    private readonly key: string,
  ) {}

  get isClosing(): boolean {
    return this.plan.deed === 'closeSession';
  }

  /** What has to be before its deed. */
  async prepare(service: RunningService): Promise<void> {
    if (!this.isClosing) return;
    this.opened = await service.session(this.#createLink());
    if (this.opened?.status !== 'ACTIVE') throw new Error('a link could not be opened to begin with');
  }

  /** Lets its fate wait for it. */
  meet(world: World): void {
    const { deed, fate } = this.plan;
    if (fate === null) return;
    const steps = this.vendor.steps(deed);
    const route = steps[fate.step % steps.length] ?? '';
    const rule = { ...FATES[fate.is], route, ...this.place.calls(route), times: 1 };
    world.simulators[this.vendor.key].faults.add(rule);
  }

  async act(service: RunningService): Promise<void> {
    const answer = await service.session(this.#mutation());
    if (answer !== undefined) this.answers.push(answer);
  }

  #mutation(): string {
    const { deed, lasts } = this.plan;
    if (deed === 'closeSession') return `closeSession(id: "${this.opened?.id}")`;
    if (deed === 'createLink') return this.#createLink();
    const wanted = this.vendor.wanted(deed);
    const input = `deviceId: "${this.place.device}", ${wanted}, durationSeconds: ${lasts}`;
    return `openAccess(input: { ${input}, idempotencyKey: "${this.key}" })`;
  }

  #createLink(): string {
    const input = `remoteAccessId: "${this.place.access}", durationSeconds: ${this.plan.lasts}`;
    return `createLink(input: { ${input}, idempotencyKey: "${this.key}" })`;
  }
}

/** The callers of a round, each at its place. */
export function callersOf(world: World, vendor: VendorUnderTest, plan: RoundPlan, round: string): Caller[] {
  let place: Place | undefined;
  return plan.callers.map((each, n) => {
    if (place === undefined || !each.follows) {
      place = vendor.addPlace(world.simulators, each.deed, each.wasUp);
    }
    return new Caller(each, place, vendor, `${round}-${n}`);
  });
}
