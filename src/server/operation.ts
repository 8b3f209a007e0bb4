import type { ApolloServer } from '@apollo/server';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import { asDrawbridgeError } from '../domain/errors';
import {
  type Caller,
  createContext,
  type GraphContext,
  type OperationWishes,
  type Services,
} from '../graph/context';
import type { CallerLimits } from '../graph/limits/caller-limits';
import type { BoundedLog } from '../telemetry/bounded-log';
import type { Tracing } from '../telemetry/tracing';
import type { ShowErrors } from './shown-errors';

/** One operation as a caller sends it, by whichever way in. */
export interface OperationRequest {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

/** Who asks, for what, and how. */
export interface Asked extends Caller {
  readonly request: OperationRequest;
  readonly wishes: OperationWishes;
  readonly way?: WayIn;
}

/** What a way in that can carry events allows. */
export interface WayIn {
  /** True: a mutation is refused, for the way in must change nothing. */
  readonly readsOnly?: boolean;
  /** Called before a subscription begins; throws a DrawbridgeError where it must not. */
  readonly admit?: () => Promise<void>;
  /** Called once, when a subscription that was opened is over. */
  readonly ended?: () => void;
}

/** An answer, or one event of a subscription, as it is sent. */
export type OperationResult = FormattedExecutionResult;

/** The events of one subscription. Throws where it failed; a `ShowErrors` tells how to say so. */
export type EventStream = AsyncIterableIterator<OperationResult>;

/** What became of an operation. */
export type OperationAnswer =
  | { readonly kind: 'result'; readonly result: OperationResult }
  | { readonly kind: 'events'; readonly events: EventStream }
  | Refusal;

/** Not begun: not readable, not valid, not allowed, too expensive, or a subscription that could not be opened. */
export interface Refusal {
  readonly kind: 'refused';
  readonly errors: readonly GraphQLFormattedError[];
  /** Of HTTP, 400 or more. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/** The context of an operation with what its way in adds. No `way`: it cannot carry events. */
export interface ServerContext extends GraphContext {
  readonly way?: WayIn & { events?: EventStream };
}

/** Runs one operation for a way in that can carry events. Never throws. */
export type RunOperation = (asked: Asked) => Promise<OperationAnswer>;

/** What operations are run with. */
export interface OperationTools {
  readonly apollo: ApolloServer<ServerContext>;
  readonly services: Services;
  readonly showErrors: ShowErrors;
  readonly callerLimits: CallerLimits;
  /** Told of what was refused before the GraphQL server saw it. */
  readonly refusals: BoundedLog;
  readonly tracing: Tracing;
}

/**
 * Makes what runs operations that do not come by plain HTTP. They go through the same rules as those that do: all are
 * read, checked, allowed, counted and logged by the GraphQL server and its plugins.
 */
export function createRunOperation(tools: OperationTools): RunOperation {
  return async (asked) => {
    let end: () => void;
    try {
      end = tools.callerLimits.begin(asked.principal);
    } catch (thrown) {
      const headers = new Map([['retry-after', String(asDrawbridgeError(thrown).retryAfterSeconds ?? 1)]]);
      const { requestId } = asked;
      tools.refusals({ requestId, codes: [asDrawbridgeError(thrown).code] }, 'a request was refused');
      return { kind: 'refused', errors: tools.showErrors([thrown], requestId), status: 429, headers };
    }
    // A subscription that was opened runs no more: what it costs is bounded by how many a caller may follow.
    return tools.tracing.operation(undefined, () => run(asked, tools)).finally(end);
  };
}

async function run(
  { request, wishes, way = {}, ...caller }: Asked,
  { apollo, services, showErrors }: OperationTools,
): Promise<OperationAnswer> {
  const carried: WayIn & { events?: EventStream } = { ...way };
  const context = createContext(services, caller, wishes);
  const contextValue: ServerContext = Object.assign(context, { way: carried });
  try {
    const { body, http } = await apollo.executeOperation(request, { contextValue });
    if (carried.events !== undefined) return { kind: 'events', events: carried.events };
    if (body.kind !== 'single') throw new Error('nobody asked for an answer in parts');
    const { data, errors = [], extensions } = body.singleResult;
    if (data === undefined) {
      return { kind: 'refused', errors, status: http.status ?? 400, headers: http.headers };
    }
    const shown = { ...(errors.length > 0 ? { errors } : {}), ...(extensions ? { extensions } : {}) };
    return { kind: 'result', result: { data, ...shown } };
  } catch (thrown) {
    await carried.events?.return?.();
    return {
      kind: 'refused',
      errors: showErrors([thrown], caller.requestId),
      status: 500,
      headers: new Map(),
    };
  }
}

const RECORD = z.record(z.string(), z.unknown()).nullish();

const REQUEST = z.object({
  query: z.string().nullish(),
  operationName: z.string().nullish(),
  variables: RECORD,
  extensions: RECORD,
});

/** An operation from what a caller sent; undefined where it is none. */
export function readOperation(sent: unknown): OperationRequest | undefined {
  const read = REQUEST.safeParse(sent);
  if (!read.success) return undefined;
  const { query, operationName, variables, extensions } = read.data;
  return {
    // A persisted operation is named by its hash alone, and some clients send an empty text beside it.
    ...(query ? { query } : {}),
    ...(operationName ? { operationName } : {}),
    ...(variables ? { variables } : {}),
    ...(extensions ? { extensions } : {}),
  };
}
