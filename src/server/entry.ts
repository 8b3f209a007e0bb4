import type { FastifyReply, FastifyRequest } from 'fastify';
import { asDrawbridgeError, type DrawbridgeError } from '../domain/errors';
import { toGraphQLError } from '../graph/errors';
import type { CallerLimits } from '../graph/limits/caller-limits';
import type { Authenticate, Caller } from './authenticate';
import { rateHeaders } from './rate-headers';

/** Who is let in, and how often. */
export interface EntryOptions {
  readonly authenticate: Authenticate;
  readonly limits: CallerLimits;
}

/**
 * Lets a request for the graph in: finds its caller, counts its operations until the answer is through, and tells what
 * is left. Throws a GraphQLError: 401 with UNAUTHENTICATED, 503 where the token could not be checked, 429 with
 * `retry-after` where it is one too many.
 */
export async function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  { authenticate, limits }: EntryOptions,
): Promise<Caller> {
  const caller = await authenticate(request.headers.authorization).catch((thrown: unknown) => {
    const error = asDrawbridgeError(thrown);
    if (!error.retryable) void reply.header('www-authenticate', 'Bearer');
    throw refusal(error, error.retryable ? 503 : 401, reply);
  });
  try {
    const end = limits.begin(caller, Array.isArray(request.body) ? request.body.length : 1);
    reply.raw.once('close', end);
  } catch (thrown) {
    throw refusal(asDrawbridgeError(thrown), 429, reply);
  } finally {
    void reply.headers(rateHeaders(limits.policiesOf(caller)));
  }
  return caller;
}

function refusal(error: DrawbridgeError, status: number, reply: FastifyReply): Error {
  if (error.retryAfterSeconds !== undefined)
    void reply.header('retry-after', String(error.retryAfterSeconds));
  return toGraphQLError(error, error.code === 'INTERNAL_SERVER_ERROR' ? 500 : status);
}
