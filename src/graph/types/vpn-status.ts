import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars';

@ObjectType('VpnStatus', { simpleResolvers: true, description: 'How the VPN connection of a device stands.' })
export class VpnStatusType {
  @Field(() => Boolean, { description: 'Whether the connection is up.' })
  readonly connected!: boolean;

  @Field(() => String, { nullable: true, description: 'Its address in the VPN. Null while not connected.' })
  readonly ipAddress!: string | null;

  @Field(() => DateTime, { description: 'When the vendor told.' })
  readonly checkedAt!: Date;
}
