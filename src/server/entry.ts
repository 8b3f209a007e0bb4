import type { FastifyReply, FastifyRequest } from 'fastify';
import { asDrawbridgeError, type DrawbridgeError } from '../domain/errors';
import type { Principal } from '../domain/principal';
import { toGraphQLError } from '../graph/errors';
import type { CallerLimits } from '../graph/limits/caller-limits';
import type { Authenticate } from './authenticate';
import { rateHeaders } from './rate-headers';
import { whenClosed } from './when-closed';

/** Who is let in, and how often. */
export interface EntryOptions {
  readonly authenticate: Authenticate;
  readonly callerLimits: CallerLimits;
}

/**
 * Lets a request for the graph in: finds its caller, and counts its operations until the answer is through. Throws a
 * GraphQLError: as {@link authenticated}, and 429 with `retry-after` where it is one too many.
 */
export async function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  options: EntryOptions,
): Promise<Principal> {
  const principal = await authenticated(request, reply, options);
  const { callerLimits } = options;
  try {
    const end = callerLimits.begin(principal, Array.isArray(request.body) ? request.body.length : 1);
    whenClosed(reply.raw, end);
  } catch (thrown) {
    throw refusal(asDrawbridgeError(thrown), 429, reply);
  } finally {
    void reply.headers(rateHeaders(callerLimits.policiesOf(principal)));
  }
  return principal;
}

/** Who is let in with what may stay open. */
export interface Follower {
  readonly principal: Principal;
  /** To be called once nothing is open any more, as many times as it pleases. */
  readonly left: () => void;
}

/**
 * Lets a request in whose answer may stay open, and counts it among its caller's until it is not. What it asks for is
 * counted where it runs. Throws as {@link enter} does.
 */
export async function enterToFollow(
  request: FastifyRequest,
  reply: FastifyReply,
  options: EntryOptions,
): Promise<Follower> {
  const principal = await authenticated(request, reply, options);
  const { callerLimits } = options;
  try {
    return { principal, left: callerLimits.follow(principal) };
  } catch (thrown) {
    void reply.headers(rateHeaders(callerLimits.policiesOf(principal)));
    throw refusal(asDrawbridgeError(thrown), 429, reply);
  }
}

/** Finds the caller. Throws a GraphQLError: 401 with UNAUTHENTICATED, 503 where the token could not be checked. */
export async function authenticated(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { authenticate }: EntryOptions,
): Promise<Principal> {
  try {
    return await authenticate(headers.authorization);
  } catch (thrown) {
    const error = asDrawbridgeError(thrown);
    if (!error.retryable) void reply.header('www-authenticate', 'Bearer');
    throw refusal(error, error.retryable ? 503 : 401, reply);
  }
}

function refusal(error: DrawbridgeError, status: number, reply: FastifyReply): Error {
  if (error.retryAfterSeconds !== undefined)
    void reply.header('retry-after', String(error.retryAfterSeconds));
  return toGraphQLError(error, error.code === 'INTERNAL_SERVER_ERROR' ? 500 : status);
}
