import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContextWillSendResponse,
} from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { ErrorCode } from '../domain/errors';
import { errorsFor, showError } from '../graph/errors';
import type { CallerLimits } from '../graph/limits/caller-limits';
import type { OperationGate } from '../graph/limits/operation-gate';
import type { Planner } from '../graph/planner';
import type { Logger } from '../telemetry/logger';
import type { Metrics, OperationOutcome } from '../telemetry/metrics';
import type { Tracing } from '../telemetry/tracing';
import { nothingLeavesUnasked } from './apollo-silence';
import { inlineTrace } from './inline-trace';
import { jsonStatus } from './json-status';
import type { ServerContext } from './operation';
import { holdToRules, persistedStore, preparedStore, REFUSED_DOCUMENT } from './operation-rules';
import { planOnly } from './plan-only';
import { type SubscribingOptions, subscribing } from './subscribing';

/** What the GraphQL server is made from. */
export interface ApolloOptions extends SubscribingOptions {
  readonly planner: Planner;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly monotonic: () => number;
  /** The rules that every operation meets before it runs. */
  readonly gate: OperationGate;
  readonly callerLimits: CallerLimits;
  /** True: a request may hold several operations. */
  readonly batching: boolean;
}

/** Makes the GraphQL server. It is served over HTTP elsewhere, and stopped there. */
export function createApollo(options: ApolloOptions): ApolloServer<ServerContext> {
  const { schema, logger, gate, callerLimits } = options;
  return new ApolloServer<ServerContext>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: options.batching,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    documentStore: preparedStore(gate),
    persistedQueries: { cache: persistedStore(gate) },
    formatError: (formatted, thrown) => showError(formatted, thrown).error,
    logger: {
      debug: () => {},
      info: () => {},
      warn: (message) => logger.warn({}, String(message)),
      error: (message) => logger.error({}, String(message)),
    },
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ...nothingLeavesUnasked(),
      stopAbandoned(),
      ...inlineTrace(),
      holdToRules(gate, callerLimits),
      planOnly(options.planner),
      subscribing(options),
      jsonStatus(),
      // From here on in this order: what is reported is what is sent.
      address(gate),
      explain(),
      report(options),
    ],
  });
}

/** A caller names its operations as it likes; so much of it helps a reader. */
const LONGEST_NAME = 200;

/** One log line and one count for every operation, and a line for what nobody foresaw. */
function report({ logger, metrics, tracing, monotonic }: ApolloOptions): ApolloServerPlugin<ServerContext> {
  return {
    requestDidStart: async () => {
      const startedAt = monotonic();
      return {
        didEncounterErrors: async ({ errors, contextValue: { requestId } }) => {
          for (const error of errors) {
            const { surprise } = showError(error.toJSON(), error);
            if (surprise === undefined) continue;
            logger.error({ requestId, path: error.path, err: surprise }, 'something unforeseen went wrong');
          }
        },
        willSendResponse: async (request) => {
          const durationMs = monotonic() - startedAt;
          const type = request.operation?.operation ?? 'query';
          const outcome = outcomeOf(request);
          const codes = codesOf(request);
          metrics.operation({ type, outcome, durationMs });
          const operation = request.operationName?.slice(0, LONGEST_NAME) ?? null;
          tracing.describe({ type, name: operation, outcome });
          logger.info(
            {
              requestId: request.contextValue.requestId,
              subject: request.contextValue.principal.subject,
              operation,
              type,
              outcome,
              ...(codes.length === 0 ? {} : { codes }),
              durationMs: Math.round(durationMs),
              vendorCalls: request.contextValue.calls.asked,
            },
            'operation',
          );
        },
      };
    },
    unexpectedErrorProcessingRequest: async ({ error, requestContext }) => {
      const { requestId } = requestContext.contextValue;
      logger.error({ requestId, err: error }, 'an operation could not be answered');
    },
  };
}

/** Codes with which the answer is no, whoever is asked: for what was asked, or by whom. */
const REFUSALS: ReadonlySet<unknown> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'UNSUPPORTED_BY_VENDOR',
  'POLICY_VIOLATION',
  'DEVICE_OFFLINE',
  'IDEMPOTENCY_CONFLICT',
]);

function outcomeOf(request: GraphQLRequestContextWillSendResponse<ServerContext>): OperationOutcome {
  const { response, document } = request;
  const codes = codesOf(request);
  if (response.body.kind !== 'single' || codes.length === 0) return 'ok';
  const { data } = response.body.singleResult;
  if (data === undefined || document === REFUSED_DOCUMENT) return 'refused';
  if (data !== null && Object.values(data).some(holdsSomething)) return 'partial';
  return codes.every((code) => REFUSALS.has(code)) ? 'refused' : 'failed';
}

/** Entities that a gateway asks for come as a list, also where there is none. */
function holdsSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 || value.some((one) => one !== null) : value !== null;
}

/** The codes of the errors that are sent, each once. */
function codesOf({
  response: { body },
}: GraphQLRequestContextWillSendResponse<ServerContext>): readonly unknown[] {
  const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
  return [...new Set(errors?.map(({ extensions }) => extensions?.['code']))];
}

/** Errors as this caller may read them, with the id of the request. */
function address(gate: OperationGate): ApolloServerPlugin<ServerContext> {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ response: { body }, contextValue: { requestId, principal } }) => {
        if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
        const reader = { requestId, mayExplore: gate.mayExplore(principal) };
        body.singleResult.errors = errorsFor(reader, body.singleResult.errors);
      },
    }),
  };
}

/** A read stops once its caller has left. */
function stopAbandoned(): ApolloServerPlugin<ServerContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation, contextValue }) => {
        if (operation?.operation === 'query') contextValue.presence.markAsRead();
      },
    }),
  };
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
