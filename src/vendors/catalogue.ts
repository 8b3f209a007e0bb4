/** How fresh what an endpoint tells has to be by default; the seconds are the operator's to set. */
export type Freshness = 'devices' | 'accesses' | 'sessions' | 'vpn' | 'none';

/** One endpoint of a vendor, as data. What the rest of the house knows of a vendor's calls, it knows from here. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path behind the account's base URL; `{name}` is filled with one encoded value. Also the route of metrics. */
  readonly path: string;
  /** Which of the account's URLs the path stands behind, where not the base URL. */
  readonly origin?: 'status';
  /** What it is for, in one line for the documentation. */
  readonly purpose: string;
  /** How many things one call can answer for: a number, or the whole account. */
  readonly batch: number | 'account';
  /** Deadline of one try in milliseconds, where the account's own does not fit. */
  readonly timeoutMs?: number;
  readonly freshness: Freshness;
  /** What the vendor wants the credentials to allow; named to the operator on a 403. */
  readonly permission: string;
  /** Sent without the account's credentials: logging in. */
  readonly anonymous?: boolean;
  /** Answered by the device itself, through the vendor: a failure says nothing of the vendor. */
  readonly answeredBy?: 'device';
  /** A 401 may be about ids: where credentials that are new, or good for others, do not change it, it is. */
  readonly refusesIdsBy401?: boolean;
  /** The vendor document or public API description that the endpoint is from. */
  readonly source: string;
}

/** All endpoints of one vendor by the name of the operation. */
export type Catalogue = Readonly<Record<string, Endpoint>>;

/** The route of an endpoint as logs, metrics and explain show it: `GET /devices/{id}`. */
export function routeOf(endpoint: Endpoint): string {
  return `${endpoint.method} ${endpoint.path}`;
}

/** What can be done at a vendor, by the words of an account. */
export const ACTION_NAMES = [
  'createAccess',
  'updateAccess',
  'removeAccess',
  'openLink',
  'closeLink',
  'connectVpn',
  'disconnectVpn',
] as const;

/** One action of the list. */
export type ActionName = (typeof ACTION_NAMES)[number];

/** How often an action calls an endpoint, from its first call to its last, where nothing fails. */
export interface ActionCall {
  /** The operation of the catalogue. */
  readonly operation: string;
  readonly least: number;
  readonly most: number;
}

/** What the actions of a vendor cost; one that is left out is one that the vendor does not have. */
export type ActionCosts = Readonly<Partial<Record<ActionName, readonly ActionCall[]>>>;

/** Looks at an action that fit in its 45 s: half a second after its first answer, then later and later up to 2 s. */
export const MOST_LOOKS = 24;
