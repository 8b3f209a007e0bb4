import { LRUCache } from 'lru-cache';
import { DrawbridgeError } from '../../domain/errors';
import { formatId } from '../../domain/ids';
import { seesAccount } from '../../domain/principal';
import { mayBecome, type Session } from '../../domain/session';
import type { SessionEvent } from '../../domain/session-event';
import type { Clock } from '../../domain/time';
import { ExpiryClock } from './expiry-clock';
import { FollowerIndex } from './follower-index';
import { dueBy, nextInstant, passedMarks } from './schedule';
import { changeBetween, eventOf, expiringEvent, isLast, isOver } from './session-change';
import type { SessionFollower } from './session-follower';

/** What sessions are watched with. */
export interface SessionWatchOptions {
  readonly clock: Clock;
  /** Told how late an event of the clock was, in milliseconds. */
  readonly late: (ms: number) => void;
  /** Told of each session that is followed from now on, that changed, or (undefined) that is not followed any more. */
  readonly tracked: (id: string, session: Session | undefined) => void;
  /** Told of each device whose sessions, those to come among them, are followed from now on, or not any more. */
  readonly followed: (deviceId: string, isFollowed: boolean) => void;
}

/** A session that somebody follows and that is not over. */
interface Tracked {
  session: Session;
  /** Marks of its end that are done with. */
  told: Set<number>;
}

/** Sessions whose end was told: they are not told again, whatever a clock or a vendor says later. */
const REMEMBERED_ENDS = 50_000;

/**
 * The sessions that are followed, each once for all who follow it: as the ledger last had it, with its plan on the
 * expiry clock. Tells every change to those whom it concerns, in order, and nothing behind the end.
 */
export class SessionWatch {
  readonly #clock: ExpiryClock;
  readonly #tracked = new Map<string, Tracked>();
  /** Shape: deviceId to the sessions of it that are tracked. */
  readonly #ofDevice = new Map<string, Set<string>>();
  readonly #ended = new LRUCache<string, Session>({ max: REMEMBERED_ENDS });
  readonly followers: FollowerIndex;

  constructor(private readonly options: SessionWatchOptions) {
    this.followers = new FollowerIndex(options.followed);
    this.#clock = new ExpiryClock(options.clock, ({ id }) => this.#fire(id));
  }

  /** Sessions that are followed and not over. */
  get size(): number {
    return this.#tracked.size;
  }

  /** A session as it was last told; undefined where it is not followed. */
  get(id: string): Session | undefined {
    return this.#tracked.get(id)?.session ?? this.#ended.get(id);
  }

  /** Takes somebody in. What happens from now on is not lost; it is told from {@link begin} on. */
  add(follower: SessionFollower): void {
    this.followers.add(follower);
  }

