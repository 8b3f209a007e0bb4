import { settle } from '../../domain/outcome';
import type { Clock } from '../../domain/time';
import { DueHeap } from './due-heap';
import { jittered, type PollBounds } from './poll-interval';

/** What pollers have in common. */
export interface PollerTools {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly bounds: PollBounds;
  readonly budget: PollBudget;
}

/** What one poller looks at, and how. */
export interface PollerOptions extends PollerTools {
  /** How long to wait between two looks at a thing, as it stands now. */
  readonly intervalMs: (key: string) => number;
  /** Calls that a look at one thing costs, as a rule. */
  readonly callsFor: (key: string) => number;
  /** Looks at things; answers younger than `maxAgeMs` need no call. Throws, or leaves a key out, where it failed. */
  readonly look: (keys: readonly string[], maxAgeMs: number) => Promise<ReadonlySet<string>>;
}

/** Calls that all pollers of an account want to make, and how far they have to be stretched for its allowance. */
export interface PollBudget {
  /** A poller wants to make so many calls an hour more, or fewer. */
  want(callsPerHour: number): void;
  /** A poller looks, which costs so many calls as a rule. */
  spend(calls: number): void;
  /** 1, or more where intervals have to be longer; Infinity: not one call is left. */
  stretch(): number;
}

interface Target {
  /** Calls an hour that it stands for in the budget. */
  wanted: number;
  failures: number;
  intervalMs: number;
}

const HOUR_MS = 3_600_000;
/** What falls due within so long of each other is asked at once. */
const TOGETHER_MS = 250;

/** Looks at things of one kind in one account, each in its own interval; with nothing to look at it does nothing. */
export class Poller {
  readonly #targets = new Map<string, Target>();
  /** On the monotonic clock. */
  readonly #due = new DueHeap();
  #cancel: (() => void) | undefined;
  #looking: Promise<void> | undefined;

  constructor(private readonly options: PollerOptions) {}

  /** Looks at a thing from now on, or sooner than planned; `ageMs` is how old what is known of it is. */
  add(key: string, ageMs: number): void {
    const known = this.#targets.get(key);
    const dueAt = this.#due.at(key);
    // What is being looked at just now is planned when that is done.
    if (known !== undefined && dueAt === undefined) return;
    const target = known ?? { wanted: 0, failures: 0, intervalMs: 0 };
    this.#targets.set(key, target);
    this.#plan(key, target, ageMs, dueAt);
    this.#arm();
  }

  /** Looks at it no more. */
  delete(key: string): void {
    const target = this.#targets.get(key);
    if (target === undefined) return;
    this.#targets.delete(key);
    this.#due.delete(key);
    this.options.budget.want(-target.wanted);
    this.#arm();
  }

  /** Somebody else has just looked at it. */
  seen(key: string): void {
    const target = this.#targets.get(key);
    // While this poller looks itself, it plans what it looks at when it is done.
    if (target === undefined || this.#due.at(key) === undefined) return;
    target.failures = 0;
    this.#plan(key, target, 0);
    this.#arm();
  }

  /** Resolves once no look is under way. */
  async idle(): Promise<void> {
    await this.#looking;
  }

  /** Looks at nothing more, and waits for the look that is under way. */
  async stop(): Promise<void> {
    for (const key of [...this.#targets.keys()]) this.delete(key);
    await this.#looking;
  }

  #plan(key: string, target: Target, ageMs: number, noLaterThan = Number.POSITIVE_INFINITY): void {
    const { clock, random, bounds, budget } = this.options;
    const usual = this.options.intervalMs(key);
    const interval = Math.min(Math.max(bounds.maxMs, usual), usual * 2 ** target.failures);
    const wanted = (this.options.callsFor(key) * HOUR_MS) / interval;
    budget.want(wanted - target.wanted);
    target.wanted = wanted;
    const stretch = budget.stretch();
    // Without a call left, whether there is one again is looked at in the longest interval.
    target.intervalMs = Number.isFinite(stretch)
      ? jittered(interval, random(), bounds) * stretch
      : bounds.maxMs;
    const at = clock.monotonic() + Math.max(0, target.intervalMs - ageMs);
    this.#due.set(key, Math.min(at, noLaterThan));
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const first = this.#due.peek();
    if (first === undefined || this.#looking !== undefined) return;
    const waitMs = Math.max(0, first.atMs - this.options.clock.monotonic());
    this.#cancel = this.options.clock.schedule(waitMs, () => {
      this.#looking = this.#lookAtDue().finally(() => {
        this.#looking = undefined;
        this.#arm();
      });
    });
  }

  async #lookAtDue(): Promise<void> {
    const { clock, budget, bounds } = this.options;
    const keys = this.#takeDue(clock.monotonic() + TOGETHER_MS);
    const startedAt = clock.monotonic();
    const mayLook = Number.isFinite(budget.stretch());
    const shortest = Math.min(...keys.map((key) => this.#targets.get(key)?.intervalMs ?? bounds.maxMs));
    if (mayLook) budget.spend(keys.reduce((calls, key) => calls + this.options.callsFor(key), 0));
    // What is half an interval old was asked by somebody else in between.
    const looked = mayLook ? await settle(this.options.look(keys, shortest / 2)) : undefined;
    const tookMs = clock.monotonic() - startedAt;
    for (const key of keys) {
      const target = this.#targets.get(key);
      if (target === undefined) continue;
      const failed = looked !== undefined && !(looked.ok && looked.value.has(key));
      target.failures = failed ? target.failures + 1 : 0;
      this.#plan(key, target, Math.min(tookMs, target.intervalMs / 2));
    }
  }

  #takeDue(byMs: number): readonly string[] {
    const keys: string[] = [];
    for (let due = this.#due.take(byMs); due !== undefined; due = this.#due.take(byMs)) keys.push(due.id);
    return keys;
  }
}
