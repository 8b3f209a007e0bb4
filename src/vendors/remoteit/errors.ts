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

/** Reasons that speak of the developer key. */
const ABOUT_KEY = /\bdeveloper ?key\b/i;

/** Reasons for which a service cannot be reached now. The docs name none: read off its states and public clients. */
const ABOUT_OFFLINE = /\b(offline|inactive|unreachable|not (active|online|connected|reachable))\b/i;

/** Reasons for which there is no such service. Source: remoteit/sdk-go, contracts/constants.go. */
const ABOUT_SERVICE = /\[08(06|61)\]|device not found|no service with/i;

/** Reasons for which there is no such connection. The docs give none: whatever says that its id means nothing. */
const ABOUT_CONNECTION =
  /\b(unknown|invalid|wrong|no such)\b.*\bconnection|\bconnection.*\b(unknown|invalid|not found|does not exist)\b/i;

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

/** As {@link assertSuccess}, for a connect, whose reasons speak of the service: DEVICE_OFFLINE, NOT_FOUND. */
export function assertConnected(response: VendorResponse, endpoint: Endpoint): void {
  const reason = reasonOf(response);
  if (!isAboutAccount(reason)) {
    if (ABOUT_OFFLINE.test(reason)) {
      throw new DrawbridgeError('DEVICE_OFFLINE', 'The service is not connected to its vendor now.');
    }
    if (ABOUT_SERVICE.test(reason)) throw httpError({ ...response, status: 404 }, endpoint);
  }
  assertSuccess(response, endpoint);
}

/** True for a stop that was refused because there is no such connection, or no such service. */
export function isUnknownConnection(response: VendorResponse): boolean {
  const reason = reasonOf(response);
  return !isAboutAccount(reason) && (ABOUT_CONNECTION.test(reason) || ABOUT_SERVICE.test(reason));
}

/**
 * True for a stop that was refused with a 401 and no word of the account: wrong ids are told that way, as are wrong
 * credentials. Source: remoteit/docs, device-connect-stop.md.
 */
export function mayBeUnknownConnection(response: VendorResponse): boolean {
  return response.status === 401 && !isAboutAccount(reasonOf(response));
}

function isAboutAccount(reason: string): boolean {
  return ABOUT_TOKEN.test(reason) || ABOUT_USER.test(reason) || ABOUT_KEY.test(reason);
}

/** The prose of a refusal of the vendor's own; nothing where it is in trouble itself. */
function reasonOf({ status, body }: VendorResponse): string {
  if (status >= 500 || status === 429) return '';
  const no = refusal.safeParse(body);
  return no.success ? (no.data.reason ?? '') : '';
}

/** True for a 401 that does not speak of a connection, and for a 200 that says no because of the token. */
export function isUnauthorized(response: VendorResponse): boolean {
  if (response.status === 401) return !isUnknownConnection(response);
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
  if (response.status === 404) {
    throw new DrawbridgeError(
      'VENDOR_UNAVAILABLE',
      'There is no remote.it login at that address: check baseUrl (REMOTEIT_BASE_URL).',
    );
  }
  if (no.success || response.status >= 400) {
    throw new DrawbridgeError(
      'VENDOR_UNAUTHORIZED',
      'remote.it refused the login: check username (REMOTEIT_USERNAME), password (REMOTEIT_PASSWORD) and ' +
        'developerKey (REMOTEIT_DEVELOPER_KEY).',
    );
  }
}
