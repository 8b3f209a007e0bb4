import { Arg, Ctx, Directive, ID, Int, Query, Resolver } from 'type-graphql';
import { toAuditConnection } from '../connections';
import type { GraphContext } from '../context';
import { AuditConnectionType } from '../types/audit';

@Resolver()
export class AuditResolver {
  @Directive('@tag(name: "operators")')
  @Query(() => AuditConnectionType, {
    description:
      'Who did what in the accounts that the caller sees, newest first. Needs the scope audit:read.',
  })
  async auditLog(
    @Ctx() { services, principal }: GraphContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: 'How many: 1 to 500.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor behind which to go on.' })
    after?: string | null,
    @Arg('actor', () => String, { nullable: true, description: 'Only what this one did.' }) actor?:
      | string
      | null,
    @Arg('target', () => ID, { nullable: true, description: 'Only what was done to this.' }) target?:
      | string
      | null,
  ): Promise<ReturnType<typeof toAuditConnection>> {
    const request = {
      first: first ?? 50,
      after: after ?? null,
      actor: actor ?? null,
      target: target ?? null,
    };
    return toAuditConnection(await services.auditLog.page(principal, request));
  }
}
