import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Directive, FieldResolver, Info, Int, Resolver, Root } from 'type-graphql';
import type { Device } from '../../domain/device';
import { parseId } from '../../domain/ids';
import type { RemoteAccess } from '../../domain/remote-access';
import {
  isFinal,
  type Session,
  type SessionStatus,
  secondsRemainingAt,
  statusAt,
} from '../../domain/session';
import type { GraphContext } from '../context';
import { deviceOf } from '../device-of';
import { selectedFields } from '../selection';
import { DeviceType } from '../types/device';
import { SessionStatusEnum } from '../types/enums';
import { RemoteAccessType } from '../types/remote-access';
import { SessionType } from '../types/session';

@Resolver(() => SessionType)
export class SessionResolver {
  @FieldResolver(() => DeviceType, { description: 'The device that it leads into.' })
  device(
    @Root() session: Session,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Device> {
    return deviceOf(session, selectedFields(info), context);
  }

  @FieldResolver(() => RemoteAccessType, {
    nullable: true,
    description: 'The way in that it leads through. Null where that is gone.',
  })
  async remoteAccess(
    @Root() session: Session,
    @Ctx() { loaders }: GraphContext,
  ): Promise<RemoteAccess | null> {
    return session.remoteAccessId === null
      ? null
      : loaders.remoteAccess(parseId(session.remoteAccessId, 'access'));
  }

  @Directive('@tag(name: "secret")')
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The link itself: whoever has it is in. Null without the scope links:use, and once the session is over.',
  })
  url(@Root() session: Session, @Ctx() context: GraphContext): string | null {
    return isUsable(session, context) ? session.url : null;
  }

  @Directive('@tag(name: "secret")')
  @FieldResolver(() => String, {
    nullable: true,
    description: 'For protocols that are not a web page: where to point the client. Null as url is.',
  })
  host(@Root() session: Session, @Ctx() context: GraphContext): string | null {
    return isUsable(session, context) ? session.host : null;
  }

  @Directive('@tag(name: "secret")')
  @FieldResolver(() => Int, {
    nullable: true,
    description: 'For protocols that are not a web page: the port to point the client at. Null as url is.',
  })
  port(@Root() session: Session, @Ctx() context: GraphContext): number | null {
    return isUsable(session, context) ? session.port : null;
  }

  @FieldResolver(() => SessionStatusEnum, { description: 'How it stands now.' })
  status(@Root() session: Session, @Ctx() { services }: GraphContext): SessionStatus {
    return statusAt(session, services.clock.now());
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Whole seconds left now, never negative; null where the session has no end.',
  })
  secondsRemaining(@Root() session: Session, @Ctx() { services }: GraphContext): number | null {
    return secondsRemainingAt(session, services.clock.now());
  }
}

function isUsable(session: Session, { principal, services }: GraphContext): boolean {
  return principal.scopes.has('links:use') && !isFinal(statusAt(session, services.clock.now()));
}
