import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphContext } from '../graph/context';

/** What can be wrong with an operation before it is executed, and is no refusal. */
const MISTAKES: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
]);

/**
 * GraphQL over HTTP: a client that reads `application/json` alone is told of a mistake in its operation with 200, for any
 * proxy may send a 4xx of that type; one that knows `application/graphql-response+json`, or says nothing, with 400.
 */
export function jsonStatus(): ApolloServerPlugin<GraphContext> {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ request, response: { body, http } }) => {
        if (
          body.kind !== 'single' ||
          http.status !== 400 ||
          !readsOnlyJson(request.http?.headers.get('accept'))
        )
          return;
        const { data, errors = [] } = body.singleResult;
        if (data === undefined && errors.every(({ extensions }) => MISTAKES.has(extensions?.['code'])))
          http.status = 200;
      },
    }),
  };
}

function readsOnlyJson(accept = ''): boolean {
  return accept.includes('application/json') && !accept.includes('application/graphql-response+json');
}
