import type { OperationPlan } from '../../src/services/plan/operation-plan';
import type { Calls } from '../graph/call-budget-table';
import type { TestService } from '../support/service';

/** Asks for a plan. Throws where there is none. */
export async function planOf(
  service: TestService,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<OperationPlan> {
  const answer = await service.query(query, { variables, headers: { 'x-explain': 'plan', ...headers } });
  const plan = answer.extensions?.plan;
  if (plan === undefined) throw new Error(`${query}\n${JSON.stringify(answer)}`);
  return plan;
}

/** What is wrong with a plan, held against what was really called; undefined: nothing. */
export function broken(plan: OperationPlan, made: Calls): string | undefined {
  for (const [account, calls] of Object.entries(made)) {
    const planned = plan.accounts.find((own) => own.account === account) ?? { least: 0, most: 0 };
    if (calls < planned.least || (planned.most !== null && calls > planned.most)) {
      return `${account}: ${calls} calls, and ${planned.least} to ${planned.most} planned`;
    }
  }
  return undefined;
}
