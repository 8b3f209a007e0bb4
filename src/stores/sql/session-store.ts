import type { Kysely } from 'kysely';

import type { Session } from '../../domain/session';
import type {
  NewAuditEntry,
  SavedSessions,
  SessionPage,
  SessionPosition,
  SessionQuery,
  SessionStore,
} from '../ports';
import type { Sealer } from '../seal';
import { appendAudit } from './audit-store';
import { inChunks } from './chunks';
import { guarded } from './errors';
import { comesAfter, distinct, findsNothing, matches } from './session-conditions';
import { rowOf, sessionOf } from './session-row';
import { inRounds, lockEnding, upsertSessions } from './session-upsert';
import { storable } from './storable';
import type { SessionRow, Tables } from './tables';

const READ = 'The sessions could not be read';

/** What the ledger stands on. */
interface SqlSessionStoreOptions {
  readonly db: Kysely<Tables>;
  readonly sealer: Sealer;
}

/** The ledger of links in a SQL database. */
export class SqlSessionStore implements SessionStore {
  readonly #db: Kysely<Tables>;
  readonly #sealer: Sealer;

  constructor(options: SqlSessionStoreOptions) {
    this.#db = options.db;
    this.#sealer = options.sealer;
  }

  async get(ids: readonly string[]): Promise<ReadonlyMap<string, Session>> {
    const rows = await this.#rowsWith('id', ids);
    return new Map(rows.map((row) => [row.id, sessionOf(row, this.#sealer)]));
  }

  async byDevices(deviceIds: readonly string[]): Promise<ReadonlyMap<string, readonly Session[]>> {
    return this.#grouped('device_id', deviceIds);
  }

  async byRemoteAccesses(
    remoteAccessIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Session[]>> {
    return this.#grouped('remote_access_id', remoteAccessIds);
  }

  async list(query: SessionQuery, first: number, after?: SessionPosition): Promise<SessionPage> {
    if (findsNothing(query)) return { sessions: [], hasMore: false };
    return guarded(READ, async () => {
      const position = after === undefined ? undefined : await this.#asStored(after);
      const parts: SessionRow[] = [];
      for (const part of inParts(query)) parts.push(...(await this.#page(part, first + 1, position)));
      const rows = parts.toSorted(newestFirst);
      const sessions = rows.slice(0, first).map((row) => sessionOf(row, this.#sealer));
      return { sessions, hasMore: rows.length > first };
    });
  }

  async count(query: SessionQuery): Promise<number> {
    if (findsNothing(query)) return 0;
    return guarded(READ, async () => {
      let total = 0;
      for (const part of inParts(query)) {
        const row = await this.#db
          .selectFrom('sessions')
          .select((eb) => eb.fn.countAll<number>().as('found'))
          .where((eb) => matches(eb, part))
          .executeTakeFirstOrThrow();
        total += row.found;
      }
      return total;
    });
  }

  async save(
    sessions: readonly Session[],
    audit: (saved: SavedSessions) => readonly NewAuditEntry[] = () => [],
  ): Promise<void> {
    if (sessions.length === 0) return;
    const rounds = inRounds(sessions.map((session) => rowOf(session, this.#sealer)));
    await guarded('The sessions could not be written', () =>
      this.#db.transaction().execute(async (transaction) => {
        const first = new Set<string>();
        const ended = new Set<string>();
        for (const chunk of rounds.flatMap(inChunks)) {
          for (const id of await lockEnding(transaction, chunk)) ended.add(id);
          for (const id of await upsertSessions(transaction, chunk)) first.add(id);
        }
        const saved = { first: withIds(sessions, first), ended: withIds(sessions, ended) };
        await appendAudit(transaction, audit(saved));
      }),
    );
  }

  async #grouped(
    column: 'device_id' | 'remote_access_id',
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Session[]>> {
    const groups = new Map<string, Session[]>();
    for (const row of await this.#rowsWith(column, ids)) {
      const id = row[column];
      if (id === null) continue;
      const group = groups.get(id);
      const session = sessionOf(row, this.#sealer);
      if (group === undefined) groups.set(id, [session]);
      else group.push(session);
    }
    return groups;
  }

  /** Newest first within each id: all rows of one id come with one statement. */
  async #rowsWith(
    column: 'id' | 'device_id' | 'remote_access_id',
    ids: readonly string[],
  ): Promise<readonly SessionRow[]> {
    return guarded(READ, async () => {
      const found: SessionRow[] = [];
      for (const chunk of inChunks(distinct(ids))) {
        const rows = await this.#db
          .selectFrom('sessions')
          .selectAll()
          .where(column, 'in', [...chunk])
          .orderBy('sort_at', 'desc')
          .orderBy('id')
          .execute();
        found.push(...rows);
      }
      return found;
    });
  }

  #page(query: SessionQuery, limit: number, after: SessionPosition | undefined): Promise<SessionRow[]> {
    let page = this.#db
      .selectFrom('sessions')
      .selectAll()
      .where((eb) => matches(eb, query));
    if (after !== undefined) page = page.where((eb) => comesAfter(eb, after));
    return page.orderBy('sort_at', 'desc').orderBy('id').limit(limit).execute();
  }

  /**
   * The place of the row that a page ended with, as it is now: whoever read a session that nobody knows the making of
   * knows when it was last seen, but it stands where it was first seen.
   */
  async #asStored(position: SessionPosition): Promise<SessionPosition> {
    const id = storable(position.id);
    const row = await this.#db
      .selectFrom('sessions')
      .select('sort_at')
      .where('id', '=', id)
      .executeTakeFirst();
    return { id, sortMs: row?.sort_at ?? position.sortMs };
  }
}

/** The last that is told of each id, in the order of the first. */
function withIds(sessions: readonly Session[], ids: ReadonlySet<string>): readonly Session[] {
  const byId = new Map(sessions.map((session) => [storable(session.id), session]));
  return [...byId].flatMap(([id, session]) => (ids.has(id) ? [session] : []));
}

/** The parts of a query that are asked one after another: no row is in two of them. */
function inParts(query: SessionQuery): readonly SessionQuery[] {
  if (query.deviceIds === undefined) return [query];
  return inChunks(distinct(query.deviceIds)).map((deviceIds) => ({ ...query, deviceIds }));
}

/** The order of lists. Ids compare by their bytes, as the databases have it. */
function newestFirst(one: SessionRow, other: SessionRow): number {
  if (one.sort_at !== other.sort_at) return other.sort_at - one.sort_at;
  return Buffer.compare(Buffer.from(one.id), Buffer.from(other.id));
}
