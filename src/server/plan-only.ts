import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Planner } from '../graph/planner';
import type { ServerContext } from './operation';

/**
 * Answers an operation with its plan in `extensions.plan` in place of carrying it out, for who asked and may know. Who
 * asked and may not is refused: a mutation must not happen because its caller lacks a scope.
 */
export function planOnly(planner: Planner): ApolloServerPlugin<ServerContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ contextValue: { wishes, principal } }) => {
        if (wishes.plan !== true || principal.scopes.has('graph:explain')) return;
        throw new GraphQLError('A plan needs the scope graph:explain, which the caller does not have.', {
          extensions: { code: 'FORBIDDEN', http: { status: 403 } },
        });
      },
      responseForOperation: async ({ document, operation, request, contextValue }) => {
        if (contextValue.wishes.plan !== true) return null;
        const variables = request.variables ?? {};
        const { plan, errors } = await planner.plan({ document, operation, variables }, contextValue);
        return {
          http: { headers: new HeaderMap() },
          body: {
            kind: 'single',
            singleResult: errors === undefined ? { data: null, extensions: { plan } } : { errors },
          },
        };
      },
    }),
  };
}
