import type { Bounds, OperationPlan, PlannedAccount } from '../services/plan/operation-plan';

const NO_BOUND =
  'No bound: a walk depends on how many devices there are, which --devices says; links of devices on how many ways in ' +
  'they have, which the running service knows of those that it has read (x-explain: plan).';

/** A plan as an operator reads it: a line for each account, and one for each of its routes. */
export function planPage(plan: OperationPlan): string {
  const lines = [
    `This ${plan.operation} makes ${told(plan)}, without logins, as long as nothing fails.`,
    ...plan.accounts.flatMap(accountLines),
    ...(plan.perHour ?? []).map(
      ({ account, most }) =>
        `${account}: polling for it costs ${most === null ? 'what POLL_MIN_SECONDS and POLL_MAX_SECONDS say' : `at most ${most} calls an hour`}`,
    ),
    ...(hasNoBound(plan) ? [NO_BOUND] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function accountLines({ account, calls, quota, ...bounds }: PlannedAccount): string[] {
  const share = quota === null ? '' : `, of ${quota.limit} a month`;
  const width = Math.max(...calls.map(({ method, route }) => method.length + route.length + 1));
  return [
    `${account}: ${told(bounds)}${share}`,
    ...calls.map((call) => `  ${`${call.method} ${call.route}`.padEnd(width)}  ${range(call)}`),
  ];
}

function hasNoBound({ most, operation }: OperationPlan): boolean {
  return most === null && operation !== 'subscription';
}

function told(bounds: Bounds): string {
  if (bounds.most === 0) return 'no vendor call';
  return `${range(bounds)} vendor ${bounds.most === 1 ? 'call' : 'calls'}`;
}

function range({ least, most }: Bounds): string {
  if (most === null) return `${least} or more`;
  return least === most ? String(least) : `${least} to ${most}`;
}
