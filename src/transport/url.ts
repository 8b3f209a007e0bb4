import { DrawbridgeError } from '../domain/errors';
import type { VendorRequest } from './transport';

/**
 * The URL of a request: the template's `{name}` parts filled with one encoded segment each, so that no value can
 * leave its place in the path. Throws INTERNAL_SERVER_ERROR where a value is missing or is a dot segment.
 */
export function urlOf(base: string, request: VendorRequest): URL {
  const path = request.endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    segment(name, request.params?.[name]),
  );
  const url = new URL(base.replace(/\/+$/, '') + path);
  for (const [name, value] of request.query ?? []) url.searchParams.append(name, value);
  return url;
}

function segment(name: string, value: string | undefined): string {
  // A URL parser resolves dot segments even when they are percent-encoded.
  if (value === undefined || value === '' || /^(\.|%2e){1,2}$/i.test(value)) {
    throw new DrawbridgeError('INTERNAL_SERVER_ERROR', `A vendor path was asked for without its ${name}.`);
  }
  return encodeURIComponent(value);
}
