import { Field, Int, ObjectType } from 'type-graphql';
import type { AccountProblem } from '../../services/account-problem';
import type { FleetCount } from '../../services/fleet-service';
import { AccountProblemType } from './account-problem';

@ObjectType('FleetCount', {
  simpleResolvers: true,
  description: 'How many devices have one value in common.',
})
export class FleetCountType {
  @Field(() => String, { description: 'The value: a vendor, a status, a model.' })
  readonly value!: string;

  @Field(() => Int, { description: 'How many, of those that could be read.' })
  readonly count!: number;
}

@ObjectType('FleetSummary', {
  simpleResolvers: true,
  description: "The fleet at a glance, for a dashboard or an analyst's first question.",
})
export class FleetSummaryType {
  @Field(() => Int, { description: 'Devices of all accounts that could be read.' })
  readonly totalDevices!: number;

  @Field(() => [FleetCountType], { description: 'Devices by whose service reaches them.' })
  readonly byVendor!: readonly FleetCount[];

  @Field(() => [FleetCountType], {
    description: 'Devices by whether they can be reached; statuses without any are left out.',
  })
  readonly byStatus!: readonly FleetCount[];

  @Field(() => Int, {
    nullable: true,
    description: "Gateways with a VPN connection up; null where none of the filter's vendors has a VPN.",
  })
  readonly vpnConnected!: number | null;

  @Field(() => [AccountProblemType], {
    description: 'Accounts that could not be counted. Empty when all is well.',
  })
  readonly problems!: readonly AccountProblem[];
}
