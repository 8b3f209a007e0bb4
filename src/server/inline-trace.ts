import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import type { GraphContext } from '../graph/context';

/**
 * Traces for routers: with the header `apollo-federation-include-trace: ftv1` the answer tells how long each field took,
 * in `extensions.ftv1`. Only callers with graph:explain get one; without it the header changes nothing. Messages of
 * errors are masked in it.
 */
export function inlineTrace(): readonly ApolloServerPlugin<GraphContext>[] {
  const trace: ApolloServerPlugin = ApolloServerPluginInlineTrace();
  return [
    // Left alone, Apollo Server gives every caller of a subgraph a trace.
    ApolloServerPluginInlineTraceDisabled(),
    {
      requestDidStart: async (request) =>
        request.contextValue.principal.scopes.has('graph:explain')
          ? trace.requestDidStart?.(request)
          : undefined,
    },
  ];
}
