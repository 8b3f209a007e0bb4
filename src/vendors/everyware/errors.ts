import { DrawbridgeError } from '../../domain/errors';
import type { VendorResponse } from '../../transport/transport';
import type { Endpoint } from '../catalogue';
import { httpError } from '../errors';
import { exceptionInfo } from './wire';

/** The code of a device that is not there to be asked. Source: Everyware Cloud OpenAPI 6.0.8, conflictDeviceNotConnected. */
const NOT_CONNECTED = 'DEVICE_NOT_CONNECTED';

/** The HTTP status that a code stands for, where it has one. Source: Everyware Cloud OpenAPI 6.0.8, responses. */
const STATUS_OF: ReadonlyMap<string, number> = new Map([
  ['SUBJECT_UNAUTHORIZED', 403],
  ['ENTITY_NOT_FOUND', 404],
]);

/**
 * Throws where an answer is a failure: any error status, or an error's body at whatever status. The body of a 401 is
 * not read, for it is empty as a rule. Codes: VENDOR_UNAUTHORIZED (401, 403), NOT_FOUND (404), DEVICE_OFFLINE (409
 * DEVICE_NOT_CONNECTED), VENDOR_RATE_LIMITED (429), VENDOR_UNAVAILABLE (5xx; also a device that did not answer in
 * time), VENDOR_REJECTED (the rest).
 */
export function assertSuccess(response: VendorResponse, endpoint: Endpoint): void {
  if (response.status === 401) throw httpError(response, endpoint);
  const info = exceptionInfo.safeParse(response.body);
  if (response.status < 400 && !info.success) return;
  if (!info.success) throw httpError(response, endpoint);
  const { kapuaErrorCode, httpErrorCode } = info.data;
  if (kapuaErrorCode === NOT_CONNECTED) {
    throw new DrawbridgeError('DEVICE_OFFLINE', 'The device is not connected to its vendor now.');
  }
  const told = response.status >= 400 ? response.status : (httpErrorCode ?? 500);
  const status = STATUS_OF.get(kapuaErrorCode) ?? (told >= 400 ? told : 500);
  throw httpError({ ...response, status }, endpoint);
}

/** True for a 404 about the path and not about a device: a server that does not know it, or has no VPN. */
export function isUnknownPath(response: VendorResponse): boolean {
  if (response.status !== 404) return false;
  const info = exceptionInfo.safeParse(response.body);
  return !info.success || info.data.kapuaErrorCode !== 'ENTITY_NOT_FOUND';
}

/** As {@link assertSuccess}, for switching a VPN: a path that is not known is no device that does not exist. */
export function assertSwitched(response: VendorResponse, endpoint: Endpoint): void {
  if (isUnknownPath(response)) {
    throw new DrawbridgeError('VENDOR_REJECTED', 'The vendor has no VPN for this device.');
  }
  assertSuccess(response, endpoint);
}

/** True where the vendor says that what was asked for cannot be an id of its kind. */
export function isIllegalId(response: VendorResponse): boolean {
  const info = exceptionInfo.safeParse(response.body);
  return response.status === 400 && info.success && info.data.kapuaErrorCode === 'ILLEGAL_ARGUMENT';
}

/** As {@link assertSuccess}, for a login: a refusal is about the credentials, and says which setting to look at. */
export function assertLoggedIn(response: VendorResponse, endpoint: Endpoint, settings: string): void {
  // A second factor is asked for with 403. Source: eclipse/kapua, KapuaAuthenticationExceptionMapper.
  if (response.status === 403) {
    throw new DrawbridgeError(
      'VENDOR_UNAUTHORIZED',
      'The Everyware Cloud user needs a second factor, which a service does not have: use a user without one, or ' +
        'set apiKey (EVERYWARE_API_KEY) in place of username and password.',
    );
  }
  if (response.status === 401 || response.status === 400) {
    throw new DrawbridgeError('VENDOR_UNAUTHORIZED', `Everyware Cloud refused the login: check ${settings}.`);
  }
  if (response.status === 404) {
    throw new DrawbridgeError(
      'VENDOR_UNAVAILABLE',
      'There is no Everyware Cloud login at that address: check baseUrl (EVERYWARE_BASE_URL), which ends in /v1.',
    );
  }
  assertSuccess(response, endpoint);
}
