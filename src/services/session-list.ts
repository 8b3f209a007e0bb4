import type { Fleet } from '../accounts/fleet';
import type { Principal } from '../domain/principal';
import type { Session, SessionStatus } from '../domain/session';
import type { Clock } from '../domain/time';
import type { Vendor } from '../domain/vendor';
import { type SessionPosition, type SessionQuery, type SessionStore, sortMsOf } from '../stores/ports';
import { requireScope } from './authorize';
import { brokenCursor, type CursorContent, type Cursors, listName } from './cursor';
import { checkFirst } from './page-size';

/** Which sessions are wanted. A list that is empty or left out does not restrict. */
export interface SessionFilter {
  readonly status?: readonly SessionStatus[] | null;
  readonly device?: readonly string[] | null;
  readonly vendor?: readonly Vendor[] | null;
  readonly createdBy?: readonly string[] | null;
  readonly expiresBefore?: Date | null;
}

/** Which page of sessions is wanted. */
export interface SessionListRequest {
  readonly first: number;
  readonly after?: string | null;
  readonly filter?: SessionFilter | null;
}

/** One page of sessions, newest first. */
export interface SessionListing {
  readonly edges: readonly { readonly node: Session; cursor(): string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  totalCount(): Promise<number>;
}

/** The list of sessions that the graph knows, of all accounts that the caller sees: no vendor is asked. */
export class SessionList {
  constructor(
    private readonly fleet: Fleet,
    private readonly store: SessionStore,
    private readonly clock: Clock,
    private readonly cursors: Cursors,
  ) {}

  /** One page. Throws FORBIDDEN without `remote_access:read`, and BAD_USER_INPUT. */
  async page(principal: Principal, request: SessionListRequest): Promise<SessionListing> {
    requireScope(principal, 'remote_access:read');
    const filter = request.filter ?? {};
    const list = listName('sessions', filter);
    const after =
      request.after === null || request.after === undefined
        ? undefined
        : position(this.cursors.decode(list, request.after));
    const query = this.query(principal, filter);
    const page = await this.store.list(query, checkFirst(request.first), after);
    return {
      edges: page.sessions.map((node) => ({
        node,
        cursor: () => this.cursors.encode(list, { s: sortMsOf(node), i: node.id }),
      })),
      hasNextPage: page.hasMore,
      hasPreviousPage: after !== undefined,
      totalCount: () => this.store.count(query),
    };
  }

  /** What the store is asked for a filter, within what the caller sees. */
  query(principal: Principal, filter: SessionFilter): SessionQuery {
    const { status, device, vendor, createdBy, expiresBefore } = filter;
    return {
      accounts: this.fleet.of(principal).map(({ key }) => key),
      nowMs: this.clock.now(),
      ...(some(status) ? { statuses: status } : {}),
      ...(some(device) ? { deviceIds: device } : {}),
      ...(some(vendor) ? { vendors: vendor } : {}),
      ...(some(createdBy) ? { createdBy } : {}),
      ...(expiresBefore === null || expiresBefore === undefined
        ? {}
        : { expiresBeforeMs: expiresBefore.getTime() }),
    };
  }
}

function some<T>(list: readonly T[] | null | undefined): list is readonly T[] {
  return list !== null && list !== undefined && list.length > 0;
}

function position({ s, i }: CursorContent): SessionPosition {
  return typeof s === 'number' && Number.isSafeInteger(s) && typeof i === 'string'
    ? { sortMs: s, id: i }
    : brokenCursor();
}
