import type { SessionEvent } from '../../domain/session-event';
import type { StayingCaller } from '../follow-rights';
import type { EventQueue } from './event-queue';

/** Which sessions somebody follows: those named, and those of the devices named; or all. */
export interface Followed {
  readonly sessionIds: readonly string[];
  readonly deviceIds: readonly string[];
  readonly everything: boolean;
}

/** Somebody who follows sessions. */
export interface SessionFollower {
  readonly followed: Followed;
  /** Seconds before an end at which to be told. */
  readonly marks: readonly number[];
  readonly queue: EventQueue<SessionEvent>;
  readonly caller: StayingCaller;
  /** False until it was told how all stands: what happens before is part of that. */
  isLive: boolean;
  /** Sessions named that are not over yet. */
  unfinished: number;
}

/** Those who follow one thing, and the marks that they asked for. */
export class FollowerGroup {
  readonly followers = new Set<SessionFollower>();
  /** Shape: mark to how many asked for it. */
  readonly #marks = new Map<number, number>();
  /** True once every session of what is followed is known. */
  isLoaded = false;

  get isEmpty(): boolean {
    return this.followers.size === 0;
  }

  get marks(): Iterable<number> {
    return this.#marks.keys();
  }

  add(follower: SessionFollower): void {
    this.followers.add(follower);
    for (const mark of follower.marks) this.#marks.set(mark, (this.#marks.get(mark) ?? 0) + 1);
  }

  delete(follower: SessionFollower): void {
    if (!this.followers.delete(follower)) return;
    for (const mark of follower.marks) {
      const left = (this.#marks.get(mark) ?? 1) - 1;
      if (left === 0) this.#marks.delete(mark);
      else this.#marks.set(mark, left);
    }
  }
}
