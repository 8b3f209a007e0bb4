import type { Fleet } from '../accounts/fleet';
import type { Principal } from '../domain/principal';
import type { AuditEntry, AuditStore } from '../stores/ports';
import { NO_ACCOUNT } from './attempts';
import { requireScope } from './authorize';
import { brokenCursor, type CursorContent, type Cursors, listName } from './cursor';
import { checkFirst } from './page-size';

/** Which page of the audit log is wanted. */
export interface AuditRequest {
  readonly first: number;
  readonly after?: string | null;
  readonly actor?: string | null;
  readonly target?: string | null;
}

/** One page of the audit log, newest first. */
export interface AuditListing {
  /** `id`: of the entry, without telling how many there are that the caller does not see. */
  readonly edges: readonly { readonly node: AuditEntry; id(): string; cursor(): string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** Reading who did what, in the accounts that the caller sees. Throws FORBIDDEN without `audit:read`. */
export class AuditLog {
  constructor(
    private readonly fleet: Fleet,
    private readonly store: AuditStore,
    private readonly cursors: Cursors,
  ) {}

  /** One page. Throws BAD_USER_INPUT. */
  async page(principal: Principal, request: AuditRequest): Promise<AuditListing> {
    requireScope(principal, 'audit:read');
    const first = checkFirst(request.first);
    const { actor, target, after } = request;
    const list = listName('audit', actor ?? null, target ?? null);
    const before =
      after === null || after === undefined ? undefined : sequenceOf(this.cursors.decode(list, after));
    const query = {
      accounts: [...this.fleet.of(principal).map(({ key }) => key), ...seesNoAccount(principal)],
      ...(actor === null || actor === undefined ? {} : { actor }),
      ...(target === null || target === undefined ? {} : { target }),
    };
    const entries = await this.store.list(query, first + 1, before);
    return {
      edges: entries.slice(0, first).map((node) => ({
        node,
        id: () => this.cursors.encode('audit-entry', { s: node.sequence }),
        cursor: () => this.cursors.encode(list, { s: node.sequence }),
      })),
      hasNextPage: entries.length > first,
      hasPreviousPage: before !== undefined,
    };
  }
}

/** What was tried at no account of the caller's: for those who see all, and nobody else. */
function seesNoAccount({ accounts }: Principal): readonly string[] {
  return accounts === undefined ? [NO_ACCOUNT] : [];
}

function sequenceOf({ s }: CursorContent): number {
  return typeof s === 'number' && Number.isSafeInteger(s) ? s : brokenCursor();
}
