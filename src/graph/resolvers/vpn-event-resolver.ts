import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Device } from '../../domain/device';
import type { VpnEvent } from '../../domain/vpn-event';
import type { GraphContext } from '../context';
import { deviceOf } from '../device-of';
import { selectedFields } from '../selection';
import { DeviceType } from '../types/device';
import { VpnEventObject } from '../types/events';

@Resolver(() => VpnEventObject)
export class VpnEventResolver {
  @FieldResolver(() => DeviceType, { description: 'The device.' })
  device(
    @Root() event: VpnEvent,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Device> {
    return deviceOf(event, selectedFields(info), context);
  }
}
