import { getOperationAST, parse } from 'graphql';
import { type OperationRequest, readOperation } from './operation';

/** The ways in which an operation over HTTP is answered. */
export type Answering = 'json' | 'events' | 'callback';

/** What decides on the way. */
export interface Acceptable {
  /** The header `accept`. */
  readonly accept: string | undefined;
  readonly method: string;
  /** What was sent, not looked at before. */
  readonly body: unknown;
}

const EVENTS = 'text/event-stream';
const JSON_TYPES = ['application/json', 'application/graphql-response+json', 'application/*', '*/*'];

/**
 * How a request is answered. A router that gives a place to call back is called back; who takes events only gets
 * events; who takes both gets events for a subscription, and one JSON answer for anything else.
 */
export function answeringOf({ accept = '', method, body }: Acceptable): Answering {
  const types = accept.split(',').map((type) => type.split(';')[0]?.trim().toLowerCase() ?? '');
  const takesEvents = types.includes(EVENTS);
  const takesJson = types.some((type) => JSON_TYPES.includes(type));
  if (takesEvents && !takesJson) return 'events';
  if (method !== 'POST') return 'json';
  const operation = readOperation(body);
  if (operation?.extensions?.['subscription'] !== undefined && /callbackspec/i.test(accept))
    return 'callback';
  return takesEvents && isSubscription(operation) ? 'events' : 'json';
}

function isSubscription({ query, operationName }: OperationRequest = {}): boolean {
  if (query === undefined || !query.includes('subscription')) return false;
  try {
    const document = parse(query, { noLocation: true, maxTokens: MOST_TOKENS });
    return getOperationAST(document, operationName)?.operation === 'subscription';
  } catch {
    // What is wrong with it is told by whoever runs it.
    return false;
  }
}

/** What is longer is refused where it is run. */
const MOST_TOKENS = 2000;
