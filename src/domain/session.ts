import type { Vendor } from './vendor';

/** The states of a session. The last three are final. */
export const SESSION_STATUSES = ['PENDING', 'ACTIVE', 'EXPIRED', 'CLOSED', 'FAILED'] as const;

/** One state of the list. */
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** What a vendor's list says of one link. */
export interface SessionFacts {
  /** The vendor's own id of the link, unique within the remote access. */
  readonly vendorSessionId: string;
  readonly url: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly createdAt: Date | null;
  readonly expiresAt: Date | null;
}

/** A link into a device, as the graph keeps it. */
export interface Session {
  readonly id: string;
  readonly account: string;
  readonly vendor: Vendor;
  readonly deviceId: string;
  readonly remoteAccessId: string | null;
  /** The vendor's own reference, unique within the account; null until the vendor has answered. */
  readonly vendorRef: string | null;
  /** A secret: whoever has it is in. */
  readonly url: string | null;
  readonly host: string | null;
  readonly port: number | null;
  /** As last written down; {@link statusAt} is how it stands at an instant. */
  readonly status: SessionStatus;
  readonly createdAt: Date | null;
  readonly expiresAt: Date | null;
  /** Who asked this graph for it; null where it was made elsewhere. */
  readonly createdBy: string | null;
  readonly reason: string | null;
  /** When the vendor, or this graph, last told how it stands. */
  readonly observedAt: Date;
}

/** What the ledger also keeps of a link that this graph made; the rest of the house has no use for it. */
export interface LinkRecord extends Session {
  /** What is needed to end it at the vendor; null until the vendor has answered. */
  readonly connectionRef: string | null;
  /** True where the vendor's connection was up before, and stays up after the last link over it. */
  readonly foundRunning: boolean;
  /**
   * True while the vendor may still hold it open and it is this graph that has to end it: at its end, or now where it
   * is over already. False for links that were made elsewhere.
   */
  readonly endOwed: boolean;
  /**
   * True while the way in that was made for this link alone is still to be taken away: the link did not come to be.
   */
  readonly accessOwed: boolean;
  /** The only address that may use it; null: nobody asked for that. */
  readonly allowedIp: string | null;
}

const LEGAL: Readonly<Record<SessionStatus, readonly SessionStatus[]>> = {
  PENDING: ['ACTIVE', 'EXPIRED', 'CLOSED', 'FAILED'],
  ACTIVE: ['EXPIRED', 'CLOSED', 'FAILED'],
  EXPIRED: [],
  CLOSED: [],
  FAILED: [],
};

/** True where a session may go from one state to another: states only go forward. */
export function mayBecome(from: SessionStatus, to: SessionStatus): boolean {
  return LEGAL[from].includes(to);
}

/** True for a state that nothing follows. */
export function isFinal(status: SessionStatus): boolean {
  return LEGAL[status].length === 0;
}

/** How a session stands at an instant: the known end is a clock, nobody has to be asked. */
export function statusAt(session: Pick<Session, 'status' | 'expiresAt'>, nowMs: number): SessionStatus {
  const { status, expiresAt } = session;
  if (status === 'ACTIVE' && expiresAt !== null && expiresAt.getTime() <= nowMs) return 'EXPIRED';
  return status;
}

/** Whole seconds left at an instant, never negative; null where the session has no end. */
export function secondsRemainingAt(
  session: Pick<Session, 'status' | 'expiresAt'>,
  nowMs: number,
): number | null {
  if (session.expiresAt === null) return null;
  if (isFinal(session.status)) return 0;
  return Math.max(0, Math.floor((session.expiresAt.getTime() - nowMs) / 1000));
}
