import type { Session, SessionStatus } from '../domain/session';
import type { Vendor } from '../domain/vendor';

/*
 * What a store must offer. Every method throws STORE_UNAVAILABLE where the store cannot be reached or written, and
 * nothing else that comes from the store itself.
 */

/** Which sessions are wanted; conditions left out do not restrict. */
export interface SessionQuery {
  /** Only of these accounts. An empty list: none. */
  readonly accounts?: readonly string[];
  readonly vendors?: readonly Vendor[];
  readonly deviceIds?: readonly string[];
  readonly createdBy?: readonly string[];
  /** As they stand at `nowMs`: a session whose end has passed is EXPIRED, whatever was last written. */
  readonly statuses?: readonly SessionStatus[];
  /** Only those that end, or ended, before this instant. */
  readonly expiresBeforeMs?: number;
  /** The instant that "now" is, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** Where a page of sessions goes on: the last session that was told. `sortMs` counts only where its id is gone. */
export interface SessionPosition {
  readonly sortMs: number;
  readonly id: string;
}

/** One part of a list of sessions: newest first, ties by id. */
export interface SessionPage {
  readonly sessions: readonly Session[];
  readonly hasMore: boolean;
}

/** The ledger of links: those that this graph made, and those that a read has seen. */
export interface SessionStore {
  /** Shape: id to session; a missing id is not known. */
  get(ids: readonly string[]): Promise<ReadonlyMap<string, Session>>;
  /** Every session of these devices, newest first; a device without any may be missing. */
  byDevices(deviceIds: readonly string[]): Promise<ReadonlyMap<string, readonly Session[]>>;
  /** Every session of these remote accesses, newest first; one without any may be missing. */
  byRemoteAccesses(remoteAccessIds: readonly string[]): Promise<ReadonlyMap<string, readonly Session[]>>;
  list(query: SessionQuery, first: number, after?: SessionPosition): Promise<SessionPage>;
  count(query: SessionQuery): Promise<number>;
  /**
   * Writes sessions down, all or none, in their order. What exists already under the id is replaced, except that a
   * status never goes back (see `mayBecome`): a session whose state is final keeps its state; and that one without
   * `createdAt` keeps its place in lists, which is that of when it was first seen. A vendor reference that another
   * session of the account has is refused, and then nothing is written.
   */
  save(sessions: readonly Session[]): Promise<void>;
}

/** The place where a session stands in lists: when it was made, else when it was first seen. */
export function sortMsOf(session: Session): number {
  return (session.createdAt ?? session.observedAt).getTime();
}

/** Everything that outlives the process. */
export interface DurableStore {
  readonly sessions: SessionStore;
  /** Resolves where the store can be read and written just now; else throws STORE_UNAVAILABLE. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
