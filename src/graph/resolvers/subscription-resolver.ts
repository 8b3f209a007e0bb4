import { Arg, Ctx, ID, Int, Resolver, Root, Subscription } from 'type-graphql';
import type { DeviceStatusEvent } from '../../domain/device-status-event';
import type { SessionEvent } from '../../domain/session-event';
import type { VpnEvent } from '../../domain/vpn-event';
import type { DeviceFilter } from '../../services/device-filter';
import type { SessionFollowRequest } from '../../services/follow-inputs';
import type { GraphContext } from '../context';
import { DeviceStatusEventObject, SessionEventObject, VpnEventObject } from '../types/events';
import { DeviceFilterInput } from '../types/inputs';

/** What begins a subscription: the arguments as they came, with their defaults. */
interface Subscribing<Args> {
  readonly args: Args;
  readonly context: GraphContext;
}

@Resolver()
export class SubscriptionResolver {
  @Subscription(() => SessionEventObject, {
    description:
      'Follows links to their end: those named, together with those of the devices named, now and later; or all that the caller may see. Tells first how each stands that matches and is not over, and each that was named. Completes when it follows named links alone and all of them are over.',
    subscribe: ({ args, context }: Subscribing<SessionFollowRequest>) =>
      context.services.follow.sessions(args, context),
  })
  sessionExpiry(
    @Root() event: SessionEvent,
    @Ctx() context: GraphContext,
    @Arg('sessionIds', () => [ID], {
      nullable: true,
      description: 'Links by id, at most 1000; one that is not known is refused with NOT_FOUND.',
    })
    _sessionIds: readonly string[] | null,
    @Arg('deviceIds', () => [ID], {
      nullable: true,
      description: 'Devices by id, at most 1000; one that is not known is refused with NOT_FOUND.',
    })
    _deviceIds: readonly string[] | null,
    @Arg('warnAtSeconds', () => [Int], {
      nullable: true,
      defaultValue: [300, 60],
      description:
        'How long before the end to be told EXPIRING: whole seconds, at most ten of them. A moment that has passed already is not told.',
    })
    _warnAtSeconds: readonly number[] | null,
  ): SessionEvent {
    context.renew();
    return event;
  }

  @Subscription(() => VpnEventObject, {
    description:
      'Follows the VPN connections of devices. Tells first how each stands, as soon as its vendor has told, then every change. A device without a VPN tells nothing.',
    subscribe: ({ args, context }: Subscribing<{ readonly deviceIds: readonly string[] }>) =>
      context.services.follow.vpn(args.deviceIds, context),
  })
  vpnStatusChanged(
    @Root() event: VpnEvent,
    @Ctx() context: GraphContext,
    @Arg('deviceIds', () => [ID], {
      description: 'Devices by id, at most 1000; one that is not known is refused with NOT_FOUND.',
    })
    _deviceIds: readonly string[],
  ): VpnEvent {
    context.renew();
    return event;
  }

  @Subscription(() => DeviceStatusEventObject, {
    description:
      'Tells when a device comes online or goes offline. Nothing is told before something changes, nor while a vendor cannot be asked.',
    subscribe: ({ args, context }: Subscribing<{ readonly filter?: DeviceFilter | null }>) =>
      context.services.follow.devices(args.filter, context),
  })
  deviceStatusChanged(
    @Root() event: DeviceStatusEvent,
    @Ctx() context: GraphContext,
    @Arg('filter', () => DeviceFilterInput, {
      nullable: true,
      description: 'Only devices that meet it as they stand after the change.',
    })
    _filter: DeviceFilterInput | null,
  ): DeviceStatusEvent {
    context.renew();
    return event;
  }
}
