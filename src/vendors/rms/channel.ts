import { DrawbridgeError } from '../../domain/errors';
import { settle } from '../../domain/outcome';
import type { CallContext, VendorResponse } from '../../transport/transport';
import type { Endpoint } from '../catalogue';
import type { DriverTools, Step } from '../driver';
import { parseEnvelope } from '../wire';
import { rmsCatalogue } from './catalogue';
import { assertSuccess } from './errors';
import { asUnknown, pauseBefore } from './looks';
import { type ChannelUpdate, channelEnvelope, channelNotFound, channelUpdate, channelUpdates } from './wire';

/** Last words that speak of success. Source: bNovate's RMS client; teltonika_rms for Home Assistant, api.py. */
const SUCCEEDED: ReadonlySet<string> = new Set(['completed', 'done', 'finished', 'success']);
const FAILED: ReadonlySet<string> = new Set(['error', 'failed', 'expired', 'cancelled']);

/** Between the two: a link is not there then; a configuration has to be looked at. Source: bNovate's RMS client. */
const WARNED = 'warning';

/** No list of error codes is published: whether the device is away is told by the words of the last update. */
const OFFLINE = /\boffline\b|\bnot (connected|online|reachable)\b|\bunreachable\b/i;

/** A channel that was not found this often will not be: its action is looked for where it would show. */
const MOST_MISSING = 10;

/** Polls in a row that may fail for a passing trouble. */
const MOST_FAILED = 3;

/** An action that RMS carries out after its answer. */
export interface Action<T> {
  /** The endpoint that was called. */
  readonly endpoint: Endpoint;
  readonly deviceId: string;
  /** What follows once the channel has told the end. */
  ended(end: ChannelEnd, context: CallContext): Promise<Step<T>>;
  /** What follows where the channel stays unknown; left out: it is asked for until the caller's deadline. */
  readonly lost?: (context: CallContext) => Promise<Step<T>>;
}

/** How an action ended. */
export interface ChannelEnd {
  readonly link: string | null;
  /** Null where RMS says that it succeeded. */
  readonly failure: DrawbridgeError | null;
  /** True where RMS only warned: it may have done it nevertheless. */
  readonly warned: boolean;
}

interface Waiting<T> {
  readonly tools: DriverTools;
  readonly action: Action<T>;
  readonly channel: string;
  readonly polls: number;
  readonly missing: number;
  readonly failed: number;
}

/**
 * Takes the channel out of the answer to a write and follows it. One that says that all went well and names no channel
 * is done, and where it shows has to tell. Throws as {@link assertSuccess}.
 */
export function followChannel<T>(tools: DriverTools, answer: VendorResponse, action: Action<T>): Step<T> {
  assertSuccess(answer, action.endpoint);
  const { meta } = parseEnvelope(channelEnvelope, answer.body, 'an action');
  if (meta === undefined) {
    const end: ChannelEnd = { link: null, failure: null, warned: false };
    return { afterMs: pauseBefore(0), again: (context) => action.ended(end, context) };
  }
  return next({ tools, action, channel: meta.channel, polls: 0, missing: 0, failed: 0 });
}

function next<T>(waiting: Waiting<T>, pauseMs = pauseBefore(waiting.polls)): Step<T> {
  return { afterMs: pauseMs, again: (context) => poll(waiting, context) };
}

async function poll<T>(waiting: Waiting<T>, context: CallContext): Promise<Step<T>> {
  const { action, missing, failed } = waiting;
  const polls = waiting.polls + 1;
  const heard = await settle(listen(waiting, context));
  if (!heard.ok) {
    const error = asUnknown(heard.error);
    if (!error.retryable || failed + 1 >= MOST_FAILED) throw error;
    const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
    return next({ ...waiting, polls, failed: failed + 1 }, Math.max(askedMs, pauseBefore(polls)));
  }
  const updates = heard.value;
  if (updates === undefined) {
    if (action.lost !== undefined && missing + 1 >= MOST_MISSING) return action.lost(context);
    return next({ ...waiting, polls, missing: missing + 1, failed: 0 });
  }
  const end = endOf(updates, action.endpoint);
  return end === undefined ? next({ ...waiting, polls, failed: 0 }) : action.ended(end, context);
}

/** The updates so far; undefined where RMS does not know the channel, which right after a write means: not yet. */
async function listen<T>(
  { tools, action, channel }: Waiting<T>,
  context: CallContext,
): Promise<readonly ChannelUpdate[] | undefined> {
  const endpoint = rmsCatalogue.channel;
  const answer = await tools.transport.send({ endpoint, params: { channel } }, context);
  if (isMissing(answer)) return undefined;
  assertSuccess(answer, endpoint);
  const { data } = parseEnvelope(channelUpdates, answer.body, 'a status channel');
  return updatesOf(data, action.deviceId).flatMap((row) => {
    const parsed = channelUpdate.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}

/** Told by a code, at whatever status, and by some servers with a text that is no JSON. Source: bNovate's RMS client. */
function isMissing({ status, body }: VendorResponse): boolean {
  if (status === 404 || channelNotFound.safeParse(body).success) return true;
  return body === undefined && status >= 400 && status < 500 && ![401, 403, 429].includes(status);
}

/** Those of the device; a channel with a single key speaks of nothing else, whatever the key ("-1": of no device). */
function updatesOf(data: Readonly<Record<string, unknown>>, deviceId: string): readonly unknown[] {
  const others = Object.values(data);
  const own = Object.hasOwn(data, deviceId) ? data[deviceId] : others.length === 1 ? others[0] : undefined;
  return Array.isArray(own) ? own : [];
}

/** The last update decides; undefined while the action is under way. */
function endOf(updates: readonly ChannelUpdate[], endpoint: Endpoint): ChannelEnd | undefined {
  const last = updates.at(-1);
  const word = last?.word?.toLowerCase() ?? '';
  if (last === undefined) return undefined;
  const link = last.link ?? updates.findLast((update) => update.link !== null)?.link ?? null;
  if (SUCCEEDED.has(word)) return { link, failure: null, warned: false };
  if (!FAILED.has(word) && word !== WARNED) return undefined;
  return { link, failure: failureOf(last, endpoint), warned: word === WARNED };
}

function failureOf({ value, code }: ChannelUpdate, endpoint: Endpoint): DrawbridgeError {
  if (OFFLINE.test(value ?? '')) {
    return new DrawbridgeError('DEVICE_OFFLINE', 'The device is not connected to its vendor now.');
  }
  const told = code === null ? '' : ` (error ${code})`;
  return new DrawbridgeError('VENDOR_REJECTED', `The vendor could not do it${told}: ${endpoint.purpose}.`);
}
