import { createHash } from 'node:crypto';
import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import type { Principal } from '../../domain/principal';
import { weighOperation } from './operation-cost';
import type { OperationLimits } from './operation-limits';
import { PersistedDocuments, persistedError } from './persisted-documents';
import { type PreparedDocument, PreparedDocuments } from './prepared-documents';

/** What the rules before execution are made from. */
export interface OperationGateOptions {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits;
  /** `open`: everyone may ask for the schema; `scope`: callers with graph:explore. */
  readonly explore: 'open' | 'scope';
  /** The only documents that are executed, by name; undefined: any. */
  readonly trusted?: ReadonlyMap<string, string> | undefined;
}

/** An operation as a caller sends it, by whatever way. */
export interface OperationRequest {
  readonly query?: string | null | undefined;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Whether an operation may run: with its document and cost, or with the reasons against it, each with its code. */
export type Admission =
  | { readonly ok: true; readonly document: DocumentNode; readonly cost: number }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] };

/** The one set of rules that every operation meets before it runs, by HTTP, WebSocket and server-sent events alike. */
export class OperationGate {
  readonly documents: PreparedDocuments;
  readonly persisted: PersistedDocuments;

  constructor(private readonly options: OperationGateOptions) {
    this.persisted = new PersistedDocuments(options.trusted);
    this.documents = new PreparedDocuments(options.schema, options.limits, this.persisted);
  }

  /** All rules at once, for ways in that have none of their own. */
  admit(request: OperationRequest, principal: Principal): Admission {
    try {
      const text = this.#textOf(request);
      const prepared = this.documents.prepare(text);
      const { document, errors } = prepared;
      if (document === undefined || errors.length > 0) return { ok: false, errors };
      const cost = this.check(prepared, request, principal);
      if (nameOf(request) !== undefined) this.persisted.keep(sha256(text), text);
      return { ok: true, document, cost };
    } catch (thrown) {
      if (thrown instanceof GraphQLError) return { ok: false, errors: [thrown] };
      throw thrown;
    }
  }

  /** What depends on who asks, and for what: answers the cost. Throws a GraphQLError with its code. */
  check(
    { document, introspects }: PreparedDocument,
    { operationName, variables }: OperationRequest,
    principal: Principal,
  ): number {
    if (introspects && !this.mayExplore(principal)) {
      throw new GraphQLError('Introspection needs the scope graph:explore, which the caller does not have.', {
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      });
    }
    if (document === undefined) return 0;
    return weighOperation(this.options.schema, this.options.limits, { document, operationName, variables });
  }

  /** Whether a caller may know the schema: by introspection, by the playground, by suggestions in messages. */
  mayExplore({ scopes }: Principal): boolean {
    return this.options.explore === 'open' || scopes.has('graph:explore');
  }

  #textOf(request: OperationRequest): string {
    const name = nameOf(request);
    const text = request.query ?? (name === undefined ? undefined : this.persisted.find(name));
    if (text === undefined) {
      if (name !== undefined) throw persistedError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
      throw persistedError(
        'BAD_USER_INPUT',
        'An operation is sent as `query`, or named by a persisted query.',
      );
    }
    if (request.query && name !== undefined && this.persisted.find(name) !== text && sha256(text) !== name) {
      throw persistedError('BAD_USER_INPUT', 'The sha256Hash is not the SHA-256 of the query.');
    }
    return text;
  }
}

/** The name of a persisted document, as Apollo's clients send it. */
function nameOf({ extensions }: OperationRequest): string | undefined {
  const persisted = extensions?.['persistedQuery'];
  if (typeof persisted !== 'object' || persisted === null || !('sha256Hash' in persisted)) return undefined;
  return typeof persisted.sha256Hash === 'string' ? persisted.sha256Hash : undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
