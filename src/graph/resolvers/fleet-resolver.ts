import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Directive, FieldResolver, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { FleetCount, FleetPart, FleetSummary } from '../../services/fleet-service';
import type { GraphContext } from '../context';
import { selectedFields } from '../selection';
import { FleetCountType, FleetSummaryType } from '../types/fleet-summary';
import { DeviceFilterInput } from '../types/inputs';
import { VendorAccountType } from '../types/vendor-account';

/** Which part of the summary a field needs. */
const PART_OF: ReadonlyMap<string, FleetPart> = new Map<string, FleetPart>([
  ['totalDevices', 'total'],
  ['byVendor', 'total'],
  ['problems', 'total'],
  ['byStatus', 'devices'],
  ['byModel', 'devices'],
  ['vpnConnected', 'vpn'],
]);

@Resolver(() => FleetSummaryType)
export class FleetResolver {
  @Query(() => FleetSummaryType, { description: 'The fleet at a glance. Only what is selected is counted.' })
  fleet(
    @Ctx() { services, principal, reading }: GraphContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('filter', () => DeviceFilterInput, { nullable: true, description: 'Only devices that meet it.' })
    filter?: DeviceFilterInput | null,
  ): Promise<FleetSummary> {
    const parts = [...selectedFields(info)].flatMap((field) => PART_OF.get(field) ?? []);
    return services.fleet.summary(principal, filter ?? {}, new Set(parts), reading);
  }

  @Directive('@tag(name: "operators")')
  @Query(() => [VendorAccountType], { description: 'How each configured vendor account is doing.' })
  vendorAccounts(@Ctx() { services, principal }: GraphContext): VendorAccountType[] {
    return services.fleet.accounts(principal).map((account) => ({
      account: account.key,
      vendor: account.vendor,
      circuit: account.circuit(),
      quota: account.quota(),
      ...account.health(),
    }));
  }

  @FieldResolver(() => [FleetCountType], { description: 'Devices by model, the most frequent first.' })
  byModel(
    @Root() summary: FleetSummary,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'How many models at most.' })
    first: number | null,
  ): readonly FleetCount[] {
    return summary.byModel(first ?? 20);
  }

  @FieldResolver(() => Int, { description: 'Links that are usable now, as far as the graph knows.' })
  activeSessions(@Root() summary: FleetSummary): Promise<number> {
    return summary.activeSessions();
  }

  @FieldResolver(() => Int, { description: 'Links that are usable now and end within so many seconds.' })
  sessionsExpiringWithin(
    @Root() summary: FleetSummary,
    @Arg('seconds', () => Int, { description: 'From now on.' }) seconds: number,
  ): Promise<number> {
    return summary.sessionsExpiringWithin(seconds);
  }
}
