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
  /** Whom to tell at the vendor that it is over; null until known, and for links that were made elsewhere. */
  readonly connection_ref: string | null;
  /** 1: the connection was up before, and stays up. */
  readonly found_running: number;
  /** 1: this graph has to end it at the vendor. */
  readonly end_owed: number;
  /** 1: this graph made its way in for it alone, and has to take that away again. */
  readonly access_owed: number;
  /** The only address that may use it; null: nobody asked for that. */
  readonly allowed_ip: string | null;
  /** 1: a link of this graph. 0: one that a read has seen. */
  readonly made_here: number;
}

/** What a caller asked for. Instants are milliseconds since 1970. */
export interface IntentRow {
  readonly id: string;
  readonly subject: string;
  readonly action: string;
  readonly idempotency_key: string | null;
  readonly input_digest: string;
  readonly account: string;
  readonly session_id: string | null;
  readonly detail: string;
  readonly asked_at: number;
  readonly settled_at: number | null;
  /** Until then it is left to whoever works on it; 0: to nobody. */
  readonly leased_until: number;
}

/** An entry of the audit log. The instant is milliseconds since 1970. */
export interface AuditRow {
  readonly sequence: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly account: string;
  readonly target: string | null;
  readonly detail: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly hash: string;
}

/** The one row that tells where the audit log ends; who appends holds its lock. */
interface AuditHeadRow {
  readonly id: number;
  readonly entries: number;
  readonly hash: string;
}

/** Calls counted against the allowance of an account in one window, whose first instant is its name. */
interface QuotaRow {
  readonly account: string;
  readonly window_start: number;
  readonly used: number;
  /** The highest percentage that an operator was warned of; 0: none yet. */
  readonly warned: number;
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
  readonly intents: IntentRow;
  readonly audit: AuditRow;
  readonly audit_head: AuditHeadRow;
  readonly quotas: QuotaRow;
}
