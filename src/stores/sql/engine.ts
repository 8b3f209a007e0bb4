import type { Expression, Kysely } from 'kysely';

import type { Tables } from './tables';

/** What the databases do differently; all else is the same for each of them. */
export interface SqlEngine {
  readonly db: Kysely<Tables>;
  /** The type of a text that lists are sorted by: in the order of its bytes on every database. */
  readonly sortedText: Expression<unknown>;
  /** The statements that make a table refuse that its rows are changed or removed. */
  appendOnly(table: string): readonly string[];
  /** The schema that the tables are in; undefined where the database has no schemas. */
  schema(): Promise<string | undefined>;
  /** Lets the database go. May be called more than once. */
  close(): Promise<void>;
}
