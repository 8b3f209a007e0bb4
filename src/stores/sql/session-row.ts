import { type LinkRecord, SESSION_STATUSES, type Session } from '../../domain/session';
import { VENDORS } from '../../domain/vendor';
import { sortMsOf } from '../ports';
import type { Sealer } from '../seal';
import { storable, storableOrNull } from './storable';
import type { SessionRow } from './tables';

/** A session that a read has seen as a row, its URL sealed. */
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
    connection_ref: null,
    found_running: 0,
    end_owed: 0,
    access_owed: 0,
    allowed_ip: null,
    made_here: 0,
  };
}

/** A link as a row, its URL sealed. */
export function linkRowOf(link: LinkRecord, madeHere: boolean, sealer: Sealer): SessionRow {
  return {
    ...rowOf(link, sealer),
    connection_ref: storableOrNull(link.connectionRef),
    found_running: link.foundRunning ? 1 : 0,
    end_owed: link.endOwed ? 1 : 0,
    access_owed: link.accessOwed ? 1 : 0,
    allowed_ip: storableOrNull(link.allowedIp),
    made_here: madeHere ? 1 : 0,
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

/** A row as a link. */
export function linkOf(row: SessionRow, sealer: Sealer): LinkRecord {
  return {
    ...sessionOf(row, sealer),
    connectionRef: row.connection_ref,
    foundRunning: row.found_running === 1,
    endOwed: row.end_owed === 1,
    accessOwed: row.access_owed === 1,
    allowedIp: row.allowed_ip,
  };
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
