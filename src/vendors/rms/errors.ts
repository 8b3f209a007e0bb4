import { DrawbridgeError } from '../../domain/errors';
import type { VendorResponse } from '../../transport/transport';
import type { Endpoint } from '../catalogue';
import { httpError } from '../errors';
import { errorEnvelope } from './wire';

/**
 * Throws where an answer is a failure: any error status, or `success: false` at whatever status.
 * Codes: VENDOR_UNAUTHORIZED (401, 403), NOT_FOUND (404), VENDOR_RATE_LIMITED (429), VENDOR_UNAVAILABLE (5xx),
 * VENDOR_REJECTED (the rest).
 */
export function assertSuccess(response: VendorResponse, endpoint: Endpoint): void {
  if (response.status >= 400) throw httpError(response, endpoint);
  if (!errorEnvelope.safeParse(response.body).success) return;
  throw new DrawbridgeError('VENDOR_REJECTED', `The vendor refused: ${endpoint.purpose}.`);
}
