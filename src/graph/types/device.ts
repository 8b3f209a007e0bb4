import { Directive, Field, ObjectType } from 'type-graphql';
import type { Capability } from '../../domain/capability';
import type { Device, DeviceStatus } from '../../domain/device';
import type { Vendor } from '../../domain/vendor';
import { DateTime } from '../scalars';
import { CapabilityEnum, DeviceStatusEnum, VendorEnum } from './enums';
import { NodeType } from './node';

@Directive('@key(fields: "id")')
@Directive('@key(fields: "account vendorDeviceId")')
@Directive('@cacheTag(format: "devices")')
@ObjectType('Device', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'A machine, router or gateway that can be reached from afar, whoever made it.',
})
export class DeviceType extends NodeType implements Device {
  // It never changes, so a neighbour that knows it may tell it too.
  @Directive('@shareable')
  @Field(() => VendorEnum, { description: 'Whose service reaches it.' })
  readonly vendor!: Vendor;

  @Field(() => String, { description: 'The key of the vendor account that it was found in.' })
  readonly account!: string;

  @Field(() => String, { description: "The vendor's own id of it, as its console shows." })
  readonly vendorDeviceId!: string;

  @Field(() => String, { description: 'What its owner calls it.' })
  readonly name!: string;

  @Field(() => DeviceStatusEnum, { description: 'Whether its vendor reaches it now.' })
  readonly status!: DeviceStatus;

  @Field(() => String, { nullable: true, description: 'Null where the vendor does not tell.' })
  readonly serialNumber!: string | null;

  @Field(() => String, { nullable: true, description: 'Null where the vendor does not tell.' })
  readonly macAddress!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The maker’s model name. Null where the vendor does not tell.',
  })
  readonly model!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The version of its firmware. Null where the vendor does not tell.',
  })
  readonly firmwareVersion!: string | null;

  @Field(() => [String], {
    description: 'Labels that its owner gave it at the vendor. Empty where there are none.',
  })
  readonly tags!: readonly string[];

  @Field(() => DateTime, {
    nullable: true,
    description: 'When its vendor last heard of it. Null where it never did.',
  })
  readonly lastSeenAt!: Date | null;

  @Field(() => DateTime, { description: 'When the vendor last told the graph what stands here.' })
  readonly observedAt!: Date;

  @Field(() => [CapabilityEnum], {
    description: 'What its vendor lets the graph do with it. Ask before offering a button.',
  })
  readonly capabilities!: readonly Capability[];
}
