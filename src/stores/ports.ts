import type { LinkRecord, Session, SessionStatus } from '../domain/session';
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
   * status never goes back (see `mayBecome`): a session whose state is final keeps its state; that one without
   * `createdAt` keeps its place in lists, which is that of when it was first seen; that `createdBy` and `reason` stay
   * where the new ones are null; and that what only a {@link LinkRecord} has stays as it is. A vendor reference that
   * another session of the account has is refused, and then nothing is written. `audit` makes the entries of the
   * audit log that are written together with them.
   */
  save(
    sessions: readonly Session[],
    audit?: (saved: SavedSessions) => readonly NewAuditEntry[],
  ): Promise<void>;
}

/** What a save changed for good: however many processes save the same, each is told to one of them, once. */
export interface SavedSessions {
  /** Those that the ledger did not have. */
  readonly first: readonly Session[];
  /** Those that were not over, and are now. */
  readonly ended: readonly Session[];
}

/** What a caller asked this graph to do at a vendor: durable before the vendor is called, settled after. */
export interface Intent {
  readonly id: string;
  /** Who asked. An idempotency key belongs to one subject and one action. */
  readonly subject: string;
  readonly action: string;
  readonly idempotencyKey: string | null;
  /** A digest of the input: the same key with another digest is a conflict. */
  readonly inputDigest: string;
  readonly account: string;
  /** The session that it makes; null for an intent that makes none. */
  readonly sessionId: string | null;
  /** What is needed to settle it without its caller, as JSON. Never a link. */
  readonly detail: string;
  readonly askedAt: Date;
  /** Null while nobody knows what became of it. */
  readonly settledAt: Date | null;
}

/** What an idempotency key is unique for. */
export interface IntentKey {
  readonly subject: string;
  readonly action: string;
  readonly idempotencyKey: string;
}

/** What came of recording an intent. */
export type Begun =
  | { readonly begun: true }
  /** The caller used the key before: this is what it was used for then. */
  | { readonly begun: false; readonly earlier: Intent };

/** Intents, and the links that they make. */
export interface IntentStore {
  /**
   * Records an intent, with the PENDING session that it makes, all or none. Of callers that use one key at once,
   * exactly one begins; the others are told of its intent, and nothing of theirs is written. Intents without a key
   * never meet. Until `leasedUntil` it is left to its caller; left out: whoever claims may have it at once.
   */
  begin(intent: Intent, session: LinkRecord | null, leasedUntil?: Date): Promise<Begun>;
  /** Moves the instant until which intents are left to whoever works on them. Settled ones stay as they are. */
  lease(intentIds: readonly string[], until: Date): Promise<void>;
  /**
   * Takes over the intents of these accounts that are not settled and that nobody works on any more: their lease has
   * run out by `nowMs`, and is `until` from here on. Of several that claim at once one has each. Oldest first.
   */
  claim(accounts: readonly string[], nowMs: number, until: Date): Promise<readonly Intent[]>;
  /** The intent for which this caller used a key with this action; undefined: none, or it is forgotten. */
  find(key: IntentKey): Promise<Intent | undefined>;
  /**
   * Records what became of it: its session, that it is settled, and who did what; all or none. The session is written
   * as {@link LinkStore.save} does. Where it is settled already, or forgotten, the first word stands and nothing is
   * written, without an error; but for one thing: a connection whose end this session owes, where none was known, is
   * written down with its end, and so is the audit. So what two processes settle at once cannot stay open unseen:
   * where the first called it failed, {@link LinkStore.owed} tells of it. Tells whether it was the first word.
   */
  settle(
    intentId: string,
    at: Date,
    session: LinkRecord | null,
    audit: readonly NewAuditEntry[],
  ): Promise<boolean>;
  /**
   * Notes something more about an intent: its new detail, and what the audit log tells of it; all or none. One that is
   * settled, not known, or has this detail already stays as it is, and nothing is told.
   */
  note(intentId: string, detail: string, audit: readonly NewAuditEntry[]): Promise<void>;
  /** Every intent that is not settled, oldest first. */
  unsettled(): Promise<readonly Intent[]>;
  /**
   * Forgets settled intents that were asked before an instant and whose session, if any, is over by now. Tells how
   * many they were.
   */
  forget(askedBefore: Date, nowMs: number): Promise<number>;
}

