import { defineConfig } from '@graphql-hive/gateway';

/*
 * Hive Gateway: hive-gateway supergraph --config-path hive-gateway.config.ts
 * Reference: https://the-guild.dev/graphql/hive/docs/api-reference/gateway-config
 */
export const gatewayConfig = defineConfig({
  // What `rover supergraph compose` wrote. The gateway takes a URL, too, and then looks for a newer one by itself.
  supergraph: './supergraph.graphql',
  // Where clients send operations, and open WebSockets.
  graphqlEndpoint: '/graphql',
  propagateHeaders: {
    // Who asks, how old an answer may be, the name of the request in both logs, and whether its cost is wanted.
    fromClientToSubgraphs: ({ request }) => ({
      authorization: request.headers.get('authorization') ?? undefined,
      'cache-control': request.headers.get('cache-control') ?? undefined,
      'x-request-id': request.headers.get('x-request-id') ?? undefined,
      'x-explain': request.headers.get('x-explain') ?? undefined,
    }),
  },
  // Opening a link waits up to 45 s for a vendor.
  upstreamTimeout: ({ subgraphName }) => (subgraphName === 'drawbridge' ? 60_000 : 30_000),
  // Subscriptions go to Drawbridge as server-sent events, which is this gateway's default: they carry the same headers as
  // any operation. With `subscriptions: { kind: 'ws' }` beside the method they go over WebSocket instead.
  // Left alone, they go out by GET, and a thousand ids do not fit into a URL.
  transportEntries: { drawbridge: { options: { method: 'POST' } } },
  // Clients of the supergraph may not ask for its schema; leave this out where they may.
  disableIntrospection: { disableIf: () => true },
  // The page for people, not for production.
  landingPage: false,
  graphiql: false,
});
