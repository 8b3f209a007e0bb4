/** What a caller may be allowed to do. */
export const SCOPES = [
  'devices:read',
  'remote_access:read',
  'remote_access:write',
  'links:use',
  'vpn:read',
  'vpn:write',
  'audit:read',
  'graph:explain',
  'graph:fresh',
  'graph:explore',
] as const;

/** One scope of the list. */
export type Scope = (typeof SCOPES)[number];

/** The authenticated caller. */
export interface Principal {
  readonly subject: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The accounts that exist for this caller; undefined: all. */
  readonly accounts?: ReadonlySet<string>;
  /** When its token ends; undefined: it has no end of its own. */
  readonly expiresAt?: Date;
}

/** True where an account exists for a caller. */
export function seesAccount(principal: Principal, account: string): boolean {
  return principal.accounts === undefined || principal.accounts.has(account);
}
