import { DrawbridgeError } from '../../domain/errors';
import type { VendorResponse } from '../../transport/transport';
import type { Endpoint } from '../catalogue';
import { httpError } from '../errors';
import { errorEnvelope } from './wire';

/** Names of fields that a refusal may show. Source: RMS OpenAPI 3.0.0, bodies of the writes. */
const FIELDS: ReadonlySet<string> = new Set([
  'device_id',
  'name',
  'destination_ip',
  'destination_port',
  'protocol',
  'credentials_required',
  'duration',
  'id',
]);

/**
 * Throws where an answer is a failure: any error status, or `success: false` at whatever status.
 * Codes: VENDOR_UNAUTHORIZED (401, 403), NOT_FOUND (404), VENDOR_RATE_LIMITED (429), VENDOR_UNAVAILABLE (5xx),
 * VENDOR_REJECTED (the rest; names the fields that the vendor blames).
 */
export function assertSuccess(response: VendorResponse, endpoint: Endpoint): void {
  const refusal = errorEnvelope.safeParse(response.body);
  if (response.status >= 400 && response.status !== 422) throw httpError(response, endpoint);
  if (response.status < 400 && !refusal.success) return;
  const fields = (refusal.data?.errors ?? []).flatMap(({ source }) => fieldOf(source) ?? []);
  const blamed = fields.length === 0 ? '' : ` (${[...new Set(fields)].join(', ')})`;
  throw new DrawbridgeError('VENDOR_REJECTED', `The vendor refused${blamed}: ${endpoint.purpose}.`);
}

/** The field in a path like `data.0.name`. */
function fieldOf(source: string | null): string | undefined {
  const name = source?.split('.').at(-1);
  return name !== undefined && FIELDS.has(name) ? name : undefined;
}
