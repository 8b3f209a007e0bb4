import type { Simulators } from '../../src/simulators/simulators';
import type { VendorName } from './fault-fleet';

/** One way to log in at a vendor. */
export interface LoginEndpoint {
  readonly name: string;
  readonly vendor: VendorName;
  readonly route: string;
  /** What is read with its token. */
  readonly list: string;
  /** What makes the account log in this way; left out: it does by default. */
  readonly env?: (simulators: Simulators) => Readonly<Record<string, string>>;
  /** Kinds that mean something else at a login, by their name. */
  readonly means: Readonly<Record<string, string>>;
}

const REFUSED = 'VENDOR_UNAUTHORIZED';
const GATEWAYS = 'GET /{scopeId}/devices';

export const LOGIN_ENDPOINTS: readonly LoginEndpoint[] = [
  {
    name: 'a login at remote.it',
    vendor: 'remoteit',
    route: 'POST /user/login',
    list: 'GET /device/list/all',
    means: { '409': REFUSED, '422': REFUSED },
  },
  {
    name: 'a login at Everyware',
    vendor: 'everyware',
    route: 'POST /authentication/user',
    list: GATEWAYS,
    means: {},
  },
  {
    name: 'a login with a key at Everyware',
    vendor: 'everyware',
    route: 'POST /authentication/apikey',
    list: GATEWAYS,
    env: ({ everyware }) => ({ EVERYWARE_API_KEY: everyware.credentials.apiKey }),
    means: {},
  },
];

/** Where Everyware hands out a token for the one before. */
export const RENEWAL_ROUTE = 'POST /authentication/refresh';
