import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { asDrawbridgeError } from '../domain/errors';
import type { Principal } from '../domain/principal';
import { createContext, type GraphContext, type Services } from '../graph/context';
import { toGraphQLError } from '../graph/errors';
import type { Metrics } from '../telemetry/metrics';
import type { Authenticate } from './authenticate';
import { type HealthSources, readiness } from './health';
import type { Playground } from './playground/playground';
import { readWishes } from './wishes';

/** What the HTTP server is made from. */
export interface HttpOptions {
  readonly apollo: ApolloServer<GraphContext>;
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly playground: Playground;
  readonly metrics: Metrics;
  readonly health: HealthSources;
  /** The schema's text. */
  readonly sdl: string;
  readonly explore: 'open' | 'scope';
  readonly corsOrigins: readonly string[];
  /** The largest age that a caller can ask for. */
  readonly staleMaxSeconds: number;
}

/** A larger request is refused. */
const LARGEST_BODY_BYTES = 256 * 1024;

const GRAPHQL = '/graphql';

/** Makes the HTTP server with every path of the service. It listens once it is told to. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const fastify = Fastify({
    bodyLimit: LARGEST_BODY_BYTES,
    forceCloseConnections: 'idle',
    requestTimeout: 15_000,
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
  addGraph(fastify, options);
  addPlaygroundFiles(fastify, options.playground);
  addOperatorPaths(fastify, options);
  return fastify;
}

function addGraph(fastify: FastifyInstance, options: HttpOptions): void {
  const { apollo, authenticate, services } = options;
  const handle = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const principal = await authenticated(authenticate, request);
      const wishes = readWishes(request.headers, options.staleMaxSeconds);
      return createContext(services, { principal, requestId: request.id }, wishes);
    },
  });
  fastify.post(GRAPHQL, handle);
  fastify.options(GRAPHQL, async (_, reply) => reply.code(204).send());
  fastify.get<{ Querystring: { query?: unknown } }>(GRAPHQL, async (request, reply) => {
    if (request.query.query === undefined && String(request.headers.accept).includes('text/html')) {
      return sendPlayground(request, reply, options);
    }
    if (isCrossSite(request)) return reply.code(403).send({ message: 'Not from another site.' });
    // A GET never changes anything, and another site was refused: what curl sends is enough.
    request.headers['apollo-require-preflight'] = 'true';
    return handle.call(fastify, request, reply);
  });
  fastify.get('/', async (_, reply) => reply.redirect(GRAPHQL));
}

async function authenticated(authenticate: Authenticate, request: FastifyRequest): Promise<Principal> {
  try {
    return await authenticate(request.headers.authorization);
  } catch (thrown) {
    throw toGraphQLError(asDrawbridgeError(thrown), 401);
  }
}

/** Who may not explore gets a sentence in place of the playground. */
async function sendPlayground(
  request: FastifyRequest,
  reply: FastifyReply,
  { playground, explore, authenticate }: HttpOptions,
): Promise<FastifyReply> {
  if (explore === 'scope' && !(await mayExplore(authenticate, request))) {
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

async function mayExplore(authenticate: Authenticate, request: FastifyRequest): Promise<boolean> {
  return authenticate(request.headers.authorization).then(
    ({ scopes }) => scopes.has('graph:explore'),
    () => false,
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
  const { metrics, health, sdl, explore, authenticate } = options;
  fastify.get('/health/live', async () => ({ live: true }));
  fastify.get('/health/ready', async (_, reply) => {
    const { status, body } = await readiness(health);
    return reply.code(status).send(body);
  });
  fastify.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  fastify.get('/schema.graphql', async (request, reply) => {
    if (explore === 'scope' && !(await mayExplore(authenticate, request))) {
      return reply.code(403).send({ message: 'The schema needs the scope graph:explore.' });
    }
    return reply.type('application/graphql; charset=utf-8').send(sdl);
  });
}

/** A caller's own id for its request, where it is one that a log line can hold. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

/** Browsers say where a request comes from; anything but this site or the address bar is another site. */
function isCrossSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
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
    .header('access-control-expose-headers', 'x-request-id')
    .header('access-control-max-age', '600');
}
