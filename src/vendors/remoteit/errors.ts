import { DrawbridgeError } from '../../domain/errors';
import type { VendorResponse } from '../../transport/transport';
import type { Endpoint } from '../catalogue';
import { httpError } from '../errors';
import { refusal } from './wire';

/** Words of a login that waits for a second factor. Source: remoteit/sdk-go, contracts/constants.go. */
const SECOND_FACTOR = /\b(SMS_MFA|SOFTWARE_TOKEN_MFA|MFA_SETUP)\b/;

/** Reasons that speak of the session's token. Source: remoteit/sdk-go, contracts/constants.go. */
const ABOUT_TOKEN = /\btoken\b/i;

/** Reasons that speak of the user. [0102]: name or password. Source: remoteit/docs, authentication.md. */
const ABOUT_USER = /\[0102\]|missing user|username or password/i;

/**
 * Throws where an answer is a failure: any error status, or a `status` other than "true" whatever the HTTP status.
 * Codes: VENDOR_UNAUTHORIZED (401, 403, a reason about token or user), NOT_FOUND (404), VENDOR_RATE_LIMITED (429),
 * VENDOR_UNAVAILABLE (5xx), VENDOR_REJECTED (the rest).
 */
export function assertSuccess(response: VendorResponse, endpoint: Endpoint): void {
  const no = refusal.safeParse(response.body);
  const reason = no.success ? (no.data.reason ?? '') : '';
  const ofClient = response.status < 500 && response.status !== 429;
  if (ofClient && (ABOUT_TOKEN.test(reason) || ABOUT_USER.test(reason))) {
    throw httpError({ ...response, status: 401 }, endpoint);
  }
  if (response.status >= 400) throw httpError(response, endpoint);
  if (no.success) throw new DrawbridgeError('VENDOR_REJECTED', `The vendor refused: ${endpoint.purpose}.`);
}

/** True for a 401, and for a 200 that says no because of the token. */
export function isUnauthorized(response: VendorResponse): boolean {
  if (response.status === 401) return true;
  if (response.status >= 400) return false;
  const no = refusal.safeParse(response.body);
  return no.success && ABOUT_TOKEN.test(no.data.reason ?? '');
}

/** As {@link assertSuccess}, for a login: every refusal is about the credentials, and says which setting to look at. */
export function assertLoggedIn(response: VendorResponse, endpoint: Endpoint): void {
  const no = refusal.safeParse(response.body);
  if (response.status >= 500 || response.status === 429) throw httpError(response, endpoint);
  if (no.success && SECOND_FACTOR.test(`${no.data.code} ${no.data.reason}`)) {
    throw new DrawbridgeError(
      'VENDOR_UNAUTHORIZED',
      'The remote.it user needs a second factor, which a service does not have: use a user without one, or set ' +
        'token (REMOTEIT_TOKEN) in place of username and password.',
    );
  }
  if (response.status === 404) throw httpError(response, endpoint);
  if (no.success || response.status >= 400) {
    throw new DrawbridgeError(
      'VENDOR_UNAUTHORIZED',
      'remote.it refused the login: check username (REMOTEIT_USERNAME), password (REMOTEIT_PASSWORD) and ' +
        'developerKey (REMOTEIT_DEVELOPER_KEY).',
    );
  }
}
