import { type ApolloServerPlugin, type GraphQLResponse, HeaderMap } from '@apollo/server';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { DrawbridgeError } from '../domain/errors';
import { showError, toGraphQLError } from '../graph/errors';
import type { CallerLimits } from '../graph/limits/caller-limits';
import type { OperationGate } from '../graph/limits/operation-gate';
import type { ServerContext } from './operation';

/** A key-value store as Apollo Server takes it. */
interface Store<T> {
  get(key: string): Promise<T | undefined>;
  set(key: string, value: T): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Stands for a document that was refused: Apollo Server asks nothing with it, and the refusal is answered. */
export const REFUSED_DOCUMENT: DocumentNode = parse('{ __typename }', { noLocation: true });

/**
 * Documents as {@link holdToRules} prepared them: Apollo Server, which finds one here, neither parses nor validates by
 * itself, so that the rules are the same for every way in, and what is refused is refused before it costs anything.
 */
export function preparedStore({ documents }: OperationGate): Store<DocumentNode> {
  return {
    get: async (key) => {
      const prepared = documents.find(key.slice(key.indexOf(':') + 1));
      if (prepared === undefined) return undefined;
      return prepared.errors.length > 0 ? REFUSED_DOCUMENT : prepared.document;
    },
    set: async () => {},
    delete: async () => {},
  };
}

/** Texts of persisted documents. */
export function persistedStore({ persisted }: OperationGate): Store<string> {
  const nameOf = (key: string): string => key.slice(key.indexOf(':') + 1);
  return {
    get: async (key) => persisted.find(nameOf(key)),
    set: async (key, text) => persisted.keep(nameOf(key), text),
    delete: async () => {},
  };
}

/** Holds every operation over HTTP to the rules of the gate. */
export function holdToRules(
  gate: OperationGate,
  callerLimits: CallerLimits,
): ApolloServerPlugin<ServerContext> {
  return {
    requestDidStart: async () => {
      let errors: readonly GraphQLError[] = [];
      return {
        didResolveSource: async ({ source, queryHash }) => {
          errors = gate.documents.byHash(queryHash, source).errors;
        },
        didResolveOperation: async (context) => {
          if (errors.length > 0) return;
          const prepared = gate.documents.byHash(context.queryHash, context.source);
          const { principal } = context.contextValue;
          const { operationName, variables } = context.request;
          try {
            callerLimits.spend(principal, gate.check(prepared, { operationName, variables }, principal));
          } catch (thrown) {
            throw withStatus(thrown);
          }
        },
        responseForOperation: async () => (errors.length === 0 ? null : refusal(errors)),
      };
    },
  };
}

function refusal(errors: readonly GraphQLError[]): GraphQLResponse {
  return {
    http: { status: 400, headers: new HeaderMap() },
    body: {
      kind: 'single',
      singleResult: { errors: errors.map((error) => showError(error.toJSON(), error).error) },
    },
  };
}

/** The error with its HTTP status: 400 for what breaks a rule, 429 for what is one too many. */
function withStatus(thrown: unknown): unknown {
  if (thrown instanceof DrawbridgeError) {
    const headers = new HeaderMap([['retry-after', String(thrown.retryAfterSeconds ?? 1)]]);
    return toGraphQLError(thrown, 429, headers);
  }
  if (!(thrown instanceof GraphQLError)) return thrown;
  return new GraphQLError(thrown.message, { extensions: { ...thrown.extensions, http: { status: 400 } } });
}
