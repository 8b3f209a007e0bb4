import { Field, ID, InputType } from 'type-graphql';
import type { DeviceStatus } from '../../domain/device';
import type { SessionStatus } from '../../domain/session';
import type { Vendor } from '../../domain/vendor';
import type { DeviceFilter, DeviceOrder } from '../../services/device-filter';
import type { SessionFilter } from '../../services/session-list';
import { DateTime } from '../scalars';
import {
  DeviceOrderFieldEnum,
  DeviceStatusEnum,
  OrderDirectionEnum,
  SessionStatusEnum,
  VendorEnum,
} from './enums';

@InputType('DeviceFilter', {
  description:
    'Which devices are wanted: those that meet every condition. A list that is empty or left out does not restrict.',
})
export class DeviceFilterInput implements DeviceFilter {
  @Field(() => [VendorEnum], { nullable: true, description: 'Of one of these vendors.' })
  readonly vendor?: Vendor[];

  @Field(() => [String], { nullable: true, description: 'In one of these accounts, by key.' })
  readonly account?: string[];

  @Field(() => [DeviceStatusEnum], { nullable: true, description: 'In one of these states.' })
  readonly status?: DeviceStatus[];

  @Field(() => String, {
    nullable: true,
    description: 'Case-insensitive, anywhere in name, serial number, MAC address, model or vendor id.',
  })
  readonly search?: string;

  @Field(() => [String], { nullable: true, description: 'With one of these tags, written exactly so.' })
  readonly tag?: string[];
}

@InputType('DeviceOrder', { description: 'The order of a list of devices. Ties are ordered by id.' })
export class DeviceOrderInput implements DeviceOrder {
  @Field(() => DeviceOrderFieldEnum, { description: 'By what.' })
  readonly field!: DeviceOrder['field'];

  @Field(() => OrderDirectionEnum, { defaultValue: 'ASC', description: 'Which way.' })
  readonly direction!: DeviceOrder['direction'];
}

@InputType('SessionFilter', {
  description:
    'Which sessions are wanted: those that meet every condition. A list that is empty or left out does not restrict.',
})
export class SessionFilterInput implements SessionFilter {
  @Field(() => [SessionStatusEnum], { nullable: true, description: 'In one of these states.' })
  readonly status?: SessionStatus[];

  @Field(() => [ID], { nullable: true, description: 'Into one of these devices, by id.' })
  readonly device?: string[];

  @Field(() => [VendorEnum], { nullable: true, description: 'Of one of these vendors.' })
  readonly vendor?: Vendor[];

  @Field(() => [String], { nullable: true, description: 'Asked for by one of these callers.' })
  readonly createdBy?: string[];

  @Field(() => DateTime, { nullable: true, description: 'Ending, or ended, before this instant.' })
  readonly expiresBefore?: Date;
}
