import { DrawbridgeError } from '../domain/errors';
import type { VendorResponse } from '../transport/transport';
import type { Endpoint } from './catalogue';

/** What an error status means where the vendor's own body says nothing more. The body is never quoted. */
export function httpError(response: VendorResponse, endpoint: Endpoint): DrawbridgeError {
  const { status } = response;
  const what = endpoint.purpose;
  if (status === 401) {
    return new DrawbridgeError(
      'VENDOR_UNAUTHORIZED',
      `The vendor does not accept the account's credentials.`,
    );
  }
  if (status === 403) {
    return new DrawbridgeError(
      'VENDOR_UNAUTHORIZED',
      "The account's credentials lack a permission; the log of the service names it.",
    );
  }
  if (status === 404) return new DrawbridgeError('NOT_FOUND', `The vendor does not know it: ${what}.`);
  const retryAfterSeconds = retryAfter(response.headers['retry-after']);
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (status === 429) {
    return new DrawbridgeError('VENDOR_RATE_LIMITED', 'The vendor asks for a pause.', details);
  }
  if (status >= 500) {
    return new DrawbridgeError('VENDOR_UNAVAILABLE', `The vendor answered with status ${status}.`, details);
  }
  return new DrawbridgeError('VENDOR_REJECTED', `The vendor refused with status ${status}: ${what}.`);
}

/** Whole seconds of a Retry-After header, whose other forms the transport has translated; undefined where there is none. */
function retryAfter(header: string | undefined): number | undefined {
  return header === undefined || !/^\d{1,9}$/.test(header) ? undefined : Number(header);
}
