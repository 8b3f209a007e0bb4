import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { showError } from '../graph/errors';
import type { Logger } from '../telemetry/logger';

/**
 * What was thrown, as a caller may see it; what nobody foresaw is logged. With the id of the request where it is given:
 * what goes through the GraphQL server, or is refused over HTTP, is given it there.
 */
export type ShowErrors = (thrown: readonly unknown[], requestId?: string) => readonly GraphQLFormattedError[];

/** An error that is shown as it is. */
export class ShownError extends GraphQLError {
  constructor(readonly shown: GraphQLFormattedError) {
    super(shown.message);
  }
}

/** Makes the one place where errors become what callers see, outside the GraphQL server's own answers. */
export function createShowErrors(logger: Logger): ShowErrors {
  return (thrown, requestId) =>
    thrown.map((one) => {
      // The library of the sockets wraps what ends a subscription.
      const cause = one instanceof GraphQLError && one.originalError ? one.originalError : one;
      if (cause instanceof ShownError) return cause.shown;
      const { error, surprise } = showError(
        one instanceof GraphQLError ? one.toJSON() : { message: '' },
        one,
      );
      if (surprise !== undefined)
        logger.error({ requestId, err: surprise }, 'something unforeseen went wrong');
      return requestId === undefined ? error : { ...error, extensions: { ...error.extensions, requestId } };
    });
}
