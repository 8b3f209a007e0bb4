import type { Caller } from './callers';
import type { Place } from './vendors';
import { type Row, type RunningService, SPEED, type World } from './world';

/** Everything has to be settled, and everything that is owed done, within this of the next start. */
const SETTLED_WITHIN_MS = 60_000;
/**
 * An end has to be kept within this of its time, and of the start of whoever keeps it: of the machine's own time, for the
 * service has nothing to wait for, and its work takes as long as it takes however fast time runs for it.
 */
const KEPT_WITHIN_MS = 5000 * SPEED;

/** What is wrong after a round; nothing is left out, and nothing excused. */
export class Verdict {
  readonly problems: string[] = [];
  readonly #places: readonly Place[];

  constructor(
    private readonly world: World,
    private readonly callers: readonly Caller[],
  ) {
    this.#places = [...new Set(callers.map(({ place }) => place))];
  }

  /** Judges what a service makes of what was left open, with callers that come again, and how it ends what it opened. */
  async judge(service: RunningService, again: () => Promise<unknown>): Promise<readonly string[]> {
    const judging = this.#judgeAcknowledgedEnds(service);
    await this.#judgeSettling(service, again);
    await judging;
    for (const closing of this.callers.filter(({ isClosing }) => isClosing)) {
      await closing.act(service);
      const last = closing.answers.at(-1);
      this.#hold(last?.status === 'CLOSED' || last?.status === 'EXPIRED', closing.place, 'cannot be closed');
    }
    await service.read(this.#devices);
    await this.#judgeLinks(service);
    await this.#judgeEnds(service);
    return this.problems;
  }

  get #devices(): readonly string[] {
    return this.#places.map(({ device }) => device);
  }

