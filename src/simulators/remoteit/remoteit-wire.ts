import { heartbeatAt } from '../fleet-naming';
import type { Answer } from '../route';
import { isWeb, type RemoteitConnection, type RemoteitRow } from './remoteit-records';

/** A row on the wire. */
export type WireRow = Readonly<Record<string, unknown>>;

/** A failure in the vendor's envelope: `status` is a string, and HTTP 200 does not mean success. */
export function fail(status: number, reason: string, code?: string): Answer {
  return { status, json: { status: 'false', reason, ...(code !== undefined && { code }) } };
}

/** A row of GET /device/list/all. Source: remote.it docs, device/list/all. */
export function listRow(row: RemoteitRow, now: number): WireRow {
  const heard = row.state === 'active' ? heartbeatAt(now, row.port + row.alias.length) : row.lastContacted;
  return {
    deviceaddress: row.address,
    devicealias: row.alias,
    ownerusername: row.owner,
    devicetype: deviceType(row),
    devicestate: row.state,
    devicelastip: row.lastIp,
    lastinternalip: row.internalIp,
    servicetitle: row.title,
    georegion: row.region,
    lastcontacted: offsetTime(heard, row),
    createdate: offsetTime(row.createdAt, row),
    shared: row.shared,
    webenabled: '1',
    weburi: [null],
    webviewerurl: [null],
    localurl: 'bm9uZQ==',
    scripting: false,
  };
}

/** ISO 8601 with a numeric offset and none, two or three digits after the second. Source: remote.it docs, device/list/all. */
function offsetTime(
  instant: number,
  { offsetMinutes, fractionDigits }: Pick<RemoteitRow, 'offsetMinutes' | 'fractionDigits'>,
): string {
  const local = new Date(instant + offsetMinutes * 60_000).toISOString();
  const fraction = fractionDigits === 0 ? '' : local.slice(19, 20 + fractionDigits);
  const minutes = Math.abs(offsetMinutes);
  const sign = offsetMinutes < 0 ? '-' : '+';
  return `${local.slice(0, 19)}${fraction}${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

/** The documented part of a connection: the seconds left are a string. Source: remote.it docs, device/connect. */
export function documentedConnection(connection: RemoteitConnection, now: number): WireRow {
  return {
    deviceaddress: connection.address,
    expirationsec: String(Math.max(0, Math.round((connection.endsAt - now) / 1000))),
    proxy: proxyOf(connection),
  };
}

/** What real answers hold besides. Source: samples of remote.it's own Go SDK. */
export function undocumentedConnection(row: RemoteitRow, connection: RemoteitConnection): WireRow {
  const { proxyHost: host, proxyPort: port, startedAt } = connection;
  const iso = new Date(startedAt).toISOString();
  const lifetime = Math.round((connection.endsAt - startedAt) / 1000);
  return {
    status: 'running',
    requested: localTime(startedAt),
    requestedAt: `${iso.slice(0, 19)}+00:00`,
    proxyserver: host,
    proxyport: port === null ? '443' : String(port),
    proxyServerPort: port ?? 443,
    proxyExpirationSec: lifetime,
    proxyURL: port === null ? host : `${host}:${port}`,
    reverseProxy: isWeb(row),
    sessionID: connection.sessionId,
    initiator: row.owner,
    targetUID: row.address,
    filteredIP: connection.filteredIp,
    latchedIP: '0.0.0.0',
    p2pConnected: false,
    serviceConnected: true,
    lifeLeft: 86_400,
    idleLeft: 900,
    streamscheme: [null],
    streamuri: [null],
    url: [null],
    imageintervalms: '1000',
  };
}

/** As the vendor prints JSON, with escaped slashes. Source: remote.it docs, device/connect. */
export function slashedJson(value: unknown): Answer {
  const text = JSON.stringify(value).replaceAll('/', '\\/');
  return { status: 200, headers: { 'content-type': 'application/json' }, text };
}

/** A web service gets a random https address; any other a host and a port, behind an http:// that means nothing. */
function proxyOf({ proxyHost, proxyPort }: RemoteitConnection): string {
  return proxyPort === null ? `https://${proxyHost}` : `http://${proxyHost}:${proxyPort}`;
}

/** Sixteen bytes: the application type in the first two, the port in the eleventh and twelfth. Read off the docs' examples. */
function deviceType({ applicationType, port }: RemoteitRow): string {
  const bytes = `${hex(applicationType)}0000000100000460${hex(port)}00010000`;
  return bytes.replace(/..(?=.)/g, '$&:');
}

/** Month, day and year with a T before the time of twelve hours, as in the samples of remote.it's own Go SDK. */
function localTime(instant: number): string {
  const day = new Date(instant);
  const hours = day.getUTCHours();
  const date = `${day.getUTCMonth() + 1}/${day.getUTCDate()}/${day.getUTCFullYear()}`;
  return `${date}T${hours % 12 || 12}:${twoDigits(day.getUTCMinutes())} ${hours < 12 ? 'AM' : 'PM'}`;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
