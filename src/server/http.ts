import { randomUUID } from 'node:crypto';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { asDrawbridgeError } from '../domain/errors';
import type { BoundedLog } from '../telemetry/bounded-log';
import type { Logger } from '../telemetry/logger';
import type { Metrics } from '../telemetry/metrics';
import { drainConnections } from './drain';
import { createGraphHandler, type GraphHandlerOptions } from './graph-handler';
import { type HealthSources, readiness } from './health';
import { serveLoopbackOnly } from './loopback-only';
import { isOwnPage } from './origin';
import type { Playground } from './playground/playground';
import {
  connectionOptions,
  limitBatches,
  limitConnections,
  nameRefusals,
  readDocumentIds,
} from './request-rules';

/** What the HTTP server is made from. */
export interface HttpOptions extends GraphHandlerOptions {
  readonly playground: Playground;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthSources;
  /** The schema's text. */
  readonly sdl: string;
  readonly explore: 'open' | 'scope';
  readonly corsOrigins: readonly string[];
  /** Told of requests that never became operations. */
  readonly refusals: BoundedLog;
  /** True: only requests for a loopback name are served, because everyone is let in. */
  readonly loopbackOnly: boolean;
  /** How many operations one request may hold; 0: one. */
  readonly batchedOperations: number;
}

/** A larger request is refused, and a larger message over a socket. */
export const LARGEST_BODY_BYTES = 256 * 1024;

/** Where the graph is. */
export const GRAPHQL = '/graphql';

/** Makes the HTTP server with every path of the service. It listens once it is told to. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const fastify = Fastify({
    bodyLimit: LARGEST_BODY_BYTES,
    forceCloseConnections: 'idle',
    ...connectionOptions(),
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    routerOptions: { maxParamLength: 200 },
  });
  // A simple content type must execute nothing: only JSON is read.
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    void reply.header('x-content-type-options', 'nosniff');
    allowOrigin(request, reply, options.corsOrigins);
  });
  limitConnections(fastify);
  if (options.loopbackOnly) serveLoopbackOnly(fastify);
  limitBatches(GRAPHQL, fastify, options.batchedOperations);
  readDocumentIds(GRAPHQL, fastify);
  nameRefusals(GRAPHQL, fastify, options.refusals);
  fastify.setErrorHandler<FastifyError>((error, _, reply) => showFault(error, reply, options.logger));
  drainConnections(fastify);
  addGraph(fastify, options);
  addPlaygroundFiles(fastify, options.playground);
  addOperatorPaths(fastify, options);
  return fastify;
}

/** A request that cannot be read is told why in the form that clients of a graph expect; anything else tells nothing. */
function showFault(error: FastifyError, reply: FastifyReply, logger: Logger): FastifyReply {
  const { statusCode = 500, message } = error;
  if (statusCode < 500) {
    return reply.code(statusCode).send({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] });
  }
  logger.error({ err: error, requestId: reply.request.id }, 'a request could not be answered');
  const shown = {
    message: 'Something went wrong inside Drawbridge.',
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
  return reply.code(500).send({ errors: [shown] });
}

function addGraph(fastify: FastifyInstance, options: HttpOptions): void {
  const handle = createGraphHandler(options);
  fastify.post(GRAPHQL, handle);
  fastify.options(GRAPHQL, async (_, reply) => reply.code(204).send());
  fastify.get<{ Querystring: { query?: unknown } }>(GRAPHQL, async (request, reply) => {
    if (request.query.query === undefined && String(request.headers.accept).includes('text/html')) {
      return sendPlayground(request, reply, options);
    }
    if (!isOwnPage(request.headers, options.corsOrigins)) {
      return reply
        .code(403)
        .send({ errors: [{ message: 'Not from another site.', extensions: { code: 'FORBIDDEN' } }] });
    }
    // A GET never changes anything, and another site was refused: what curl sends is enough.
    request.headers['apollo-require-preflight'] = 'true';
    return handle(request, reply);
  });
  fastify.get('/', async (_, reply) => reply.redirect(GRAPHQL));
}

/** Who may not explore gets a sentence in place of the playground. */
async function sendPlayground(
  request: FastifyRequest,
  reply: FastifyReply,
  options: HttpOptions,
): Promise<FastifyReply> {
  const { playground, explore } = options;
  if (explore === 'scope' && (await refusalToExplore(options, request)) !== undefined) {
    return reply
      .code(403)
      .type('text/plain')
      .send('The playground is closed here: it needs the scope graph:explore.');
  }
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', playground.contentSecurityPolicy)
    .header('cache-control', 'no-cache')
    .send(playground.page({ endpoint: GRAPHQL, subscriptionEndpoint: GRAPHQL }));
}

/** The status with which the schema is refused; undefined where it is not. Open or not, it is for who is let in. */
async function refusalToExplore(
  { explore, authenticate }: HttpOptions,
  request: FastifyRequest,
): Promise<number | undefined> {
  return authenticate(request.headers.authorization).then(
    ({ scopes }) => (explore === 'open' || scopes.has('graph:explore') ? undefined : 403),
    (thrown) => (asDrawbridgeError(thrown).retryable ? 503 : 401),
  );
}

function addPlaygroundFiles(fastify: FastifyInstance, playground: Playground): void {
  fastify.get<{ Params: { '*': string } }>('/playground/*', async (request, reply) => {
    const file = playground.file(request.params['*']);
    if (file === undefined) return reply.code(404).send({ message: 'No such file.' });
    void reply
      .type(file.contentType)
      .header('content-security-policy', playground.contentSecurityPolicy)
      .header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
      .header('vary', 'accept-encoding');
    const gzipped = String(request.headers['accept-encoding']).includes('gzip') ? file.gzipped : undefined;
    if (gzipped === undefined) return reply.send(file.body);
    return reply.header('content-encoding', 'gzip').send(gzipped);
  });
}

function addOperatorPaths(fastify: FastifyInstance, options: HttpOptions): void {
  const { metrics, health, sdl } = options;
  fastify.get('/health/live', async () => ({ live: true }));
  fastify.get('/health/ready', async (_, reply) => {
    const { status, body } = await readiness(health);
    return reply.code(status).send(body);
  });
  fastify.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  fastify.get('/schema.graphql', async (request, reply) => {
    const refusal = await refusalToExplore(options, request);
    if (refusal !== undefined) {
      return reply.code(refusal).send({ message: 'The schema needs a token that may explore the graph.' });
    }
    return reply.type('application/graphql; charset=utf-8').send(sdl);
  });
}

/** A caller's own id for its request, where it is one that a log line can hold. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

function allowOrigin(request: FastifyRequest, reply: FastifyReply, origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origins.length === 0) return;
  void reply.header('vary', 'origin');
  if (origin === undefined || !origins.includes(origin)) return;
  void reply
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-methods', 'GET, POST, OPTIONS')
    .header(
      'access-control-allow-headers',
      'authorization, content-type, cache-control, x-explain, x-request-id',
    )
    .header('access-control-expose-headers', 'x-request-id, ratelimit, ratelimit-policy, retry-after')
    .header('access-control-max-age', '600');
}
