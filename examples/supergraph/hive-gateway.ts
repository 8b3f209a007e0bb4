import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime, getGraphQLWSOptions } from '@graphql-hive/gateway';
import { type Extra, useServer as serveOperations } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { FORWARDED, type GatewayOptions, type RunningGateway } from './gateway';

/** Serves a supergraph with Hive Gateway, subscriptions included: clients follow them over WebSocket or SSE. */
export async function startHiveGateway(
  supergraph: string,
  { port = 0, quiet = false }: GatewayOptions = {},
): Promise<RunningGateway> {
  const gateway = createGatewayRuntime({
    supergraph,
    logging: quiet ? false : 'warn',
    // Left alone, subscriptions go out by GET, and a thousand ids do not fit into a URL.
    transportEntries: { '*.http': { options: { method: 'POST' } } },
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) =>
        Object.fromEntries(FORWARDED.map((name) => [name, request.headers.get(name) ?? undefined])),
    },
  });
  // Before it has read the supergraph it would answer whoever comes over a socket with an error.
  await gateway.getSchema();
  const server = createServer(gateway);
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const sockets = new WebSocketServer({ server, path: gateway.graphqlEndpoint });
  const connections = serveOperations(
    getGraphQLWSOptions<Record<string, unknown>, Extra>(gateway, ({ extra, connectionParams }) => ({
      request: requestOf(extra.request, connectionParams),
    })),
    sockets,
  );
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}${gateway.graphqlEndpoint}`,
    close: async () => {
      await connections.dispose();
      await gateway[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A socket's opening as the request that its operations go on with: browsers can send their token only in its first message. */
function requestOf(
  { headers, url }: IncomingMessage,
  params: Readonly<Record<string, unknown>> = {},
): Request {
  const request = new Request(`http://${headers.host}${url}`);
  for (const name of FORWARDED) {
    const value = params[name] ?? headers[name];
    if (typeof value === 'string') request.headers.set(name, value);
  }
  return request;
}
