import { formatId } from '../../domain/ids';
import type { LinkRecord, Session } from '../../domain/session';
import type { AuditStore, DurableStore, SessionStore } from '../../stores/ports';
import { imaginedSession } from './imagined-session';
import type { World } from './worlds';

/** What a plan reads of the store. Nothing of it is written. */
export interface PlanLedger {
  readonly sessions: SessionStore;
  readonly audit: AuditStore;
  /** Shape: id to link of this graph; a missing id is not known. */
  readonly links: (ids: readonly string[]) => Promise<ReadonlyMap<string, LinkRecord>>;
}

/** The ledger of the running service; what is only imagined is not written down. */
export function readOnly({ sessions, audit, links }: DurableStore): PlanLedger {
  return {
    sessions: {
      get: (ids) => sessions.get(ids),
      byDevices: (ids) => sessions.byDevices(ids),
      byRemoteAccesses: (ids) => sessions.byRemoteAccesses(ids),
      list: (query, first, after) => sessions.list(query, first, after),
      count: (query) => sessions.count(query),
      save: async () => undefined,
    },
    audit: {
      append: async () => undefined,
      list: (query, first, beforeSequence) => audit.list(query, first, beforeSequence),
      readAll: (afterSequence) => audit.readAll(afterSequence),
      head: () => audit.head(),
    },
    links: (ids) => links.get(ids),
  };
}

/** A ledger that nobody has read: in an eager world everything that is asked for is in it. */
export function unknownLedger({ full, isEager }: World): PlanLedger {
  const stranger = (account: string, nth: number): Session =>
    imaginedSession({
      id: formatId(account, 'session', `imagined-${nth}`),
      account,
      vendor: 'TELTONIKA_RMS',
      deviceId: formatId(account, 'device', `imagined-${nth}`),
      remoteAccessId: formatId(account, 'access', `imagined-${nth}#imagined`),
      observedAt: new Date(0),
    });
  return {
    sessions: {
      get: async (ids) =>
        new Map(isEager ? ids.map((id, nth) => [id, { ...stranger(id.split(':')[0] ?? '', nth), id }]) : []),
      byDevices: async () => new Map(),
      byRemoteAccesses: async () => new Map(),
      list: async ({ accounts = [] }, first) => {
        const account = accounts.find((key) => full.has(key));
        const count = isEager && account !== undefined ? first : 0;
        const sessions = Array.from({ length: count }, (_, nth) => stranger(account ?? '', nth));
        return { sessions, hasMore: count > 0 };
      },
      count: async () => 0,
      save: async () => undefined,
    },
    audit: {
      append: async () => undefined,
      list: async () => [],
      async *readAll() {},
      head: async () => ({ entries: 0, hash: '' }),
    },
    links: async () => new Map(),
  };
}
