import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { DrawbridgeError, ERROR_CODES, type ErrorCode } from '../domain/errors';

/** Codes of the GraphQL server that are not in the public list, and what they are there. */
const TRANSLATED: Readonly<Record<string, ErrorCode>> = {
  BAD_REQUEST: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
};

/** How an error looks to a caller, and what an operator should know of it: undefined where it is no surprise. */
export interface ShownError {
  readonly error: GraphQLFormattedError;
  readonly surprise?: unknown;
}

/**
 * The error as a caller may see it: a code of the public list, a message without stack, credential or vendor body.
 * What was not foreseen becomes INTERNAL_SERVER_ERROR with a message that says nothing.
 */
export function showError(formatted: GraphQLFormattedError, thrown: unknown): ShownError {
  const cause = thrown instanceof GraphQLError && thrown.originalError ? thrown.originalError : thrown;
  const { locations, path } = formatted;
  const place = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
  if (cause instanceof DrawbridgeError) {
    const error = { message: cause.message, ...place, extensions: extensionsOf(cause) };
    return cause.code === 'INTERNAL_SERVER_ERROR' ? { error, surprise: cause.cause ?? cause } : { error };
  }
  const given = String(formatted.extensions?.['code'] ?? '');
  const code = ERROR_CODES.find((known) => known === given) ?? TRANSLATED[given];
  if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR') {
    return { error: { message: formatted.message, ...place, extensions: { code } } };
  }
  return {
    error: {
      message: 'Something went wrong inside Drawbridge.',
      ...place,
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    },
    surprise: cause,
  };
}

/** The error in the form in which the GraphQL server throws it before an operation begins, with its HTTP status. */
export function toGraphQLError(error: DrawbridgeError, status: number): GraphQLError {
  return new GraphQLError(error.message, {
    extensions: { ...extensionsOf(error), http: { status } },
    originalError: error,
  });
}

function extensionsOf({
  code,
  source,
  retryable,
  retryAfterSeconds,
}: DrawbridgeError): Record<string, unknown> {
  return {
    code,
    ...(source === undefined ? {} : { vendor: source.vendor, account: source.account, retryable }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}
