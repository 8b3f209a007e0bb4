import type { Session } from '../../domain/session';
import { FollowerGroup, type SessionFollower } from './session-follower';

/** Who follows what: by session, by device, and those who follow everything. */
export class FollowerIndex {
  readonly #bySession = new Map<string, FollowerGroup>();
  readonly #byDevice = new Map<string, FollowerGroup>();
  #everything = new FollowerGroup();
  readonly #all = new Set<SessionFollower>();

  /** All who follow something. */
  get all(): ReadonlySet<SessionFollower> {
    return this.#all;
  }

  /** Told of each device that somebody names from now on, or nobody any more. */
  constructor(private readonly followed: (deviceId: string, isFollowed: boolean) => void) {}

  /** True where somebody named the device. */
  followsDevice(deviceId: string): boolean {
    return this.#byDevice.has(deviceId);
  }

  add(follower: SessionFollower): void {
    const { sessionIds, deviceIds, everything } = follower.followed;
    this.#all.add(follower);
    for (const id of sessionIds) join(this.#bySession, id, follower);
    for (const id of deviceIds) if (join(this.#byDevice, id, follower)) this.followed(id, true);
    if (everything) this.#everything.add(follower);
  }

  /** False where it had left before. */
  remove(follower: SessionFollower): boolean {
    const { sessionIds, deviceIds } = follower.followed;
    for (const id of sessionIds) leave(this.#bySession, id, follower);
    for (const id of deviceIds) if (leave(this.#byDevice, id, follower)) this.followed(id, false);
    this.#everything.delete(follower);
    if (this.#everything.isEmpty) this.#everything = new FollowerGroup();
    return this.#all.delete(follower);
  }

  /** Those who named a session. */
  whoNamed(sessionId: string): Iterable<SessionFollower> {
    return this.#bySession.get(sessionId)?.followers ?? [];
  }

  /** Those whom a session concerns, each once. */
  *concernedBy({ id, deviceId }: Session): Iterable<SessionFollower> {
    const named = this.#bySession.get(id)?.followers;
    if (named !== undefined) yield* named;
    for (const follower of this.#byDevice.get(deviceId)?.followers ?? []) {
      if (named?.has(follower) !== true) yield follower;
    }
    yield* this.#everything.followers;
  }

  /** True where a session concerns anybody. */
  isWanted({ id, deviceId }: Session): boolean {
    return !this.#everything.isEmpty || this.#bySession.has(id) || this.#byDevice.has(deviceId);
  }

  /** The marks that anybody asked for whom a session concerns. */
  marksOf({ id, deviceId }: Session): ReadonlySet<number> {
    const marks = new Set(this.#everything.marks);
    for (const mark of this.#bySession.get(id)?.marks ?? []) marks.add(mark);
    for (const mark of this.#byDevice.get(deviceId)?.marks ?? []) marks.add(mark);
    return marks;
  }

  /** True where every session of a device, or with null of all devices, is known. */
  knowsAllOf(deviceId: string | null): boolean {
    if (this.#everything.isLoaded) return true;
    return deviceId !== null && this.#byDevice.get(deviceId)?.isLoaded === true;
  }

  /** Every session of some devices, or with null of all, is known from now on. */
  learnedAllOf(deviceIds: readonly string[] | null): void {
    if (deviceIds === null) this.#everything.isLoaded = !this.#everything.isEmpty;
    for (const id of deviceIds ?? []) {
      const group = this.#byDevice.get(id);
      if (group !== undefined) group.isLoaded = true;
    }
  }
}

/** True where it is the first. */
function join(groups: Map<string, FollowerGroup>, id: string, follower: SessionFollower): boolean {
  const known = groups.get(id);
  const group = known ?? new FollowerGroup();
  if (known === undefined) groups.set(id, group);
  group.add(follower);
  return known === undefined;
}

/** True where it was the last. */
function leave(groups: Map<string, FollowerGroup>, id: string, follower: SessionFollower): boolean {
  const group = groups.get(id);
  group?.delete(follower);
  return group?.isEmpty === true && groups.delete(id);
}
