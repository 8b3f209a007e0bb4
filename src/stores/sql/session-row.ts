import { SESSION_STATUSES, type Session } from '../../domain/session';
import { VENDORS } from '../../domain/vendor';
import { sortMsOf } from '../ports';
import type { Sealer } from '../seal';
import type { SessionRow } from './tables';

/**
 * Texts as every database keeps them: PostgreSQL refuses the character NUL, SQLite ends the text there. It becomes the
 * replacement character, in what is written and in what is asked for.
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}

/** A session as a row, its URL sealed. */
export function rowOf(session: Session, sealer: Sealer): SessionRow {
  const id = storable(session.id);
  return {
    id,
    account: storable(session.account),
    vendor: session.vendor,
    device_id: storable(session.deviceId),
    remote_access_id: storableOrNull(session.remoteAccessId),
    vendor_ref: storableOrNull(session.vendorRef),
    url_sealed: session.url === null ? null : sealer.seal(session.url, id),
    host: storableOrNull(session.host),
    port: session.port,
    status: session.status,
    created_at: msOrNull(session.createdAt),
    expires_at: msOrNull(session.expiresAt),
    created_by: storableOrNull(session.createdBy),
    reason: storableOrNull(session.reason),
    observed_at: session.observedAt.getTime(),
    sort_at: sortMsOf(session),
  };
}

/** A row as a session; the URL is null where it cannot be opened. */
export function sessionOf(row: SessionRow, sealer: Sealer): Session {
  return {
    id: row.id,
    account: row.account,
    vendor: oneOf(VENDORS, row.vendor),
    deviceId: row.device_id,
    remoteAccessId: row.remote_access_id,
    vendorRef: row.vendor_ref,
    url: row.url_sealed === null ? null : sealer.open(row.url_sealed, row.id),
    host: row.host,
    port: row.port,
    status: oneOf(SESSION_STATUSES, row.status),
    createdAt: dateOrNull(row.created_at),
    expiresAt: dateOrNull(row.expires_at),
    createdBy: row.created_by,
    reason: row.reason,
    observedAt: new Date(row.observed_at),
  };
}

function storableOrNull(text: string | null): string | null {
  return text === null ? null : storable(text);
}

function msOrNull(instant: Date | null): number | null {
  return instant === null ? null : instant.getTime();
}

function dateOrNull(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function oneOf<const T extends string>(words: readonly T[], word: string): T {
  const known = words.find((candidate) => candidate === word);
  if (known === undefined)
    throw new Error('A row of the store holds a word that this version does not know.');
  return known;
}
