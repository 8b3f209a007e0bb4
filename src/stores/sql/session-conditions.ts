import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';

import type { SessionStatus } from '../../domain/session';
import type { SessionPosition, SessionQuery } from '../ports';
import { storable } from './storable';
import type { Tables } from './tables';

type Builder = ExpressionBuilder<Tables, 'sessions'>;
type Condition = Expression<SqlBool>;

/** True where a query can find nothing: a list of what is allowed is there, and empty. */
export function findsNothing(query: SessionQuery): boolean {
  const { accounts, vendors, deviceIds, createdBy, statuses } = query;
  return [accounts, vendors, deviceIds, createdBy, statuses].some((list) => list?.length === 0);
}

/** What a row must meet to be in the answer of a query. */
export function matches(eb: Builder, query: SessionQuery): Condition {
  const conditions: Condition[] = [];
  if (query.accounts !== undefined) conditions.push(eb('account', 'in', distinct(query.accounts)));
  if (query.vendors !== undefined) conditions.push(eb('vendor', 'in', distinct(query.vendors)));
  if (query.deviceIds !== undefined) conditions.push(eb('device_id', 'in', distinct(query.deviceIds)));
  if (query.createdBy !== undefined) conditions.push(eb('created_by', 'in', distinct(query.createdBy)));
  if (query.statuses !== undefined) {
    conditions.push(eb.or([...new Set(query.statuses)].map((status) => standsAs(eb, status, query.nowMs))));
  }
  if (query.expiresBeforeMs !== undefined) conditions.push(eb('expires_at', '<', query.expiresBeforeMs));
  return eb.and(conditions);
}

/** The rule of `statusAt` in SQL: an ACTIVE session whose end has passed is EXPIRED. */
export function standsAs(eb: Builder, status: SessionStatus, nowMs: number): Condition {
  const stored = eb('status', '=', status);
  if (status === 'ACTIVE') {
    return eb.and([stored, eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', nowMs)])]);
  }
  if (status === 'EXPIRED') {
    return eb.or([stored, eb.and([eb('status', '=', 'ACTIVE'), eb('expires_at', '<=', nowMs)])]);
  }
  return stored;
}

/** What a row must meet to come after a position, newest first. The first half alone lets the index be used. */
export function comesAfter(eb: Builder, position: SessionPosition): Condition {
  const { sortMs, id } = position;
  return eb.and([eb('sort_at', '<=', sortMs), eb.or([eb('sort_at', '<', sortMs), eb('id', '>', id)])]);
}

/** The same words once each, as they are stored. */
export function distinct<T extends string>(words: readonly T[]): string[] {
  return [...new Set(words.map(storable))];
}