  #hold(isSo: boolean, { access }: Pick<Place, 'access'>, problem: string): void {
    if (!isSo) this.problems.push(`${access}: ${problem}`);
  }

  /** Links whose opening was answered, and whose end came while the service was down, end right after its start. */
  async #judgeAcknowledgedEnds(service: RunningService): Promise<void> {
    const acknowledged = new Set(
      this.callers.flatMap(({ answers, opened }) => [...answers, opened ?? []].flat().map(({ id }) => id)),
    );
    const rows = await service.known(this.#devices);
    for (const place of this.#places.filter(({ wasUp }) => !wasUp)) {
      const own = rows.filter(({ device, createdBy }) => device?.id === place.device && createdBy !== null);
      const here = this.callers.filter((caller) => caller.place === place);
      const isOver =
        own.length === here.length &&
        own.every(({ id, status }) => acknowledged.has(id) && status !== 'ACTIVE' && status !== 'PENDING');
      if (!isOver) continue;
      const withinMs = service.readyAt + KEPT_WITHIN_MS - this.world.now();
      this.#hold(
        await this.world.until(() => place.held() === 0, withinMs),
        place,
        'its end was not kept in time',
      );
    }
  }

  /** What was left open is settled in time after the start; and what is asked for anew, after it was asked for. */
  async #judgeSettling(service: RunningService, again: () => Promise<unknown>): Promise<void> {
    const pending = async () =>
      (await service.known(this.#devices)).filter(({ status }) => status === 'PENDING');
    const left = new Set((await pending()).map(({ id }) => id));
    const asked = again();
    const isLeft = async () => (await pending()).some(({ id }) => left.has(id));
    const withinMs = service.readyAt + SETTLED_WITHIN_MS - this.world.now();
    const isSettled = await this.world.until(async () => !(await isLeft()), withinMs);
    if (!isSettled) this.problems.push('something that was left open is not settled in time');
    await asked;
    const isDone = await this.world.until(async () => (await pending()).length === 0, SETTLED_WITHIN_MS);
    if (!isDone) this.problems.push('something stays PENDING');
  }

  /** What the ledger knows is what the vendor has, one for each caller at most. */
  async #judgeLinks(service: RunningService): Promise<void> {
    const rows = await service.known(this.#devices);
    for (const place of this.#places) {
      const all = rows.filter(({ device }) => device?.id === place.device);
      const own = all.filter(({ createdBy }) => createdBy !== null);
      const here = this.callers.filter((caller) => caller.place === place);
      const told = `${own.map(({ status }) => status)} of ${here.map(({ plan }) => plan.deed)}`;
      this.#hold(
        all.length === own.length,
        place,
        `${all.length - own.length} links are called made elsewhere`,
      );
      this.#hold(own.length <= here.length, place, `${own.length} sessions of ${here.length} callers`);
      const active = own.filter(({ status }) => status === 'ACTIVE').length;
      await this.#judgeHeld(place, active, told);
      const came = own.filter(({ status }) => status !== 'FAILED');
      const links = place.links?.() ?? came.length;
      this.#hold(links === came.length, place, `the vendor made ${links} links, the ledger knows ${told}`);
      await this.#judgeMade(place, here, own);
      for (const caller of here) this.#judgeAnswers(caller, own);
    }
  }

  /** Ends are on their way when they are looked at: they have their time. */
  async #judgeHeld(place: Place, active: number, told: string): Promise<void> {
    const expected = place.links === undefined ? Math.min(1, active + (place.wasUp ? 1 : 0)) : active;
    const isSo = await this.world.until(() => place.held() === expected, KEPT_WITHIN_MS);
    this.#hold(isSo, place, `the vendor holds ${place.held()} open, not ${expected}: ${told}`);
  }

  /** A way in that was made is there for a link that came to be, and for no other. */
  async #judgeMade(place: Place, here: readonly Caller[], own: readonly Row[]): Promise<void> {
    const isMaking = here.some(({ plan }) => plan.deed === 'openAndMake');
    const used = new Set(
      own.filter(({ status }) => status !== 'FAILED').map(({ remoteAccess }) => remoteAccess?.id),
    );
    const expected = isMaking ? [...used].filter((id) => id !== place.access).length : 0;
    const isSo = await this.world.until(() => place.made() === expected, SETTLED_WITHIN_MS);
    this.#hold(isSo, place, `${place.made()} ways in were made and are there, not ${expected}`);
  }

  /** Whoever was told of a link finds it: one for a key, and not as one that failed where it was told to be there. */
  #judgeAnswers({ answers, place, isClosing }: Caller, own: readonly Row[]): void {
    this.#hold(new Set(answers.map(({ id }) => id)).size <= 1, place, 'one key was answered two sessions');
    for (const { id, status } of answers) {
      const now = own.find((row) => row.id === id);
      this.#hold(now !== undefined, place, `a session that was answered as ${status} is forgotten`);
      const isKept = status === 'PENDING' || status === 'FAILED' || now?.status !== 'FAILED';
      this.#hold(isKept, place, `a session that was answered as ${status} is ${now?.status}`);
      const isClosed = !isClosing || now?.status === 'CLOSED' || now?.status === 'EXPIRED';
      this.#hold(isClosed, place, `a session that was closed is ${now?.status}`);
    }
  }

  /** Short links end at their time, the others when they are closed; then nothing of any is left. */
  async #judgeEnds(service: RunningService): Promise<void> {
    const active = (await service.known(this.#devices)).filter(({ status }) => status === 'ACTIVE');
    const [soon, late] = [true, false].map((isSoon) =>
      active.filter(({ expiresAt }) => Date.parse(expiresAt ?? '') < this.world.now() + 60_000 === isSoon),
    );
    for (const { id, device } of late ?? []) {
      const closed = await service.session(`closeSession(id: "${id}")`);
      const place = this.#places.find((each) => each.device === device?.id);
      if (place !== undefined)
        this.#hold(closed?.status === 'CLOSED', place, 'an open link cannot be closed');
    }
    const lastEnd = Math.max(
      this.world.now(),
      ...(soon ?? []).map(({ expiresAt }) => Date.parse(expiresAt ?? '')),
    );
    const withinMs = lastEnd + KEPT_WITHIN_MS - this.world.now();
    for (const place of this.#places) {
      const isOver = () => place.held() === (place.wasUp ? 1 : 0);
      this.#hold(
        await this.world.until(isOver, withinMs),
        place,
        'something is left at the vendor in the end',
      );
    }
  }
}
