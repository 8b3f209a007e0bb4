import type { ApolloServerPlugin, GraphQLRequestContextResponseForOperation } from '@apollo/server';
import {
  createSourceEventStream,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import { badInput } from '../domain/errors';
import { toGraphQLError } from '../graph/errors';
import type { EventGroups } from './event-groups';
import type { ServerContext } from './operation';
import type { ShowErrors } from './shown-errors';

/** What subscriptions are opened with. */
export interface SubscribingOptions {
  readonly schema: GraphQLSchema;
  readonly groups: EventGroups;
  readonly showErrors: ShowErrors;
}

type Requested = GraphQLRequestContextResponseForOperation<ServerContext>;

const NO_EVENTS_HERE = toGraphQLError(
  badInput(
    'A subscription is followed over a WebSocket, or with the header "accept: text/event-stream": a plain request has one answer only.',
  ),
  400,
);

const READS_ONLY = toGraphQLError(badInput('A GET request changes nothing: send mutations with POST.'), 405);

/**
 * Opens subscriptions where the GraphQL server would execute, so that whatever it checks before that holds for them
 * too. The way in finds the events in its context.
 */
export function subscribing(options: SubscribingOptions): ApolloServerPlugin<ServerContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation, contextValue: { way, wishes } }) => {
        const follows = operation?.operation === 'subscription' && wishes.plan !== true;
        if (follows && way === undefined) throw NO_EVENTS_HERE;
        if (operation?.operation === 'mutation' && way?.readsOnly === true) throw READS_ONLY;
      },
      responseForOperation: async (requested) => {
        // Where several operations are sent and none is named, there is none; what follows says so.
        const type: string | undefined = requested.operation?.operation;
        if (type !== 'subscription') return null;
        const singleResult = await open(requested, options);
        const { http } = requested.response;
        if (singleResult.data === undefined) http.status = 400;
        return { http, body: { kind: 'single', singleResult } };
      },
    }),
  };
}

async function open(
  { request, document, operation, queryHash, source, contextValue }: Requested,
  { schema, groups, showErrors }: SubscribingOptions,
): Promise<FormattedExecutionResult> {
  const { way, principal, requestId, wishes } = contextValue;
  const { operationName } = request;
  const variables = declaredOf(operation, request.variables ?? {});
  const { errors: wrong } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (wrong !== undefined) return { errors: showErrors(wrong.map(asBadInput)) };
  try {
    await way?.admit?.();
    const subscribed = groups.withSharedVariables({
      document,
      documentHash: queryHash ?? source,
      ...(operationName === undefined ? {} : { operationName }),
      variables,
      principal,
      requestId,
      wishes,
    });
    const happenings = await createSourceEventStream({
      schema,
      document,
      contextValue,
      variableValues: subscribed.variables,
      operationName: operationName ?? null,
    });
    if (!(Symbol.asyncIterator in happenings)) return { errors: showErrors(happenings.errors ?? []) };
    if (way !== undefined) {
      way.events = groups.open(happenings[Symbol.asyncIterator](), subscribed, way.ended);
    }
    return { data: null };
  } catch (thrown) {
    return { errors: showErrors([thrown]) };
  }
}

/** What the operation asks for, and nothing that came beside it: that would be kept as long as the subscription is. */
function declaredOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  sent: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const names = variableDefinitions.map(({ variable }) => variable.name.value);
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(sent, name)).map((name) => [name, sent[name]]),
  );
}

function asBadInput({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } });
}
