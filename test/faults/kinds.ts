import type { Fault } from '../../src/simulators/faults';
import { START } from '../support/manual-clock';
import type { Told } from './fault-fleet';

/** What goes wrong, and what has to come of it for a read that is sent again where that makes sense. */
export interface Kind {
  readonly name: string;
  readonly fault: Fault;
  /** The code of the error. */
  readonly code: string;
  /** How often the endpoint is called, logins apart. */
  readonly calls: number;
  /** When to come back, where the vendor told. */
  readonly retryAfterSeconds?: number;
}

/** Stands in every body that a vendor answers a failure with: nothing of it may be seen anywhere. */
export const BODY_TEXT = 'BODY-OF-THE-VENDOR';
const BODY = { message: BODY_TEXT, token: BODY_TEXT };

const UNAVAILABLE = 'VENDOR_UNAVAILABLE';
const HOUR_MS = 3_600_000;
const MEGABYTE = 1024 * 1024;
/** Where nobody listens. */
const ELSEWHERE = 'http://127.0.0.1:9/';

const status = (code: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'status',
  status: code,
  body: BODY,
  headers,
});

const httpDate = (ms: number): string => new Date(ms).toUTCString();

/** A read is tried three times in all where the trouble may pass. */
const THRICE = 3;

const statuses: readonly Kind[] = [
  { name: '401', fault: status(401), code: 'VENDOR_UNAUTHORIZED', calls: 1 },
  { name: '403', fault: status(403), code: 'VENDOR_UNAUTHORIZED', calls: 1 },
  { name: '404', fault: status(404), code: UNAVAILABLE, calls: 1 },
  { name: '409', fault: status(409), code: 'VENDOR_REJECTED', calls: 1 },
  { name: '422', fault: status(422), code: 'VENDOR_REJECTED', calls: 1 },
  { name: '500', fault: status(500), code: UNAVAILABLE, calls: THRICE },
  { name: '501', fault: status(501), code: UNAVAILABLE, calls: 1 },
  { name: '502', fault: status(502), code: UNAVAILABLE, calls: THRICE },
  { name: '503', fault: status(503), code: UNAVAILABLE, calls: THRICE },
  { name: '504', fault: status(504), code: UNAVAILABLE, calls: THRICE },
];

const limited = (form: string, header: string, rest: Partial<Kind> & { date?: string } = {}): Kind => ({
  name: `429 with a Retry-After of ${form}`,
  fault: status(429, { 'retry-after': header, ...(rest.date === undefined ? {} : { date: rest.date }) }),
  code: 'VENDOR_RATE_LIMITED',
  calls: rest.calls ?? 1,
  ...(rest.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: rest.retryAfterSeconds }),
});

const pauses: readonly Kind[] = [
  { name: '429', fault: status(429), code: 'VENDOR_RATE_LIMITED', calls: THRICE },
  limited('0 s', '0', { calls: THRICE, retryAfterSeconds: 0 }),
  limited('17 s', '17', { retryAfterSeconds: 17 }),
  limited('6.5 s', ' 6.5 ', { retryAfterSeconds: 7 }),
  limited('a year, which is too long', '31536000', { retryAfterSeconds: 300 }),
  limited('a date', httpDate(START + 90_000), { date: httpDate(START), retryAfterSeconds: 90 }),
  limited('a date of a clock two hours ahead', httpDate(START + 2 * HOUR_MS + 40_000), {
    date: httpDate(START + 2 * HOUR_MS),
    retryAfterSeconds: 40,
  }),
  limited('a date of a clock two hours behind', httpDate(START - 2 * HOUR_MS + 40_000), {
    date: httpDate(START - 2 * HOUR_MS),
    retryAfterSeconds: 40,
  }),
  limited('a date in the past', httpDate(START - 60_000), {
    date: httpDate(START),
    calls: THRICE,
    retryAfterSeconds: 0,
  }),
  limited('a word', 'soon', { calls: THRICE }),
  limited('a negative number', '-5', { calls: THRICE }),
  limited('nothing', '', { calls: THRICE }),
  {
    name: '503 with a Retry-After of 120 s',
    fault: status(503, { 'retry-after': '120' }),
    code: UNAVAILABLE,
    calls: 1,
    retryAfterSeconds: 120,
  },
];

