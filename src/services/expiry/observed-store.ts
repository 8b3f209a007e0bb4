import type { Session } from '../../domain/session';
import type { DurableStore } from '../../stores/ports';

/** Who is told what was written into the ledger, once it is there. */
export interface LedgerObserver {
  /** A session that nobody can know yet. */
  begun(session: Session): void;
  /** Sessions that were written: how they stand is for the store to say, which never lets a state go back. */
  written(ids: readonly string[]): void;
}

/** The store, with every change of a session told: whoever writes, there is no other way into the ledger. */
export function observeStore(store: DurableStore, observer: LedgerObserver): DurableStore {
  const { sessions, intents, links, audit, quotas } = store;
  const idsOf = (written: readonly Session[]): readonly string[] => written.map(({ id }) => id);
  return {
    audit,
    quotas,
    ping: () => store.ping(),
    close: () => store.close(),
    sessions: {
      get: (ids) => sessions.get(ids),
      byDevices: (ids) => sessions.byDevices(ids),
      byRemoteAccesses: (ids) => sessions.byRemoteAccesses(ids),
      list: (query, first, after) => sessions.list(query, first, after),
      count: (query) => sessions.count(query),
      save: async (written, entriesOf) => {
        await sessions.save(written, entriesOf);
        observer.written(idsOf(written));
      },
    },
    intents: {
      begin: async (intent, session, leasedUntil) => {
        const begun = await intents.begin(intent, session, leasedUntil);
        if (begun.begun && session !== null) observer.begun(session);
        return begun;
      },
      settle: async (id, at, session, entries) => {
        const isFirst = await intents.settle(id, at, session, entries);
        if (session !== null) observer.written([session.id]);
        return isFirst;
      },
      lease: (ids, until) => intents.lease(ids, until),
      claim: (accounts, nowMs, until) => intents.claim(accounts, nowMs, until),
      find: (key) => intents.find(key),
      note: (id, detail, entries) => intents.note(id, detail, entries),
      unsettled: () => intents.unsettled(),
      forget: (askedBefore, nowMs) => intents.forget(askedBefore, nowMs),
    },
    links: {
      get: (ids) => links.get(ids),
      overConnection: (account, connectionRef, nowMs) => links.overConnection(account, connectionRef, nowMs),
      owed: (nowMs) => links.owed(nowMs),
      nextOwedMs: () => links.nextOwedMs(),
      over: (nowMs, most) => links.over(nowMs, most),
      accessesOwed: () => links.accessesOwed(),
      save: async (written, entries) => {
        await links.save(written, entries);
        observer.written(idsOf(written));
      },
    },
  };
}
