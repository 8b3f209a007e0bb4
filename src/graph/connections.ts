import type { Device } from '../domain/device';
import type { Session } from '../domain/session';
import type { AccountProblem } from '../services/account-problem';
import { NO_ACCOUNT } from '../services/attempts';
import type { AuditListing } from '../services/audit-log';
import type { DeviceListing } from '../services/device-listing';
import type { SessionListing } from '../services/session-list';

/** A page as its connection type shows it. What may cost something is a getter, read only where it is selected. */
interface Connection<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean | Promise<boolean>;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: Promise<number | null>;
}

interface Page<T> {
  readonly edges: readonly { readonly node: T; cursor(): string }[];
  readonly hasPreviousPage: boolean;
  totalCount?(): Promise<number | null>;
}

function toConnection<T>(page: Page<T>, hasNextPage: () => boolean | Promise<boolean>): Connection<T> {
  const { edges } = page;
  return {
    get edges() {
      return edges.map((edge) => ({
        node: edge.node,
        get cursor() {
          return edge.cursor();
        },
      }));
    },
    get nodes() {
      return edges.map((edge) => edge.node);
    },
    pageInfo: {
      get hasNextPage() {
        return hasNextPage();
      },
      hasPreviousPage: page.hasPreviousPage,
      get startCursor() {
        return edges[0]?.cursor() ?? null;
      },
      get endCursor() {
        return edges.at(-1)?.cursor() ?? null;
      },
    },
    get totalCount() {
      return page.totalCount?.() ?? Promise.resolve(null);
    },
  };
}

/** A page of devices as the public schema shows it. */
export function toDeviceConnection(
  listing: DeviceListing,
): Connection<Device> & { readonly problems: readonly AccountProblem[] } {
  const connection = toConnection(listing, () => listing.hasNextPage());
  return Object.defineProperty(connection, 'problems', { value: listing.problems }) as typeof connection & {
    readonly problems: readonly AccountProblem[];
  };
}

/** A page of sessions as the public schema shows it. */
export function toSessionConnection(listing: SessionListing): Connection<Session> {
  return toConnection(listing, () => listing.hasNextPage);
}

/** What the public schema shows of an entry of the audit log. */
interface ShownAuditEntry
  extends Pick<
    AuditListing['edges'][number]['node'],
    'at' | 'actor' | 'action' | 'target' | 'detail' | 'outcome' | 'reason'
  > {
  readonly id: string;
  readonly account: string | null;
}

/** A page of the audit log as the public schema shows it. */
export function toAuditConnection(listing: AuditListing): Connection<ShownAuditEntry> {
  const edges = listing.edges.map(({ node, id, cursor }) => ({
    node: { ...node, id: id(), account: node.account === NO_ACCOUNT ? null : node.account },
    cursor,
  }));
  return toConnection({ ...listing, edges }, () => listing.hasNextPage);
}
