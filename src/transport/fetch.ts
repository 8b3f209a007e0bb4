import { Agent, errors } from 'undici';
import { DrawbridgeError } from '../domain/errors';
import { collect, decode } from './decode';
import type { VendorRequest, VendorResponse } from './transport';
import { urlOf } from './url';

/** Where an account's requests go, and how long they may take. */
export interface FetchOptions {
  readonly baseUrl: string;
  readonly statusUrl?: string;
  /** One try, in milliseconds, where the endpoint does not say otherwise. */
  readonly timeoutMs: number;
  /** Connections kept open to one origin. */
  readonly connections: number;
}

/** The only thing in the house that opens a socket to a vendor. */
export interface Fetch {
  /** One try of one request, with the headers of the account's credentials; `deadline` ends it early. */
  send(
    request: VendorRequest,
    credentials: Readonly<Record<string, string>>,
    deadline: AbortSignal,
  ): Promise<VendorResponse>;
  close(): Promise<void>;
}

/** Opens the keep-alive connections of one account. */
export function openFetch(options: FetchOptions): Fetch {
  const agent = new Agent({
    connections: options.connections,
    keepAliveTimeout: 30_000,
    connect: { timeout: options.timeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    send: (request, credentials, deadline) => send({ agent, options, deadline }, request, credentials),
    close: () => agent.destroy(),
  };
}

async function send(
  { agent, options, deadline }: { agent: Agent; options: FetchOptions; deadline: AbortSignal },
  request: VendorRequest,
  credentials: Readonly<Record<string, string>>,
): Promise<VendorResponse> {
  const { endpoint } = request;
  const base = endpoint.origin === 'status' ? (options.statusUrl ?? options.baseUrl) : options.baseUrl;
  const url = urlOf(base, request);
  const signal = AbortSignal.any([AbortSignal.timeout(endpoint.timeoutMs ?? options.timeoutMs), deadline]);
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: endpoint.method,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'gzip, deflate, br',
        ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
        ...credentials,
      },
      body: request.json === undefined ? null : JSON.stringify(request.json),
      signal,
    });
    const headers = flatten(answer.headers);
    const raw = await collect(answer.body);
    if (answer.statusCode >= 300 && answer.statusCode < 400) {
      throw new DrawbridgeError(
        'VENDOR_UNAVAILABLE',
        'The vendor answered with a redirect, which is not followed.',
      );
    }
    const body = await decode(answer.statusCode, headers['content-encoding'], raw);
    return { status: answer.statusCode, headers, body };
  } catch (thrown) {
    throw asTransportError(thrown, signal);
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function asTransportError(thrown: unknown, signal: AbortSignal): DrawbridgeError {
  if (thrown instanceof DrawbridgeError) return thrown;
  if (signal.aborted || thrown instanceof errors.ConnectTimeoutError) {
    return new DrawbridgeError('VENDOR_TIMEOUT', 'The vendor did not answer in time.', { cause: thrown });
  }
  return new DrawbridgeError(
    'VENDOR_UNAVAILABLE',
    'The vendor could not be reached, or broke off its answer.',
    {
      cause: thrown,
    },
  );
}
