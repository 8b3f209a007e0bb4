import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { withoutEnforcedElsewhere } from './enforced-elsewhere';
import { FORWARDED, type GatewayOptions, type RunningGateway } from './gateway';

/** What every operation carries from the client to the subgraphs. */
interface CallerContext {
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Sends operations to a subgraph as the client that the gateway was asked by. */
class CallersDataSource extends RemoteGraphQLDataSource<CallerContext> {
  override willSendRequest({
    request,
    context,
  }: Parameters<NonNullable<RemoteGraphQLDataSource<CallerContext>['willSendRequest']>>[0]): void {
    for (const name of FORWARDED) {
      const value = context.headers?.[name];
      if (value !== undefined) request.http?.headers.set(name, value);
    }
  }
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Serves a supergraph with Apollo Gateway. It knows queries and mutations; subscriptions need another gateway. */
export async function startApolloGateway(
  supergraphSdl: string,
  { port = 0, quiet = false }: GatewayOptions = {},
): Promise<RunningGateway> {
  const gateway = new ApolloGateway({
    ...(quiet ? { logger: SILENT } : {}),
    supergraphSdl: withoutEnforcedElsewhere(supergraphSdl),
    buildService: ({ url }) => new CallersDataSource({ ...(url === undefined ? {} : { url }) }),
  });
  const server = new ApolloServer<CallerContext>({
    gateway,
    stopOnTerminationSignals: false,
    // Else every error shows callers where in the gateway it was made, unless NODE_ENV says production.
    includeStacktraceInErrorResponses: false,
  });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port },
    context: async ({ req }) => ({
      headers: Object.fromEntries(FORWARDED.map((name) => [name, req.headers[name]?.toString()])),
    }),
  });
  return { url, close: () => server.stop() };
}
