import { isFinal, type LinkRecord, type Session, statusAt } from '../../src/domain/session';
import type { Begun, Intent, NewAuditEntry } from '../../src/stores/ports';
import { PlainLedger } from './plain-ledger';

/** What only a link has. */
interface LinkPart {
  readonly connectionRef: string | null;
  readonly foundRunning: boolean;
  readonly endOwed: boolean;
  readonly accessOwed: boolean;
  readonly allowedIp: string | null;
  readonly madeHere: boolean;
}

const NO_LINK: LinkPart = {
  connectionRef: null,
  foundRunning: false,
  endOwed: false,
  accessOwed: false,
  allowedIp: null,
  madeHere: false,
};

/** Intents, links and the audit log in the plainest code that there is: what the real ones are compared to. */
export class PlainStore {
  readonly #ledger = new PlainLedger();
  readonly #parts = new Map<string, LinkPart>();
  readonly #intents: Intent[] = [];
  readonly audit: NewAuditEntry[] = [];

  seen(sessions: readonly Session[]): void {
    this.#ledger.save(sessions);
  }

  save(links: readonly LinkRecord[], audit: readonly NewAuditEntry[]): void {
    for (const link of links) this.#write(link, link.createdBy !== null);
    this.audit.push(...audit);
  }

  begin(intent: Intent, link: LinkRecord | null): Begun {
    const earlier = this.#intents.find(
      (other) =>
        intent.idempotencyKey !== null &&
        other.idempotencyKey === intent.idempotencyKey &&
        other.subject === intent.subject &&
        other.action === intent.action,
    );
    if (earlier !== undefined) return { begun: false, earlier };
    this.#intents.push(intent);
    if (link !== null) this.#write(link, true);
    return { begun: true };
  }

  settle(id: string, at: Date, link: LinkRecord | null, audit: readonly NewAuditEntry[]): boolean {
    const place = this.#intents.findIndex((intent) => intent.id === id && intent.settledAt === null);
    const intent = this.#intents[place];
    if (intent !== undefined) {
      this.#intents[place] = { ...intent, settledAt: at };
      if (link !== null) this.#write(link, true);
    } else if (!this.#oweMore(link)) return false;
    this.audit.push(...audit);
    return intent !== undefined;
  }

  unsettled(): readonly Intent[] {
    return this.#intents
      .filter(({ settledAt }) => settledAt === null)
      .sort((one, other) => one.askedAt.getTime() - other.askedAt.getTime() || (one.id < other.id ? -1 : 1));
  }

  forget(askedBefore: Date, nowMs: number): number {
    const forgotten = this.#intents.filter(({ settledAt, askedAt, sessionId }) => {
      const session = this.#all(nowMs).find(({ id }) => id === sessionId);
      const over = session === undefined || isFinal(statusAt(session, nowMs));
      return settledAt !== null && askedAt < askedBefore && over;
    });
    for (const intent of forgotten) this.#intents.splice(this.#intents.indexOf(intent), 1);
    return forgotten.length;
  }

  links(nowMs: number): readonly LinkRecord[] {
    return this.#all(nowMs).flatMap((session) => {
      const { madeHere, ...part } = this.#parts.get(session.id) ?? NO_LINK;
      return madeHere ? [{ ...session, ...part }] : [];
    });
  }

  owed(nowMs: number): readonly string[] {
    return this.#all(nowMs)
      .filter(({ id }) => this.#parts.get(id)?.endOwed === true)
      .filter(({ status, expiresAt }) => isFinal(status) || (expiresAt?.getTime() ?? Infinity) <= nowMs)
      .map(({ id }) => id);
  }

  accessesOwed(nowMs: number): readonly string[] {
    return this.links(nowMs)
      .filter(({ accessOwed }) => accessOwed)
      .map(({ id }) => id);
  }

  nextOwedMs(nowMs: number): number | null {
    const ends = this.#all(nowMs)
      .filter(({ id }) => this.#parts.get(id)?.endOwed === true)
      .flatMap(({ status, expiresAt }) => (isFinal(status) ? [0] : (expiresAt?.getTime() ?? [])));
    return ends.length === 0 ? null : Math.min(...ends);
  }

  overConnection(account: string, connectionRef: string, nowMs: number): readonly string[] {
    return this.links(nowMs)
      .filter((link) => link.account === account && link.connectionRef === connectionRef)
      .filter(({ status, expiresAt }) => !isFinal(status) && (expiresAt?.getTime() ?? Infinity) > nowMs)
      .map(({ id }) => id);
  }

  #all(nowMs: number): readonly Session[] {
    return this.#ledger.list({ nowMs });
  }

  #write(link: LinkRecord, madeHere: boolean): void {
    const { connectionRef, foundRunning, endOwed, accessOwed, allowedIp, ...session } = link;
    this.#ledger.save([session]);
    const before = this.#parts.get(link.id)?.madeHere === true;
    const part = { connectionRef, foundRunning, endOwed, accessOwed, allowedIp };
    this.#parts.set(link.id, { ...part, madeHere: madeHere || before });
  }

  #oweMore(link: LinkRecord | null): boolean {
    if (link === null || !link.endOwed || link.connectionRef === null) return false;
    if (!this.#all(0).some(({ id }) => id === link.id)) return false;
    const before = this.#parts.get(link.id) ?? NO_LINK;
    if (before.connectionRef !== null) return false;
    const { connectionRef, foundRunning, endOwed } = link;
    this.#parts.set(link.id, { ...before, connectionRef, foundRunning, endOwed });
    return true;
  }
}