/** Links that this graph made, with what is needed to end them. */
export interface LinkStore {
  /** Shape: id to link; a missing id is not known, or not a link of this graph. */
  get(ids: readonly string[]): Promise<ReadonlyMap<string, LinkRecord>>;
  /**
   * Links that use this connection of the account: PENDING or ACTIVE ones whose end, if any, is after `nowMs`. While
   * there is one the connection must stay up.
   */
  overConnection(account: string, connectionRef: string, nowMs: number): Promise<readonly LinkRecord[]>;
  /** Links whose end is owed and whose time has come, or whose state is final; oldest end first. */
  owed(nowMs: number): Promise<readonly LinkRecord[]>;
  /**
   * The next instant at which an end is owed, in milliseconds; 0, which is long past, where one is owed for a link
   * whose state is final; null where none is.
   */
  nextOwedMs(): Promise<number | null>;
  /**
   * Links of this graph that were last written down as ACTIVE, whose end has passed, and whose end nobody owes: their
   * vendors have ended them. The earliest ends first, so many at most.
   */
  over(nowMs: number, most: number): Promise<readonly LinkRecord[]>;
  /** Links that still owe that the way in which was made for them is taken away; oldest first. */
  accessesOwed(): Promise<readonly LinkRecord[]>;
  /**
   * Writes links down, with who did what; all or none. States only go forward, as in {@link SessionStore.save}. A
   * session that a read saw first, and wrote down under an id of its own, gives way to the link with its vendor
   * reference. One without `createdBy` was made elsewhere: it does not become a link of this graph by being saved.
   */
  save(links: readonly LinkRecord[], audit: readonly NewAuditEntry[]): Promise<void>;
}

/** Something that was done, to be written down for ever. No link is ever in it. */
export interface NewAuditEntry {
  readonly at: Date;
  /** Who: a caller's subject, or `drawbridge` for what the graph did by itself. */
  readonly actor: string;
  readonly action: string;
  readonly account: string;
  /** The id of what it was done to; null where it has none yet. */
  readonly target: string | null;
  /** What was asked, and what was granted, as JSON. */
  readonly detail: string;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  readonly reason: string | null;
}

/** An entry of the audit log, chained to the one before. */
export interface AuditEntry extends NewAuditEntry {
  /** From 1, without a gap. */
  readonly sequence: number;
  /** SHA-256 over the entry and the hash of the one before, in hex. */
  readonly hash: string;
}

/** The end of the audit log, kept beside it: without it nobody would see that the last entries are missing. */
export interface AuditHead {
  /** How many entries there are, which is the sequence of the last one. */
  readonly entries: number;
  /** The hash of the last one. */
  readonly hash: string;
}

/** The append-only audit log. */
export interface AuditStore {
  /** Writes entries down, all or none, in their order. */
  append(entries: readonly NewAuditEntry[]): Promise<void>;
  /** Newest first, of these accounts only; `beforeSequence` goes on behind an entry. */
  list(query: AuditQuery, first: number, beforeSequence?: number): Promise<readonly AuditEntry[]>;
  /** Reads the whole log, oldest first, in parts; `afterSequence` goes on behind an entry. */
  readAll(afterSequence?: number): AsyncIterable<AuditEntry>;
  head(): Promise<AuditHead>;
}

/** Which entries are wanted; conditions left out do not restrict. */
export interface AuditQuery {
  readonly accounts: readonly string[];
  readonly actor?: string;
  readonly target?: string;
}

/** Whose calls are counted, and over which time. */
export interface QuotaKey {
  readonly account: string;
  /** The window's first instant, in milliseconds since 1970. */
  readonly windowStartMs: number;
}

/** Calls that were taken ahead of being made. */
export interface QuotaGrant {
  /** From 0 to the calls that were asked for. */
  readonly granted: number;
  /** The count with them. */
  readonly used: number;
}

/** Vendor calls counted against an account's allowance, by all replicas together. A window nobody counted in has 0. */
export interface QuotaStore {
  used(key: QuotaKey): Promise<number>;
  /** Counts up to `calls` more, as many as leave the count at `most` or below; of takers at once none is told too many. */
  take(key: QuotaKey, calls: number, most: number): Promise<QuotaGrant>;
  /** Counts calls that were made already, or, below 0, gives back those that were not. Answers the count, 0 or more. */
  add(key: QuotaKey, calls: number): Promise<number>;
  /** Notes that an operator is warned of a percentage: true for one of those who ask, and only if no higher one was. */
  claimWarning(key: QuotaKey, percent: number): Promise<boolean>;
}

/** The place where a session stands in lists: when it was made, else when it was first seen. */
export function sortMsOf(session: Session): number {
  return (session.createdAt ?? session.observedAt).getTime();
}

/** Everything that outlives the process. */
export interface DurableStore {
  readonly sessions: SessionStore;
  readonly intents: IntentStore;
  readonly links: LinkStore;
  readonly audit: AuditStore;
  readonly quotas: QuotaStore;
  /** Resolves where the store can be read and written just now; else throws STORE_UNAVAILABLE. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
