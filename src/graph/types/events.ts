import { Field, Int, ObjectType } from 'type-graphql';
import type { DeviceStatus } from '../../domain/device';
import type { SessionEventType } from '../../domain/session-event';
import { DateTime } from '../scalars';
import { DeviceType } from './device';
import { DeviceStatusEnum, SessionEventTypeEnum } from './enums';
import { SessionType } from './session';
import { VpnStatusType } from './vpn-status';

@ObjectType('SessionEvent', {
  simpleResolvers: true,
  description:
    'Something that happened to a link. It carries its whole state: one that is missed costs nothing.',
})
export class SessionEventObject {
  @Field(() => SessionEventTypeEnum, { description: 'What happened.' })
  readonly type!: SessionEventType;

  @Field(() => SessionType, { description: 'The link as it stands since then.' })
  readonly session!: SessionType;

  @Field(() => Int, {
    nullable: true,
    description:
      'Whole seconds left when it happened; with EXPIRING the number that was asked for. Null where it has no end.',
  })
  readonly secondsRemaining!: number | null;

  @Field(() => DateTime, { description: 'When it happened, or was found.' })
  readonly at!: Date;
}

@ObjectType('VpnEvent', { simpleResolvers: true, description: 'How the VPN connection of a device stands.' })
export class VpnEventObject {
  @Field(() => VpnStatusType, { description: 'How it stands since then.' })
  readonly vpnStatus!: VpnStatusType;

  @Field(() => DateTime, { description: 'When it changed, or was found so.' })
  readonly at!: Date;
}

@ObjectType('DeviceStatusEvent', {
  simpleResolvers: true,
  description: 'The vendor of a device says something else than before of whether it reaches the device.',
})
export class DeviceStatusEventObject {
  @Field(() => DeviceType, { description: 'The device as it stands since then.' })
  readonly device!: DeviceType;

  @Field(() => DeviceStatusEnum, { description: 'How it stood before.' })
  readonly previous!: DeviceStatus;

  @Field(() => DeviceStatusEnum, { description: 'How it stands since then.' })
  readonly status!: DeviceStatus;

  @Field(() => DateTime, { description: 'When the vendor told.' })
  readonly at!: Date;
}
