import type { Server } from 'node:http';
import type { FastifyHttpOptions, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BoundedLog } from '../telemetry/bounded-log';

/** How long a request may take to arrive, and how many connections there may be. */
export const CONNECTION_LIMITS = {
  /** Headers have to be there by then, in milliseconds. */
  headersTimeoutMs: 8_000,
  /** The whole request has to be there by then. */
  requestTimeoutMs: 12_000,
  /** How often slow ones are looked for: the three together keep to 15 s. */
  checkEveryMs: 1_000,
  keepAliveTimeoutMs: 65_000,
  headerBytes: 16 * 1024,
  headers: 100,
  /** Ten thousand who follow something are meant to fit, and everybody else beside them. */
  connections: 25_000,
  requestsPerConnection: 10_000,
} as const;

/** The limits that Fastify's own options set. */
export function connectionOptions(): FastifyHttpOptions<Server> {
  return {
    requestTimeout: CONNECTION_LIMITS.requestTimeoutMs,
    keepAliveTimeout: CONNECTION_LIMITS.keepAliveTimeoutMs,
    maxRequestsPerSocket: CONNECTION_LIMITS.requestsPerConnection,
    http: {
      connectionsCheckingInterval: CONNECTION_LIMITS.checkEveryMs,
      maxHeaderSize: CONNECTION_LIMITS.headerBytes,
    },
  };
}

/** Sets what Fastify's own options do not reach. */
export function limitConnections({ server }: FastifyInstance): void {
  server.headersTimeout = CONNECTION_LIMITS.headersTimeoutMs;
  server.maxHeadersCount = CONNECTION_LIMITS.headers;
  server.maxConnections = CONNECTION_LIMITS.connections;
}

/** Refuses a request with more operations than may be in one. */
export function limitBatches(path: string, fastify: FastifyInstance, most: number): void {
  fastify.addHook('preHandler', async (request, reply) => {
    const { body } = request;
    if (pathOf(request) !== path || !Array.isArray(body) || body.length <= Math.max(most, 1)) return;
    const message =
      most > 1
        ? `The request holds ${body.length} operations, and ${most} are allowed.`
        : 'A request holds one operation here, not a list of them.';
    const figures = { limit: 'operations', asked: body.length, allowed: Math.max(most, 1) };
    await reply
      .code(400)
      .send({ errors: [{ message, extensions: { code: 'OPERATION_TOO_EXPENSIVE', ...figures } }] });
  });
}

/**
 * Takes a document that is named by `documentId`, as code generators name persisted documents, for the same named in the
 * form that Apollo's clients use.
 */
export function readDocumentIds(path: string, fastify: FastifyInstance): void {
  fastify.addHook('preHandler', async (request) => {
    if (pathOf(request) !== path) return;
    for (const operation of Array.isArray(request.body) ? request.body : [request.body]) name(operation);
  });
}

function name(operation: unknown): void {
  if (typeof operation !== 'object' || operation === null || 'query' in operation) return;
  const { documentId, extensions }: { documentId?: unknown; extensions?: unknown } = operation;
  if (typeof documentId !== 'string' || extensions !== undefined) return;
  const sha256Hash = documentId.replace(/^sha256:/, '');
  Object.assign(operation, { extensions: { persistedQuery: { version: 1, sha256Hash } } });
}

/** Puts the id of the request into errors that were made before there was an operation, and into a line of the log. */
export function nameRefusals(path: string, fastify: FastifyInstance, log: BoundedLog): void {
  fastify.addHook('onSend', async (request, reply, payload) => {
    if (pathOf(request) !== path || reply.statusCode < 400 || typeof payload !== 'string') return payload;
    const named = withRequestId(payload, request.id);
    if (named === undefined) return payload;
    noteRefusal(request, reply, named.codes, log);
    return named.payload;
  });
}

function noteRefusal(
  request: FastifyRequest,
  { statusCode }: FastifyReply,
  codes: readonly unknown[],
  log: BoundedLog,
): void {
  const fields = { requestId: request.id, address: request.ip, status: statusCode, codes };
  if (statusCode === 401) log(fields, 'a caller was not let in');
  else log(fields, 'a request was refused');
}

/** Undefined where the id was there already, or the answer is no list of errors. */
function withRequestId(
  payload: string,
  requestId: string,
): { readonly payload: string; readonly codes: readonly unknown[] } | undefined {
  const answer: unknown = payload.startsWith('{"errors"') ? JSON.parse(payload) : undefined;
  if (typeof answer !== 'object' || answer === null || !('errors' in answer)) return undefined;
  const errors: readonly { extensions?: Record<string, unknown> }[] = Array.isArray(answer.errors)
    ? answer.errors
    : [];
  if (errors.every(({ extensions }) => extensions?.['requestId'] !== undefined)) return undefined;
  const named = errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  const codes = errors.map(({ extensions }) => extensions?.['code']);
  return { payload: JSON.stringify({ ...answer, errors: named }), codes };
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}
