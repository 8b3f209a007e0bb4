/** A row of the ledger of links. Instants are milliseconds since 1970. */
export interface SessionRow {
  readonly id: string;
  readonly account: string;
  readonly vendor: string;
  readonly device_id: string;
  readonly remote_access_id: string | null;
  readonly vendor_ref: string | null;
  /** The link's URL, sealed under the session's id. */
  readonly url_sealed: string | null;
  readonly host: string | null;
  readonly port: number | null;
  /** As last written down: an ACTIVE one whose end has passed is EXPIRED to every reader. */
  readonly status: string;
  readonly created_at: number | null;
  readonly expires_at: number | null;
  readonly created_by: string | null;
  readonly reason: string | null;
  readonly observed_at: number;
  /** When it was made, else when it was first seen: the place in lists. */
  readonly sort_at: number;
}

/** The one row that proves that the store can be written. */
interface HeartbeatRow {
  readonly id: number;
  readonly beats: number;
}

/** Every table of the store, as its newest migration leaves it. */
export interface Tables {
  readonly sessions: SessionRow;
  readonly heartbeat: HeartbeatRow;
}
