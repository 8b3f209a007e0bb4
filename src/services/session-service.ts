import type { Account } from '../accounts/account';
import { groupBy } from '../accounts/batch';
import type { Fleet } from '../accounts/fleet';
import type { ListedSessions } from '../accounts/session-reads';
import type { Device } from '../domain/device';
import { formatId, type GlobalId } from '../domain/ids';
import { failure, type Outcome, settle, success } from '../domain/outcome';
import { type Principal, seesAccount } from '../domain/principal';
import type { Reading } from '../domain/reading';
import type { AccessPlace, RemoteAccess } from '../domain/remote-access';
import { isFinal, type Session, statusAt } from '../domain/session';
import type { Clock } from '../domain/time';
import type { NewAuditEntry, SavedSessions, SessionStore } from '../stores/ports';
import { requireScope } from './authorize';
import { reconcile } from './reconcile';

/** Whose links are wanted, and which. */
export interface SessionsWanted<T> {
  readonly of: T;
  /** True: those that are over are left out. */
  readonly activeOnly: boolean;
  /**
   * True: the vendor is asked for all of them, because the same operation also wants those that are over; so a way
   * in that is wanted both ways costs one call.
   */
  readonly listAll: boolean;
}

/** What sessions are read with. */
export interface SessionReader {
  readonly fleet: Fleet;
  readonly store: SessionStore;
  readonly clock: Clock;
  /** What the audit log tells of links that a read has found, or found to be over. */
  readonly entriesOf: (saved: SavedSessions) => readonly NewAuditEntry[];
  /** Told where what a read has seen could not be written down; the read itself stands. */
  readonly warn: (message: string, cause: unknown) => void;
}

/** Reading the links of devices and of ways in. Every method throws FORBIDDEN without `remote_access:read`. */
export class SessionService {
  constructor(private readonly reader: SessionReader) {}

  /** Sessions by id, as the graph knows them: no vendor is asked. Null: unknown. */
  async byIds(principal: Principal, ids: readonly GlobalId[]): Promise<readonly Outcome<Session | null>[]> {
    requireScope(principal, 'remote_access:read');
    const seen = ids.map((id) =>
      seesAccount(principal, id.account) && this.reader.fleet.find(principal, id.account) !== undefined
        ? formatId(id.account, id.kind, id.local)
        : undefined,
    );
    const found = await this.reader.store.get(seen.filter((id) => id !== undefined));
    return seen.map((id) => success(id === undefined ? null : (found.get(id) ?? null)));
  }

  /** The links into devices, newest first. Shape: an outcome for each, in order. */
  async ofDevices(
    principal: Principal,
    wanted: readonly SessionsWanted<Device>[],
    reading: Reading,
  ): Promise<readonly Outcome<readonly Session[]>[]> {
    requireScope(principal, 'remote_access:read');
    const known = await this.reader.store.byDevices([...new Set(wanted.map(({ of }) => of.id))]);
    const asked = new Set(
      wanted.filter((want) => this.#isAsked(principal, want, known.get(want.of.id) ?? [])),
    );
    const accesses = await this.#accessesOf(
      principal,
      [...asked].map(({ of }) => of),
      reading,
    );
    const fromVendor = await this.#list(
      principal,
      [...asked].flatMap(({ of, activeOnly, listAll }) => {
        const outcome = accesses.get(of.id);
        return outcome?.ok === true
          ? outcome.value.map((access) => ({ of: access, activeOnly, listAll }))
          : [];
      }),
      known,
      reading,
    );
    return wanted.map((want) => {
      const own = asked.has(want) ? (accesses.get(want.of.id) ?? success([])) : success([]);
      if (!own.ok) return failure(own.error);
      const parts = own.value.map((access) => fromVendor.get(access.id) ?? success([]));
      const failed = parts.find((part) => !part.ok);
      if (failed?.ok === false) return failure(failed.error);
      const changed = parts.flatMap((part) => (part.ok ? part.value : []));
      return success(this.#select(known.get(want.of.id) ?? [], changed, want.activeOnly));
    });
  }

