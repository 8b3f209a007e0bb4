import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { showError } from '../graph/errors';
import type { Logger } from '../telemetry/logger';

/** What was thrown, as a caller may see it; what nobody foresaw is logged. */
export type ShowErrors = (thrown: readonly unknown[]) => readonly GraphQLFormattedError[];

/** Makes the one place where errors become what callers see, outside the GraphQL server's own answers. */
export function createShowErrors(logger: Logger): ShowErrors {
  return (thrown) =>
    thrown.map((one) => {
      const { error, surprise } = showError(
        one instanceof GraphQLError ? one.toJSON() : { message: '' },
        one,
      );
      if (surprise !== undefined) logger.error({ err: surprise }, 'something unforeseen went wrong');
      return error;
    });
}
