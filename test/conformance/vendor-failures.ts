import type { ErrorCode } from '../../src/domain/errors';

/** Bodies that answer nothing that a driver asks, whatever the vendor. */
export const GARBAGE: readonly unknown[] = [
  undefined,
  null,
  '',
  'text',
  7,
  true,
  [],
  {},
  { error: null },
  [{}],
];

/** The code for each error status. Source: docs of the closed list in src/domain/errors.ts. */
export const CODES: readonly (readonly [status: number, code: ErrorCode])[] = [
  [400, 'VENDOR_REJECTED'],
  [401, 'VENDOR_UNAUTHORIZED'],
  [403, 'VENDOR_UNAUTHORIZED'],
  [404, 'NOT_FOUND'],
  [422, 'VENDOR_REJECTED'],
  [429, 'VENDOR_RATE_LIMITED'],
  [500, 'VENDOR_UNAVAILABLE'],
  [502, 'VENDOR_UNAVAILABLE'],
  [503, 'VENDOR_UNAVAILABLE'],
];
