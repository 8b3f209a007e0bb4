import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Device } from '../../domain/device';
import type { AccessProtocol, RemoteAccess } from '../../domain/remote-access';
import type { Session } from '../../domain/session';
import type { VpnStatus } from '../../domain/vpn';
import type { GraphContext } from '../context';
import { DeviceType } from '../types/device';
import { AccessProtocolEnum } from '../types/enums';
import { RemoteAccessType } from '../types/remote-access';
import { SessionType } from '../types/session';
import { VpnStatusType } from '../types/vpn-status';

@Resolver(() => DeviceType)
export class DeviceResolver {
  @FieldResolver(() => [RemoteAccessType], {
    nullable: true,
    description: 'Ways in that are configured on this device. Empty where there are none.',
  })
  async remoteAccesses(
    @Root() device: Device,
    @Ctx() { loaders }: GraphContext,
    @Arg('protocol', () => AccessProtocolEnum, { nullable: true, description: 'Only those that speak this.' })
    protocol?: AccessProtocol | null,
  ): Promise<readonly RemoteAccess[]> {
    const accesses = await loaders.remoteAccessesOf(device);
    return protocol === undefined || protocol === null
      ? accesses
      : accesses.filter((access) => access.protocol === protocol);
  }

  @FieldResolver(() => [SessionType], {
    nullable: true,
    description:
      'Links into this device, newest first; only those still usable unless active is false or null.',
  })
  sessions(
    @Root() device: Device,
    @Ctx() { loaders }: GraphContext,
    @Arg('active', () => Boolean, {
      nullable: true,
      defaultValue: true,
      description: 'True: only links that are not over. False or null: all that are known.',
    })
    active: boolean | null,
    @Info() info: GraphQLResolveInfo,
  ): Promise<readonly Session[]> {
    return loaders.sessionsOfDevice(device, active, info);
  }

  @FieldResolver(() => VpnStatusType, {
    nullable: true,
    description: 'Null without an error where the vendor has no VPN for this device.',
  })
  vpnStatus(@Root() device: Device, @Ctx() { loaders }: GraphContext): Promise<VpnStatus | null> {
    return loaders.vpnStatusOf(device);
  }
}