  /** Somebody leaves; what nobody else follows is forgotten. */
  remove(follower: SessionFollower): void {
    if (!this.followers.remove(follower)) return;
    const { sessionIds, deviceIds, everything } = follower.followed;
    const left = everything
      ? [...this.#tracked.keys()]
      : [...sessionIds, ...deviceIds.flatMap((id) => [...(this.#ofDevice.get(id) ?? [])])];
    for (const id of left) {
      const tracked = this.#tracked.get(id);
      if (tracked !== undefined && !this.followers.isWanted(tracked.session))
        this.#forget(id, tracked.session);
    }
  }

  /** What the ledger holds: followed from now on where somebody wants it. Nothing is told. */
  learn(sessions: Iterable<Session>): void {
    const now = this.options.clock.now();
    for (const session of sessions) {
      const isNew = !this.#tracked.has(session.id) && !this.#ended.has(session.id);
      if (isNew && !isOver(session, now) && this.followers.isWanted(session)) this.#track(session);
    }
  }

  /**
   * Tells somebody how all that it follows stands, and from now on what happens. `found`: sessions that were named,
   * as the ledger has them, over or not. Throws NOT_FOUND where one of them is not known.
   */
  begin(follower: SessionFollower, found: ReadonlyMap<string, Session>): void {
    this.#clock.look();
    const { followed, queue } = follower;
    const now = this.options.clock.now();
    const current = new Map<string, Session>();
    for (const id of followed.sessionIds) {
      const session = this.get(id) ?? found.get(id);
      if (session === undefined) throw new DrawbridgeError('NOT_FOUND', `There is no session ${id}.`);
      current.set(id, session);
    }
    for (const session of this.#liveOf(follower)) current.set(session.id, session);
    for (const [id, session] of current) {
      queue.push(slotOf(id, 'CURRENT'), eventOf('CURRENT', session, now));
      this.#passMarks(id, follower.marks, now);
    }
    follower.isLive = true;
    follower.unfinished = followed.sessionIds.filter((id) => this.#tracked.has(id)).length;
    this.#endIfDone(follower);
  }

  /** How a session stands after it was written; undefined: the ledger does not have it any more. */
  apply(id: string, session: Session | undefined): void {
    const tracked = this.#tracked.get(id);
    const now = this.options.clock.now();
    if (session === undefined) {
      // What a read took for a link made elsewhere turned out to be one of ours, and goes on under its own id.
      if (tracked !== undefined) this.#tell(eventOf('CLOSED', tracked.session, now));
      return;
    }
    if (this.#ended.has(id) || goesBack(tracked?.session, session)) return;
    const type = changeBetween(tracked?.session, session, now);
    if (tracked === undefined) {
      if (isOver(session, now) || !this.followers.isWanted(session)) return;
      this.#track(session);
    } else this.#update(tracked, session, now);
    if (type !== undefined) this.#tell(eventOf(type, session, now));
    this.#forgetTwin(session);
  }

  stop(): void {
    this.#clock.stop();
  }

  *#liveOf({ followed, caller }: SessionFollower): Iterable<Session> {
    if (followed.everything) {
      for (const { session } of this.#tracked.values())
        if (seesAccount(caller.principal, session.account)) yield session;
    }
    for (const device of followed.deviceIds) {
      for (const id of this.#ofDevice.get(device) ?? []) {
        const session = this.#tracked.get(id)?.session;
        if (session !== undefined) yield session;
      }
    }
  }

  #track(session: Session): void {
    const told = new Set<number>();
    this.#tracked.set(session.id, { session, told });
    const others = this.#ofDevice.get(session.deviceId) ?? new Set();
    this.#ofDevice.set(session.deviceId, others.add(session.id));
    for (const mark of passedMarks(session, this.followers.marksOf(session), this.options.clock.now()))
      told.add(mark);
    this.#plan(session.id);
    this.options.tracked(session.id, session);
  }

  #update(tracked: Tracked, session: Session, now: number): void {
    const moved = tracked.session.expiresAt?.getTime() !== session.expiresAt?.getTime();
    const begins = tracked.session.status !== session.status;
    tracked.session = session;
    if (moved || begins) tracked.told = new Set(passedMarks(session, this.followers.marksOf(session), now));
    this.#plan(session.id);
    this.options.tracked(session.id, session);
  }

  #forget(id: string, { deviceId }: Session): void {
    this.#tracked.delete(id);
    this.#clock.forget(id);
    const others = this.#ofDevice.get(deviceId);
    others?.delete(id);
    if (others?.size === 0) this.#ofDevice.delete(deviceId);
    this.options.tracked(id, undefined);
  }

  #plan(id: string): void {
    const tracked = this.#tracked.get(id);
    if (tracked === undefined) return;
    this.#clock.plan(id, nextInstant({ ...tracked, marks: this.followers.marksOf(tracked.session) }));
  }

  /** Marks that have passed are not told to somebody who comes after them. */
  #passMarks(id: string, marks: readonly number[], now: number): void {
    const tracked = this.#tracked.get(id);
    if (tracked === undefined) return;
    for (const mark of passedMarks(tracked.session, marks, now)) tracked.told.add(mark);
    this.#plan(id);
  }

  #fire(id: string): void {
    const tracked = this.#tracked.get(id);
    if (tracked === undefined) return;
    const now = this.options.clock.now();
    for (const due of dueBy({ ...tracked, marks: this.followers.marksOf(tracked.session) }, now)) {
      this.options.late(now - due.atMs);
      if (due.type === 'EXPIRING') {
        tracked.told.add(due.mark);
        this.#tell(expiringEvent(tracked.session, due.mark, now), due.mark);
      } else this.#tell(eventOf('EXPIRED', tracked.session, now));
    }
    this.#plan(id);
  }

  #tell(event: SessionEvent, mark?: number): void {
    const { session, type } = event;
    const slot = slotOf(session.id, type, mark);
    for (const follower of this.followers.concernedBy(session)) {
      const isAsked = mark === undefined || follower.marks.includes(mark);
      if (follower.isLive && isAsked && seesAccount(follower.caller.principal, session.account)) {
        follower.queue.push(slot, event);
      }
    }
    if (isLast(event)) this.#finish(session);
  }

  #finish(session: Session): void {
    this.#ended.set(session.id, session);
    this.#forget(session.id, session);
    for (const follower of [...this.followers.whoNamed(session.id)]) {
      follower.unfinished -= 1;
      if (follower.isLive) this.#endIfDone(follower);
    }
  }

  #endIfDone({ followed, unfinished, queue }: SessionFollower): void {
    if (unfinished <= 0 && !followed.everything && followed.deviceIds.length === 0) queue.end();
  }

  /** A read may have taken a link of this graph for one made elsewhere; once that is known, only ours is left. */
  #forgetTwin({ id, account, vendorRef }: Session): void {
    if (vendorRef === null) return;
    const twin = formatId(account, 'session', vendorRef);
    if (twin !== id && this.#tracked.has(twin)) this.apply(twin, undefined);
  }
}

/** States only go forward. */
function goesBack(before: Session | undefined, after: Session): boolean {
  return before !== undefined && before.status !== after.status && !mayBecome(before.status, after.status);
}

function slotOf(id: string, type: string, mark?: number): string {
  return mark === undefined ? `${type} ${id}` : `${type} ${mark} ${id}`;
}