  /** The links through ways in, newest first. Shape: an outcome for each, in order. */
  async ofAccesses(
    principal: Principal,
    wanted: readonly SessionsWanted<AccessPlace>[],
    reading: Reading,
  ): Promise<readonly Outcome<readonly Session[]>[]> {
    requireScope(principal, 'remote_access:read');
    const known = await this.reader.store.byRemoteAccesses([...new Set(wanted.map(({ of }) => of.id))]);
    const asked = new Set(
      wanted.filter(({ of, activeOnly, listAll }) => {
        const account = this.reader.fleet.find(principal, of.account);
        if (account?.listsSessions !== true) return false;
        const device = account.peekDevice(of.vendorDeviceId, reading);
        return (
          device === undefined ||
          this.#isAsked(principal, { of: device, activeOnly, listAll }, known.get(of.id) ?? [])
        );
      }),
    );
    const fromVendor = await this.#list(principal, [...asked], known, reading);
    return wanted.map((want) => {
      const part = asked.has(want) ? fromVendor.get(want.of.id) : undefined;
      if (part?.ok === false) return failure(part.error);
      return success(this.#select(known.get(want.of.id) ?? [], part?.value ?? [], want.activeOnly));
    });
  }

  /** Nobody is asked for links into a device that is not reached, unless one of them is known. */
  #isAsked(
    principal: Principal,
    { of, activeOnly }: SessionsWanted<Device>,
    known: readonly Session[],
  ): boolean {
    if (this.reader.fleet.find(principal, of.account)?.listsSessions !== true) return false;
    if (of.status === 'ONLINE' || of.status === 'UNKNOWN') return true;
    return known.some((session) => !activeOnly || !this.#isOver(session));
  }

  async #accessesOf(
    principal: Principal,
    devices: readonly Device[],
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<readonly RemoteAccess[]>>> {
    const found = new Map<string, Outcome<readonly RemoteAccess[]>>();
    await Promise.all(
      [...groupBy(devices, ({ account }) => account)].map(async ([key, own]) => {
        const account = this.reader.fleet.find(principal, key);
        const answer = await account?.remoteAccesses(
          [...new Set(own.map((device) => device.vendorDeviceId))],
          reading,
        );
        for (const device of own) {
          const outcome = answer?.get(device.vendorDeviceId);
          if (outcome !== undefined) found.set(device.id, outcome);
        }
      }),
    );
    return found;
  }

  /** Asks the vendors, writes down what changed, and answers what changed by the access's id. */
  async #list(
    principal: Principal,
    wanted: readonly SessionsWanted<AccessPlace>[],
    known: ReadonlyMap<string, readonly Session[]>,
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<readonly Session[]>>> {
    const changes = new Map<string, Outcome<readonly Session[]>>();
    const sessions = [...known.values()].flat();
    await Promise.all(
      [...groupBy(wanted, ({ of }) => of.account)].map(async ([key, own]) => {
        const account = this.reader.fleet.find(principal, key);
        if (account === undefined) return;
        for (const [id, outcome] of await this.#compare(account, own, sessions, reading))
          changes.set(id, outcome);
      }),
    );
    const changed = [...changes.values()].flatMap((outcome) => (outcome.ok ? outcome.value : []));
    const { store, entriesOf, warn } = this.reader;
    const saved = await settle(changed.length === 0 ? Promise.resolve() : store.save(changed, entriesOf));
    if (!saved.ok) warn('links that a read has seen could not be written down', saved.error);
    return changes;
  }

  async #compare(
    account: Account,
    wanted: readonly SessionsWanted<AccessPlace>[],
    sessions: readonly Session[],
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<readonly Session[]>>> {
    const modes = new Map<string, boolean>();
    const accesses = new Map(wanted.map(({ of }) => [of.localId, of]));
    for (const { of, activeOnly, listAll } of wanted) {
      modes.set(of.localId, activeOnly && !listAll && (modes.get(of.localId) ?? true));
    }
    const listed = await account.sessions(modes, reading);
    const known = groupBy(
      await this.#knownNow(sessions, wanted, listed),
      ({ remoteAccessId }) => remoteAccessId,
    );
    return new Map(
      [...accesses].map(([localId, access]) => {
        const outcome = listed.get(localId);
        if (outcome?.ok !== true) return [access.id, failure(outcome?.error)];
        const comparison = {
          vendor: account.vendor,
          access,
          // One whose way in is being made has none yet, and may be opening through this one.
          known: [
            ...(known.get(access.id) ?? []),
            ...(known.get(null) ?? []).filter(({ deviceId }) => deviceId === access.deviceId),
          ],
          listed: outcome.value,
        };
        return [access.id, success(reconcile(comparison))];
      }),
    );
  }

  /** A link that was opened here while its vendor was being asked is no stranger: the ledger is asked once more. */
  async #knownNow(
    known: readonly Session[],
    wanted: readonly SessionsWanted<AccessPlace>[],
    listed: ReadonlyMap<string, Outcome<ListedSessions>>,
  ): Promise<readonly Session[]> {
    const refs = new Set(known.map(({ vendorRef }) => vendorRef));
    const isKnown = [...listed].every(
      ([localId, outcome]) =>
        !outcome.ok ||
        outcome.value.sessions.every(({ vendorSessionId }) => refs.has(`${localId}:${vendorSessionId}`)),
    );
    if (isKnown) return known;
    const devices = [...new Set(wanted.map(({ of }) => of.deviceId))];
    return [...(await this.reader.store.byDevices(devices)).values()].flat();
  }

  #select(known: readonly Session[], changed: readonly Session[], activeOnly: boolean): readonly Session[] {
    const byId = new Map([...known, ...changed].map((session) => [session.id, session]));
    return [...byId.values()]
      .filter((session) => !activeOnly || !this.#isOver(session))
      .sort((a, b) => placeOf(b) - placeOf(a) || (a.id < b.id ? -1 : 1));
  }

  #isOver(session: Session): boolean {
    return isFinal(statusAt(session, this.reader.clock.now()));
  }
}

function placeOf(session: Session): number {
  return (session.createdAt ?? session.observedAt).getTime();
}
