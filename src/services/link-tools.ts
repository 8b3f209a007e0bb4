import type { Account } from '../accounts/account';
import type { Fleet } from '../accounts/fleet';
import type { LinkReference, OpenedLink } from '../domain/link';
import type { Reading } from '../domain/reading';
import type { AccessProtocol, NewRemoteAccess, RemoteAccess } from '../domain/remote-access';
import type { LinkRecord } from '../domain/session';
import type { Clock } from '../domain/time';
import type { DurableStore, Intent } from '../stores/ports';
import type { AccessGate } from './access-gate';
import type { Attempts } from './attempts';
import type { LinkBook } from './link-book';
import type { Pauses } from './pauses';
import type { LinkPolicy } from './policy';

/** What links are opened and ended with. */
export interface LinkTools {
  readonly fleet: Fleet;
  readonly store: DurableStore;
  readonly book: LinkBook;
  readonly attempts: Attempts;
  readonly clock: Clock;
  readonly gate: AccessGate;
  readonly pauses: Pauses;
  readonly newId: () => string;
  readonly policyOf: (account: string) => LinkPolicy;
  /** Told what went wrong and is tried again, in words for an operator. */
  readonly warn: (message: string, cause: unknown) => void;
}

/** What it takes to settle the intent of a link without its caller. */
export interface IntentDetail {
  readonly durationSeconds: number;
  readonly allowedIp: string | null;
  readonly port: number | null;
  /** The local part of the way in's id; null where it is being made. */
  readonly access: string | null;
  /** The way in that is being made for the link; null: it was there before. */
  readonly create: NewRemoteAccess | null;
  /**
   * When the vendor was told to open the link, in milliseconds since 1970, as far as that was noted before. Where it
   * is looked before opening, null says that it was never told.
   */
  readonly toldAt: number | null;
}

/** What was written down with an intent. */
export function detailOf({ detail }: Intent): IntentDetail {
  return JSON.parse(detail) as IntentDetail;
}

/** The port that a protocol has where nobody names one; null: it has none. */
export const USUAL_PORT: Readonly<Record<AccessProtocol, number | null>> = {
  HTTP: 80,
  HTTPS: 443,
  SSH: 22,
  SFTP: 22,
  RDP: 3389,
  VNC: 5900,
  TELNET: 23,
  TCP: null,
  VPN: null,
  OTHER: null,
};

/**
 * The reading of what the graph does by itself, to settle what was begun: nothing is remembered from before, and no
 * allowance refuses it.
 */
export function ownReading(clock: Clock): Reading {
  return { startedAt: clock.monotonic(), maxAgeMs: 0, mayBeFresher: true, purpose: 'finish' };
}

/** The reference that is unique for a link of an account; null where its vendor has none of its own. */
export function vendorRefOf(access: Pick<RemoteAccess, 'localId'>, opened: OpenedLink): string | null {
  return opened.vendorSessionId === null ? null : `${access.localId}:${opened.vendorSessionId}`;
}

/** A PENDING link as it stands once the vendor has handed it out. */
export function activated(
  pending: LinkRecord,
  access: RemoteAccess,
  opened: OpenedLink,
  facts: {
    readonly account: Account;
    readonly now: number;
    readonly port: number | null;
    /** The end that was asked for, where the vendor does not keep it. */
    readonly askedEnd: Date;
  },
): LinkRecord {
  const { askedEnd } = facts;
  const vendorEnd = opened.vendorEndsAt;
  const onTime = facts.account.writes.linksEndOnTime && vendorEnd !== null;
  const endOwed = !onTime && (vendorEnd === null || vendorEnd > askedEnd);
  const expiresAt = onTime || (vendorEnd !== null && vendorEnd < askedEnd) ? vendorEnd : askedEnd;
  return {
    ...pending,
    remoteAccessId: access.id,
    vendorRef: vendorRefOf(access, opened),
    connectionRef: opened.connectionRef,
    foundRunning: opened.foundRunning,
    url: opened.url,
    host: opened.host,
    port: opened.port ?? facts.port,
    // One that was lost for a while may be over.
    status: expiresAt.getTime() <= facts.now && !endOwed ? 'EXPIRED' : 'ACTIVE',
    createdAt: opened.createdAt ?? new Date(facts.now),
    expiresAt,
    endOwed,
    observedAt: new Date(facts.now),
  };
}

/** What it takes to end a link at its vendor; undefined where the ledger does not hold that. */
export function referenceOf(account: Account, link: LinkRecord): LinkReference | undefined {
  const prefix = `${account.key}:access:`;
  if (link.remoteAccessId === null || link.connectionRef === null) return undefined;
  const accessLocalId = link.remoteAccessId.slice(prefix.length);
  const vendorDeviceId = account.deviceOfAccess(accessLocalId);
  if (vendorDeviceId === undefined) return undefined;
  const ref = link.vendorRef;
  return {
    accessLocalId,
    vendorDeviceId,
    connectionRef: link.connectionRef,
    vendorSessionId: ref === null ? null : ref.slice(accessLocalId.length + 1),
  };
}

/** Under what those who open and those who look are kept apart. */
export function gateKey(access: Pick<RemoteAccess, 'id'>): string {
  return access.id.toLowerCase();
}
