import type { Session, SessionFacts } from '../../src/domain/session';
import type { SessionPage, SessionPosition, SessionQuery, SessionStore } from '../../src/stores/ports';
import { PlainLedger } from '../stores/plain-ledger';

/** The instant that these tests happen at. */
export const NOW = Date.parse('2026-11-20T10:00:00.000Z');

/** An instant so many seconds from {@link NOW}. */
export const at = (seconds: number): Date => new Date(NOW + seconds * 1000);

/** A link that runs, made five minutes ago for half an hour. */
export function sessionOf(given: Partial<Session> = {}): Session {
  return {
    id: 'rms:session:1:2:3',
    account: 'rms',
    vendor: 'TELTONIKA_RMS',
    deviceId: 'rms:device:1',
    remoteAccessId: 'rms:access:1:2',
    vendorRef: '1:2:3',
    url: 'https://link.example',
    host: null,
    port: null,
    status: 'ACTIVE',
    createdAt: at(-300),
    expiresAt: at(1500),
    createdBy: null,
    reason: null,
    observedAt: at(-60),
    ...given,
  };
}

/** The same link as its vendor lists it. */
export function factsOf(given: Partial<SessionFacts> = {}): SessionFacts {
  return {
    vendorSessionId: '3',
    url: 'https://link.example',
    host: null,
    port: null,
    createdAt: at(-300),
    expiresAt: at(1500),
    ...given,
  };
}

/** What the services read of the ledger, in memory, and what they asked. */
export class LedgerInMemory implements Pick<SessionStore, 'list' | 'count'> {
  readonly #ledger = new PlainLedger();
  readonly queries: SessionQuery[] = [];

  constructor(sessions: readonly Session[] = []) {
    this.#ledger.save(sessions);
  }

  async list(query: SessionQuery, first: number, after?: SessionPosition): Promise<SessionPage> {
    const all = this.#found(query);
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after.id) + 1;
    return { sessions: all.slice(from, from + first), hasMore: all.length > from + first };
  }

  async count(query: SessionQuery): Promise<number> {
    return this.#found(query).length;
  }

  #found(query: SessionQuery): readonly Session[] {
    this.queries.push(query);
    return this.#ledger.list(query);
  }
}
