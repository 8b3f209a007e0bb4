import { DrawbridgeError } from '../domain/errors';
import type { Principal, Scope } from '../domain/principal';

/** Throws FORBIDDEN where a caller lacks a scope; the message names it. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.has(scope)) return;
  throw new DrawbridgeError('FORBIDDEN', `This needs the scope ${scope}, which the caller does not have.`);
}
