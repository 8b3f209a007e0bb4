import { Arg, Ctx, Directive, ID, Int, Query, Resolver } from 'type-graphql';
import type { Device } from '../../domain/device';
import { parseId } from '../../domain/ids';
import type { RemoteAccess } from '../../domain/remote-access';
import type { Session } from '../../domain/session';
import { toDeviceConnection, toSessionConnection } from '../connections';
import type { GraphContext } from '../context';
import { DeviceConnectionType, SessionConnectionType } from '../types/connections';
import { DeviceType } from '../types/device';
import { DeviceFilterInput, DeviceOrderInput, SessionFilterInput } from '../types/inputs';
import { RemoteAccessType } from '../types/remote-access';
import { SessionType } from '../types/session';
import { ViewerType } from '../types/viewer';

const FIRST = 'How many: 1 to 500.';
const AFTER = 'The cursor behind which to go on: endCursor, or the cursor of an edge, of an earlier page.';

@Resolver()
export class QueryResolver {
  @Directive('@cacheTag(format: "devices")')
  @Query(() => DeviceConnectionType, {
    description: 'Devices of every account in one list. first is 1..500, 50 where left out.',
  })
  async devices(
    @Ctx() { services, principal, reading }: GraphContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: FIRST }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after?: string | null,
    @Arg('filter', () => DeviceFilterInput, { nullable: true, description: 'Only devices that meet it.' })
    filter?: DeviceFilterInput | null,
    @Arg('orderBy', () => DeviceOrderInput, {
      nullable: true,
      description:
        "Left out: by account key, then the vendor's own stable order, which costs the fewest vendor calls.",
    })
    orderBy?: DeviceOrderInput | null,
  ): Promise<ReturnType<typeof toDeviceConnection>> {
    const request = {
      first: first ?? 50,
      after: after ?? null,
      filter: filter ?? null,
      orderBy: orderBy ?? null,
    };
    return toDeviceConnection(await services.devices.list(principal, request, reading));
  }

  @Directive('@cacheTag(format: "devices")')
  @Query(() => DeviceType, { nullable: true, description: 'One device. Null where no vendor knows it.' })
  async device(
    @Ctx() { loaders }: GraphContext,
    @Arg('id', () => ID, { description: 'The id of a device.' }) id: string,
  ): Promise<Device | null> {
    return loaders.device(parseId(id, 'device'));
  }

  @Directive('@cacheTag(format: "remote-accesses")')
  @Query(() => RemoteAccessType, {
    nullable: true,
    description: 'One way into a device. Null where it is unknown.',
  })
  async remoteAccess(
    @Ctx() { loaders }: GraphContext,
    @Arg('id', () => ID, { description: 'The id of a remote access.' }) id: string,
  ): Promise<RemoteAccess | null> {
    return loaders.remoteAccess(parseId(id, 'access'));
  }

  @Directive('@cacheTag(format: "session-{$args.id}")')
  @Query(() => SessionType, {
    nullable: true,
    description: 'One link, as the graph knows it: no vendor is asked. Null where it is unknown.',
  })
  async session(
    @Ctx() { loaders }: GraphContext,
    @Arg('id', () => ID, { description: 'The id of a session.' }) id: string,
  ): Promise<Session | null> {
    return loaders.session(parseId(id, 'session'));
  }

  @Query(() => SessionConnectionType, {
    description:
      'The links that the graph knows, newest first: those that it made, and those that a read of their device has seen. No vendor is asked.',
  })
  async sessions(
    @Ctx() { services, principal }: GraphContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: FIRST }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after?: string | null,
    @Arg('filter', () => SessionFilterInput, { nullable: true, description: 'Only sessions that meet it.' })
    filter?: SessionFilterInput | null,
  ): Promise<ReturnType<typeof toSessionConnection>> {
    for (const id of filter?.device ?? []) parseId(id, 'device');
    const request = { first: first ?? 50, after: after ?? null, filter: filter ?? null };
    return toSessionConnection(await services.sessionList.page(principal, request));
  }

  @Query(() => ViewerType, { description: 'Whoever asks, and what they may do.' })
  viewer(@Ctx() { principal }: GraphContext): ViewerType {
    return { subject: principal.subject, scopes: [...principal.scopes] };
  }
}
