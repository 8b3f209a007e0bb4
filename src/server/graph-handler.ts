import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asDrawbridgeError } from '../domain/errors';
import type { Principal } from '../domain/principal';
import { createContext, type Services } from '../graph/context';
import { toGraphQLError } from '../graph/errors';
import { answeringOf } from './answering';
import type { Authenticate } from './authenticate';
import type { Callbacks } from './callbacks';
import type { EventStreams } from './event-stream';
import type { ServerContext } from './operation';
import type { ShowErrors } from './shown-errors';
import { readWishes } from './wishes';

/** What operations over HTTP are answered with. */
export interface GraphHandlerOptions {
  readonly apollo: ApolloServer<ServerContext>;
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly eventStreams: EventStreams;
  readonly callbacks: Callbacks;
  readonly showErrors: ShowErrors;
  /** The largest age that a caller can ask for. */
  readonly staleMaxSeconds: number;
}

/** Answers one request with an operation, in the way that it asks for. */
export type GraphHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Makes the answerer of operations over HTTP: with one JSON answer, with a stream of events, or by calling back. */
export function createGraphHandler(options: GraphHandlerOptions): GraphHandler {
  const { apollo, services, authenticate, eventStreams, callbacks, showErrors, staleMaxSeconds } = options;
  const answerOnce = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const principal = await authenticated(authenticate, request);
      const wishes = readWishes(request.headers, staleMaxSeconds);
      return createContext(services, { principal, requestId: request.id }, wishes);
    },
  });
  return async (request, reply) => {
    const { headers, method, body } = request;
    const answering = answeringOf({ accept: headers.accept, method, body });
    if (answering === 'json') return answerOnce.call(request.server, request, reply);
    let principal: Principal;
    try {
      principal = await authenticate(headers.authorization);
    } catch (thrown) {
      return reply.code(401).send({ errors: showErrors([thrown]) });
    }
    return (answering === 'events' ? eventStreams : callbacks).answer(request, reply, principal);
  };
}

async function authenticated(authenticate: Authenticate, request: FastifyRequest): Promise<Principal> {
  try {
    return await authenticate(request.headers.authorization);
  } catch (thrown) {
    throw toGraphQLError(asDrawbridgeError(thrown), 401);
  }
}
