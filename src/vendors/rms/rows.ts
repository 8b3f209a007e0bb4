import { DrawbridgeError } from '../../domain/errors';
import type { CallContext } from '../../transport/transport';
import type { Endpoint } from '../catalogue';
import type { DriverTools } from '../driver';
import { parseEnvelope } from '../wire';
import { assertSuccess } from './errors';
import { listEnvelope } from './wire';

/** Pages of a list that never ends are cut here. */
const MOST_PAGES = 100;

/** Which list is wanted. */
export interface RowsRequest {
  readonly endpoint: Endpoint;
  readonly what: string;
  readonly keys: number;
}

type Query = readonly (readonly [name: string, value: string])[];

/** The part of a list that begins at an offset. */
export const pageFrom = (offset: number, limit: number): Query => [
  ['limit', String(limit)],
  ['offset', String(offset)],
];

/**
 * One call as a rule; more only where the vendor's own total says that rows are missing (it lowered the limit). Throws
 * VENDOR_UNAVAILABLE where the list repeats itself or does not end: what is missing in it may be there.
 */
export async function* allRows(
  tools: DriverTools,
  { endpoint, what, keys }: RowsRequest,
  context: CallContext,
  queryFrom: (offset: number) => Query,
): AsyncGenerator<unknown> {
  let offset = 0;
  let before = '';
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await tools.transport.send({ endpoint, query: queryFrom(offset), keys }, context);
    assertSuccess(answer, endpoint);
    const { data, meta } = parseEnvelope(listEnvelope, answer.body, what);
    const rows = page === 0 && data.length >= (meta?.total ?? 0) ? '' : JSON.stringify(data);
    if (page > 0 && rows === before) break;
    before = rows;
    yield* data;
    offset += data.length;
    if (data.length === 0 || offset >= (meta?.total ?? 0)) return;
  }
  throw new DrawbridgeError(
    'VENDOR_UNAVAILABLE',
    `The vendor's list of ${what} repeats itself or does not end.`,
  );
}
