import type { DrawbridgeError } from './errors';
import type { RemoteAccessFacts } from './remote-access';

/** A link that is to be opened. */
export interface LinkRequest {
  readonly access: RemoteAccessFacts;
  readonly durationSeconds: number;
  /** Only this public IPv4 address may use it; null: whoever the vendor's own rule lets in. */
  readonly allowedIp: string | null;
}

/** A link that the vendor has handed out. */
export interface OpenedLink {
  /** The vendor's own id of the link, unique within the way in; null where it has none of its own. */
  readonly vendorSessionId: string | null;
  /**
   * The vendor's connection that carries the link. Links with the same one share it: it ends with the last of them.
   */
  readonly connectionRef: string;
  /** True where the connection was up already and must stay up after the last link. */
  readonly foundRunning: boolean;
  readonly url: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly createdAt: Date | null;
  /** When the vendor itself ends it; null where it never does. */
  readonly vendorEndsAt: Date | null;
  /** Only where the vendor may hand back a connection that was opened with another rule than asked for. */
  readonly admission?: Admission;
  /** Why it is of no use to anybody, though its vendor did open it: then it is ended again. Left out: it is as asked. */
  readonly flaw?: DrawbridgeError;
}

/** Whom a connection lets in. */
export interface Admission {
  /** The one address; `ANYBODY` also where it is whoever comes first; null where the vendor does not tell. */
  readonly letsIn: string | null;
  /** When it came up, as far as the rest of its life tells. */
  readonly since: Date | null;
}

/** What is needed to end a link at the vendor. */
export interface LinkReference {
  readonly accessLocalId: string;
  readonly vendorDeviceId: string;
  readonly vendorSessionId: string | null;
  readonly connectionRef: string;
}
