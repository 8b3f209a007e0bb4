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
  const code = isRefused(thrown)
    ? 'BAD_USER_INPUT'
    : (ERROR_CODES.find((known) => known === given) ?? TRANSLATED[given]);
  if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR') {
    const extensions = { code, ...figuresOf(formatted) };
    return { error: { message: formatted.message, ...place, extensions } };
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

/** True for what the GraphQL server refuses with a status of 4xx and no code of its own. */
function isRefused(thrown: unknown): boolean {
  if (!(thrown instanceof GraphQLError) || thrown.extensions['code'] !== undefined) return false;
  const http = thrown.extensions['http'];
  const status = typeof http === 'object' && http !== null && 'status' in http ? Number(http.status) : 500;
  return status >= 400 && status < 500;
}

/** Who is shown errors, and of which request. */
export interface ErrorReader {
  readonly requestId: string;
  /** True: may know the schema, so that a message may name what was meant. */
  readonly mayExplore: boolean;
}

/**
 * Errors as {@link showError} made them, for one reader: with the id of the request, which the log has too, and without
 * suggestions for whoever may not know the schema.
 */
export function errorsFor(
  { requestId, mayExplore }: ErrorReader,
  shown: readonly GraphQLFormattedError[],
): readonly GraphQLFormattedError[] {
  return shown.map(({ message, extensions, ...rest }) => ({
    message: mayExplore ? message : withoutSuggestion(message),
    ...rest,
    extensions: { ...extensions, requestId },
  }));
}

/** Both the validation of documents and the reading of variables end with it, where they know a name that is near. */
function withoutSuggestion(message: string): string {
  return message.replace(/[;,]? ?Did you mean .*\?\s*$/s, '');
}

/** The figures of an operation that was too large: which limit, what was asked, what is allowed. */
function figuresOf({ extensions = {} }: GraphQLFormattedError): Record<string, unknown> {
  const figures = ['limit', 'asked', 'allowed'].filter((name) => extensions[name] !== undefined);
  return Object.fromEntries(figures.map((name) => [name, extensions[name]]));
}

/** The error in the form in which the GraphQL server throws it before an operation runs, with HTTP status and headers. */
export function toGraphQLError(
  error: DrawbridgeError,
  status: number,
  headers?: ReadonlyMap<string, string>,
): GraphQLError {
  const http = { status, ...(headers === undefined ? {} : { headers }) };
  // The server takes headers as a Map, where the types of another package would have a record.
  const extensions: Record<string, unknown> = { ...extensionsOf(error), http };
  return new GraphQLError(error.message, { extensions, originalError: error });
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
