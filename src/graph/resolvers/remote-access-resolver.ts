import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Device } from '../../domain/device';
import type { RemoteAccess } from '../../domain/remote-access';
import type { Session } from '../../domain/session';
import type { GraphContext } from '../context';
import { deviceOf } from '../device-of';
import { selectedFields } from '../selection';
import { DeviceType } from '../types/device';
import { RemoteAccessType } from '../types/remote-access';
import { SessionType } from '../types/session';

@Resolver(() => RemoteAccessType)
export class RemoteAccessResolver {
  @FieldResolver(() => DeviceType, { description: 'The device that it leads into.' })
  device(
    @Root() access: RemoteAccess,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Device> {
    return deviceOf(access, selectedFields(info), context);
  }

  @FieldResolver(() => [SessionType], {
    nullable: true,
    description: 'Links through it, newest first; only those still usable unless active is false or null.',
  })
  sessions(
    @Root() access: RemoteAccess,
    @Ctx() { loaders }: GraphContext,
    @Arg('active', () => Boolean, {
      nullable: true,
      defaultValue: true,
      description: 'True: only links that are not over. False or null: all that are known.',
    })
    active: boolean | null,
    @Info() info: GraphQLResolveInfo,
  ): Promise<readonly Session[]> {
    return loaders.sessionsOfAccess(access, active, info);
  }
}
