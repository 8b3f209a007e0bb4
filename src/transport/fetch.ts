import { Agent, errors } from 'undici';
import { DrawbridgeError } from '../domain/errors';
import { collect, decode } from './decode';
import type { Answer } from './pipeline-step';
import type { VendorRequest } from './transport';
import { urlOf } from './url';

/** Where an account's requests go, and how long they may take. */
export interface FetchOptions {
  readonly baseUrl: string;
  readonly statusUrl?: string;
  /** Until a connection stands, in milliseconds. */
  readonly timeoutMs: number;
  /** Connections kept open to one origin. */
  readonly connections: number;
}

/** The only thing in the house that opens a socket to a vendor. */
export interface Fetch {
  /** One try of one request, with the headers of the account's credentials. The signal breaks it off, with its reason. */
  send(
    request: VendorRequest,
    credentials: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer>;
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
    send: (request, credentials, signal) => send({ agent, options, signal }, request, credentials),
    close: () => agent.destroy(),
  };
}

async function send(
  { agent, options, signal }: { agent: Agent; options: FetchOptions; signal: AbortSignal },
  request: VendorRequest,
  credentials: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { endpoint } = request;
  const base = endpoint.origin === 'status' ? (options.statusUrl ?? options.baseUrl) : options.baseUrl;
  const url = urlOf(base, request);
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
    return await toAnswer(answer.statusCode, flatten(answer.headers), await collect(answer.body));
  } catch (thrown) {
    throw signal.aborted ? signal.reason : toTransportError(thrown);
  }
}

async function toAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  raw: Buffer | 'too large',
): Promise<Answer> {
  if (status >= 300 && status < 400) {
    const unreadable = 'The vendor answered with a redirect, which is not followed.';
    return { status, headers, body: undefined, unreadable };
  }
  const decoded = await decode(
    { status, encoding: headers['content-encoding'], contentType: headers['content-type'] },
    raw,
  );
  return { status, headers, body: undefined, ...decoded };
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** Where no connection came to be, nothing was sent. The code is the system's word (ECONNREFUSED), for the operator. */
function toTransportError(thrown: unknown): DrawbridgeError {
  if (thrown instanceof DrawbridgeError) return thrown;
  if (thrown instanceof errors.ConnectTimeoutError) {
    const message = 'The vendor did not answer in time: no connection came to be.';
    return new DrawbridgeError('VENDOR_TIMEOUT', message, { cause: thrown, unsent: true });
  }
  const code = systemCode(thrown);
  const unsent = ABOUT_CONNECTING.test(code ?? '');
  const what = unsent ? 'could not be reached' : 'broke off its answer';
  const told = code === undefined ? '' : ` (${code})`;
  return new DrawbridgeError('VENDOR_UNAVAILABLE', `The vendor ${what}${told}.`, { cause: thrown, unsent });
}

/** Codes with which no connection came to be: refused, no such name, no way there, or no TLS that can be trusted. */
const ABOUT_CONNECTING =
  /^(ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|(CERT|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)_[A-Z0-9_]+)$/;

function systemCode(thrown: unknown): string | undefined {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';
  return /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : undefined;
}
