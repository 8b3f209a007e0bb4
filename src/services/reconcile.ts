import type { ListedSessions } from '../accounts/session-reads';
import { formatId } from '../domain/ids';
import type { AccessPlace } from '../domain/remote-access';
import { isFinal, mayBecome, type Session, type SessionFacts, type SessionStatus } from '../domain/session';
import type { Vendor } from '../domain/vendor';

/** The links of one way in, as the ledger has them and as its vendor just listed them. */
export interface Comparison {
  readonly vendor: Vendor;
  readonly access: AccessPlace;
  readonly known: readonly Session[];
  readonly listed: ListedSessions;
}

/**
 * What has to be written down after a vendor told its links: new ones, those that moved, and those that are gone.
 * Pure; only what changed is in the answer.
 */
export function reconcile({ vendor, access, known, listed }: Comparison): readonly Session[] {
  const byRef = new Map(
    known.flatMap((session) => (session.vendorRef === null ? [] : [[session.vendorRef, session]])),
  );
  const seen = new Set<string>();
  const changed: Session[] = [];
  // While this graph opens a link here, one that nobody knows may be that: it is left to who opened it.
  const opening = known.some(({ status, vendorRef }) => status === 'PENDING' && vendorRef === null);
  for (const facts of listed.sessions) {
    const ref = `${access.localId}:${facts.vendorSessionId}`;
    seen.add(ref);
    const before = byRef.get(ref);
    const after =
      before !== undefined
        ? moved(before, facts, listed)
        : opening
          ? undefined
          : found(vendor, access, ref, facts, listed);
    if (after !== undefined) changed.push(after);
  }
  // What was opened while the vendor was being asked may be missing in its answer.
  // A row that could not be read may be any of them: then nothing is known to be gone.
  for (const session of listed.complete ? known : []) {
    const gone =
      session.vendorRef !== null && !seen.has(session.vendorRef) && session.observedAt < listed.askedAt;
    if (gone && !isFinal(session.status)) changed.push(ended(session, listed.observedAt));
  }
  return changed;
}

function found(
  vendor: Vendor,
  access: AccessPlace,
  ref: string,
  facts: SessionFacts,
  { observedAt }: ListedSessions,
): Session {
  return {
    id: formatId(access.account, 'session', ref),
    account: access.account,
    vendor,
    deviceId: access.deviceId,
    remoteAccessId: access.id,
    vendorRef: ref,
    url: facts.url,
    host: facts.host,
    port: facts.port,
    status: statusOf(facts, observedAt),
    createdAt: facts.createdAt,
    expiresAt: facts.expiresAt,
    createdBy: null,
    reason: null,
    observedAt,
  };
}

/** A link that the ledger has, where the vendor tells it otherwise; undefined: nothing changed, or it is newer. */
function moved(
  before: Session,
  facts: SessionFacts,
  { observedAt, askedAt }: ListedSessions,
): Session | undefined {
  if (isFinal(before.status) || before.observedAt > askedAt) return undefined;
  const told = statusOf(facts, observedAt);
  const status = mayBecome(before.status, told) ? told : before.status;
  const after: Session = {
    ...before,
    url: facts.url ?? before.url,
    createdAt: facts.createdAt ?? before.createdAt,
    // An end that cannot be read is no end that was taken away.
    expiresAt: facts.expiresAt ?? before.expiresAt,
    status,
    observedAt,
  };
  return same(before, after) ? undefined : after;
}

function same(a: Session, b: Session): boolean {
  return (
    a.url === b.url &&
    a.status === b.status &&
    a.createdAt?.getTime() === b.createdAt?.getTime() &&
    a.expiresAt?.getTime() === b.expiresAt?.getTime()
  );
}

/** The vendor no longer lists it: its end has come, or somebody ended it before. */
function ended(session: Session, observedAt: Date): Session {
  const over = session.expiresAt !== null && session.expiresAt <= observedAt;
  return { ...session, status: over ? 'EXPIRED' : 'CLOSED', observedAt };
}

/** The vendor's own word on whether a link is active is not taken: its end decides. */
function statusOf(facts: SessionFacts, observedAt: Date): SessionStatus {
  return facts.expiresAt !== null && facts.expiresAt <= observedAt ? 'EXPIRED' : 'ACTIVE';
}
