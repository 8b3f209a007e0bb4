import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContextWillSendResponse,
} from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { type DocumentNode, GraphQLError, Kind, visit } from 'graphql';
import { showError } from '../graph/errors';
import type { Logger } from '../telemetry/logger';
import type { Metrics, OperationOutcome } from '../telemetry/metrics';
import { inlineTrace } from './inline-trace';
import { jsonStatus } from './json-status';
import type { ServerContext } from './operation';
import { type SubscribingOptions, subscribing } from './subscribing';

/** What the GraphQL server is made from. */
export interface ApolloOptions extends SubscribingOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly monotonic: () => number;
  /** `open`: everyone may ask for the schema; `scope`: callers with graph:explore. */
  readonly explore: 'open' | 'scope';
}

/** Makes the GraphQL server. It is served over HTTP elsewhere, and stopped there. */
export function createApollo(options: ApolloOptions): ApolloServer<ServerContext> {
  const { schema, logger } = options;
  return new ApolloServer<ServerContext>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    // A suggestion names a field that exists: where not everyone may know the schema, nobody is told by a typing error.
    hideSchemaDetailsFromClientErrors: options.explore === 'scope',
    stopOnTerminationSignals: false,
    formatError: (formatted, thrown) => {
      const { error, surprise } = showError(formatted, thrown);
      if (surprise !== undefined) logger.error({ err: surprise }, 'something unforeseen went wrong');
      return error;
    },
    logger: {
      debug: () => {},
      info: () => {},
      warn: (message) => logger.warn({}, String(message)),
      error: (message) => logger.error({}, String(message)),
    },
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      report(options),
      explain(),
      ...inlineTrace(),
      guardExploring(options),
      subscribing(options),
      jsonStatus(),
    ],
  });
}

/** One log line and one count for every operation. */
function report({ logger, metrics, monotonic }: ApolloOptions): ApolloServerPlugin<ServerContext> {
  return {
    requestDidStart: async () => {
      const startedAt = monotonic();
      return {
        willSendResponse: async (request) => {
          const durationMs = monotonic() - startedAt;
          const type = request.operation?.operation ?? 'query';
          const outcome = outcomeOf(request);
          metrics.operation({ type, outcome, durationMs });
          logger.info(
            {
              requestId: request.contextValue.requestId,
              subject: request.contextValue.principal.subject,
              operation: request.operationName ?? null,
              type,
              outcome,
              durationMs: Math.round(durationMs),
              vendorCalls: request.contextValue.calls.asked,
            },
            'operation',
          );
        },
      };
    },
  };
}

function outcomeOf({
  response,
  operation,
}: GraphQLRequestContextWillSendResponse<ServerContext>): OperationOutcome {
  if (response.body.kind !== 'single') return 'ok';
  const { data, errors } = response.body.singleResult;
  if (errors === undefined || errors.length === 0) return 'ok';
  if (operation === undefined) return 'refused';
  return data === undefined || data === null ? 'failed' : 'partial';
}

/** What the operation cost, for who asked and may know. */
function explain(): ApolloServerPlugin<ServerContext> {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ response, contextValue }) => {
        const { records } = contextValue.calls;
        if (records === undefined || response.body.kind !== 'single') return;
        const { singleResult } = response.body;
        singleResult.extensions = { ...singleResult.extensions, vendorCalls: records };
      },
    }),
  };
}

/** Refuses to show the schema to callers who may not explore it. */
function guardExploring({ explore }: ApolloOptions): ApolloServerPlugin<ServerContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, contextValue }) => {
        if (explore === 'open' || contextValue.principal.scopes.has('graph:explore')) return;
        if (!asksForSchema(document)) return;
        throw new GraphQLError(
          'Introspection needs the scope graph:explore, which the caller does not have.',
          {
            extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
          },
        );
      },
    }),
  };
}

/** Fields that show the schema: to clients, and to routers. */
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['__schema', '__type', '_service']);

function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    [Kind.FIELD]: ({ name }) => {
      if (SCHEMA_FIELDS.has(name.value)) asks = true;
    },
  });
  return asks;
}
