import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { createContext, type Services } from '../graph/context';
import type { CallerLimits } from '../graph/limits/caller-limits';
import type { Tracing } from '../telemetry/tracing';
import { answeringOf } from './answering';
import type { Authenticate } from './authenticate';
import type { Callbacks } from './callbacks';
import { enter, enterToFollow, type Follower } from './entry';
import type { EventStreams } from './event-stream';
import type { ServerContext } from './operation';
import { presenceOf } from './presence-of';
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
  readonly callerLimits: CallerLimits;
  readonly tracing: Tracing;
  /** The largest age that a caller can ask for. */
  readonly staleMaxSeconds: number;
}

/** Answers one request with an operation, in the way that it asks for. */
export type GraphHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Makes the answerer of operations over HTTP: with one JSON answer, with a stream of events, or by calling back. */
export function createGraphHandler(options: GraphHandlerOptions): GraphHandler {
  const { apollo, services, eventStreams, callbacks, showErrors, staleMaxSeconds, tracing } = options;
  const answerOnce = fastifyApolloHandler(apollo, {
    context: async (request, reply) => {
      const presence = presenceOf(reply);
      const principal = await enter(request, reply, options);
      const wishes = readWishes(request.headers, staleMaxSeconds);
      return createContext(services, { principal, requestId: request.id, presence }, wishes);
    },
  });
  return async (request, reply) => {
    const { headers, method, body } = request;
    const answering = answeringOf({ accept: headers.accept, method, body });
    if (answering === 'json') {
      return tracing.operation(traceparentOf(headers), async () =>
        answerOnce.call(request.server, request, reply),
      );
    }
    let follower: Follower;
    try {
      follower = await enterToFollow(request, reply, options);
    } catch (thrown) {
      return reply.code(statusOf(thrown)).send({ errors: showErrors([thrown]) });
    }
    return (answering === 'events' ? eventStreams : callbacks).answer(request, reply, follower);
  };
}

/** The span of a caller that traces too. */
function traceparentOf({ traceparent }: FastifyRequest['headers']): string | undefined {
  return typeof traceparent === 'string' ? traceparent : undefined;
}

/** The status that an error was given, for HTTP. */
function statusOf(thrown: unknown): number {
  const http = thrown instanceof GraphQLError ? thrown.extensions['http'] : undefined;
  return typeof http === 'object' && http !== null && 'status' in http ? Number(http.status) : 500;
}
