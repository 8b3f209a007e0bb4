import { SCOPES, type Scope } from '../../../src/domain/principal';
import {
  type Admission,
  OperationGate,
  type OperationRequest,
} from '../../../src/graph/limits/operation-gate';
import { OPERATION_LIMITS } from '../../../src/graph/limits/operation-limits';
import { buildGraph } from '../../../src/graph/schema';

/** Made once: a schema is read-only. */
const { schema } = buildGraph();

/** A caller with scopes. */
export const callerWith = (...scopes: readonly Scope[]) => ({ subject: 'ana', scopes: new Set(scopes) });

/** Whoever may do everything. */
export const EVERYTHING = callerWith(...SCOPES);

export interface GateChoices {
  readonly explore?: 'open' | 'scope';
  readonly trusted?: ReadonlyMap<string, string>;
  readonly cost?: number;
}

/** The gate of a service over the real schema. */
export function openGate({ explore = 'open', trusted, cost = OPERATION_LIMITS.cost }: GateChoices = {}) {
  return new OperationGate({ schema, limits: { ...OPERATION_LIMITS, cost }, explore, trusted });
}

/** What an admission says against an operation: `CODE limit asked/allowed`; nothing where it may run. */
export function refusals(admission: Admission): readonly string[] {
  if (admission.ok) return [];
  return admission.errors.map(({ extensions: { code, limit, asked, allowed } }) =>
    limit === undefined ? String(code) : `${code} ${limit} ${asked}/${allowed}`,
  );
}

/** What a new gate says against an operation. */
export function refused(query: string, request: OperationRequest = {}): readonly string[] {
  return refusals(openGate().admit({ query, ...request }, EVERYTHING));
}
