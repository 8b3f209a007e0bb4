import { mayBecome, type Session, statusAt } from '../../src/domain/session';
import { type SessionQuery, sortMsOf } from '../../src/stores/ports';

interface Entry {
  readonly session: Session;
  readonly sortMs: number;
}

/** The ledger in the plainest code that there is: what the real ones are compared to. */
export class PlainLedger {
  readonly #entries = new Map<string, Entry>();

  save(sessions: readonly Session[]): void {
    for (const session of sessions) {
      const before = this.#entries.get(session.id);
      this.#entries.set(session.id, before === undefined ? first(session) : after(before, session));
    }
  }

  list(query: SessionQuery): readonly Session[] {
    return [...this.#entries.values()]
      .filter(({ session }) => isWanted(session, query))
      .sort((one, other) => other.sortMs - one.sortMs || compareBytes(one.session.id, other.session.id))
      .map(({ session }) => session);
  }
}

function first(session: Session): Entry {
  return { session, sortMs: sortMsOf(session) };
}

function after(before: Entry, session: Session): Entry {
  const { status, createdBy, reason } = before.session;
  const kept = status === session.status || mayBecome(status, session.status) ? session.status : status;
  return {
    session: {
      ...session,
      status: kept,
      createdBy: session.createdBy ?? createdBy,
      reason: session.reason ?? reason,
    },
    sortMs: session.createdAt === null ? before.sortMs : session.createdAt.getTime(),
  };
}

function isWanted(session: Session, query: SessionQuery): boolean {
  const { accounts, vendors, deviceIds, createdBy, statuses, expiresBeforeMs, nowMs } = query;
  if (accounts !== undefined && !accounts.includes(session.account)) return false;
  if (vendors !== undefined && !vendors.includes(session.vendor)) return false;
  if (deviceIds !== undefined && !deviceIds.includes(session.deviceId)) return false;
  if (createdBy !== undefined && !createdBy.some((subject) => subject === session.createdBy)) return false;
  if (statuses !== undefined && !statuses.includes(statusAt(session, nowMs))) return false;
  if (expiresBeforeMs === undefined) return true;
  return session.expiresAt !== null && session.expiresAt.getTime() < expiresBeforeMs;
}

function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
