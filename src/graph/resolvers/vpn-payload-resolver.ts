import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Device } from '../../domain/device';
import type { VpnAnswer } from '../../services/vpn-write-service';
import type { GraphContext } from '../context';
import { checkDeviceFields } from '../device-of';
import { selectedFields } from '../selection';
import { DeviceType } from '../types/device';
import { VpnPayloadType } from '../types/payloads';

@Resolver(() => VpnPayloadType)
export class VpnPayloadResolver {
  @FieldResolver(() => DeviceType, { description: 'The device.' })
  device(
    @Root() { device }: VpnAnswer,
    @Ctx() { principal }: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Device {
    checkDeviceFields(selectedFields(info), principal);
    return device;
  }
}