const bodies: readonly Kind[] = [
  { name: 'a web page at 200', fault: { kind: 'html' }, code: UNAVAILABLE, calls: 1 },
  {
    name: 'a web page at 502',
    fault: { kind: 'html', status: 502 },
    code: UNAVAILABLE,
    calls: THRICE,
  },
  {
    name: 'JSON that says it is a page',
    fault: { kind: 'status', status: 200, body: BODY, headers: { 'content-type': 'text/html' } },
    code: UNAVAILABLE,
    calls: 1,
  },
  { name: 'malformed JSON', fault: { kind: 'malformed' }, code: UNAVAILABLE, calls: 1 },
  { name: 'half of the answer', fault: { kind: 'truncated' }, code: UNAVAILABLE, calls: 1 },
  { name: 'an empty body', fault: { kind: 'empty' }, code: UNAVAILABLE, calls: 1 },
  { name: 'no content', fault: { kind: 'empty', status: 204 }, code: UNAVAILABLE, calls: 1 },
  { name: 'broken gzip', fault: { kind: 'gzip', broken: true }, code: UNAVAILABLE, calls: 1 },
  {
    name: 'gzip that blows up to 12 MB',
    fault: { kind: 'gzip', bytes: 12 * MEGABYTE },
    code: UNAVAILABLE,
    calls: 1,
  },
  { name: '300 MB', fault: { kind: 'huge', bytes: 300 * MEGABYTE }, code: UNAVAILABLE, calls: 1 },
  {
    name: 'JSON that is 100,000 deep',
    fault: { kind: 'status', status: 200, body: '['.repeat(100_000) + ']'.repeat(100_000) },
    code: UNAVAILABLE,
    calls: 1,
  },
  {
    name: 'an object that wants to be a prototype',
    fault: { kind: 'status', status: 200, body: `{"__proto__":{"polluted":"${BODY_TEXT}"},"data":1}` },
    code: UNAVAILABLE,
    calls: 1,
  },
  { name: 'null', fault: { kind: 'json', body: null }, code: UNAVAILABLE, calls: 1 },
  { name: 'a number', fault: { kind: 'json', body: 42 }, code: UNAVAILABLE, calls: 1 },
  { name: 'a text', fault: { kind: 'json', body: BODY_TEXT }, code: UNAVAILABLE, calls: 1 },
  { name: 'something else', fault: { kind: 'json', body: BODY }, code: UNAVAILABLE, calls: 1 },
];

const connections: readonly Kind[] = [
  { name: 'a reset before the headers', fault: { kind: 'reset' }, code: UNAVAILABLE, calls: THRICE },
  {
    name: 'a reset behind the headers',
    fault: { kind: 'reset-mid-body' },
    code: UNAVAILABLE,
    calls: THRICE,
  },
  {
    name: 'a redirect',
    fault: { kind: 'redirect', location: ELSEWHERE },
    code: UNAVAILABLE,
    calls: 1,
  },
];

/** Codes after which the same call may go well without a change. */
const RETRYABLE: ReadonlySet<string> = new Set([
  UNAVAILABLE,
  'VENDOR_RATE_LIMITED',
  'VENDOR_TIMEOUT',
  'DEVICE_OFFLINE',
]);

/** What a caller is told of a kind, where `meant` is what it means at the endpoint; undefined: it is an answer there. */
export function toldOf(
  { code, retryAfterSeconds }: Pick<Kind, 'code' | 'retryAfterSeconds'>,
  meant = code,
): Told | undefined {
  return meant === 'ok' ? undefined : { code: meant, retryable: RETRYABLE.has(meant), retryAfterSeconds };
}

/** What takes no time. */
export const KINDS: readonly Kind[] = [...statuses, ...pauses, ...bodies, ...connections];

/** What takes time: no answer, headers that do not come, and a byte now and then. */
export const SLOW_KINDS: readonly Pick<Kind, 'name' | 'fault'>[] = [
  { name: 'nothing', fault: { kind: 'hang' } },
  { name: 'headers that do not come in time', fault: { kind: 'hold' } },
  { name: 'a byte every 500 ms', fault: { kind: 'drip', everyMs: 500 } },
];
