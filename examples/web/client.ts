import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';

/** How a page reaches Drawbridge. */
export interface DashboardClientOptions {
  /** Where operations are sent: https://drawbridge.example.com/graphql. */
  readonly url: string;
  /** Asked before each operation and each connection. Undefined: none is sent. */
  readonly token?: () => Promise<string>;
  /** Default: the browser's. */
  readonly webSocketImpl?: unknown;
}

/** An Apollo Client that asks over HTTP and follows over a WebSocket, which it opens when something is followed. */
export function createDashboardClient({ url, token, webSocketImpl }: DashboardClientOptions): ApolloClient {
  const authorization = async (): Promise<Record<string, string>> =>
    token === undefined ? {} : { authorization: `Bearer ${await token()}` };
  const withToken = new SetContextLink(async ({ headers }) => ({
    headers: { ...headers, ...(await authorization()) },
  }));
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    // A connection is refused with 4403 when its token has run out: the next one brings another.
    connectionParams: authorization,
    keepAlive: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, waitMs(retries))),
    ...(webSocketImpl === undefined ? {} : { webSocketImpl }),
  });
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      withToken.concat(new HttpLink({ uri: url })),
    ),
  });
  // What ended while the line was cut is told by no event: every list that is shown is asked for again.
  let connections = 0;
  socket.on('connected', () => {
    connections += 1;
    if (connections > 1) void client.refetchQueries({ include: 'active' });
  });
  return client;
}

/** Twice as long each time, up to half a minute, and never the same for two pages. */
function waitMs(retries: number): number {
  return Math.min(30_000, 250 * 2 ** retries) * (0.5 + Math.random() / 2);
}
