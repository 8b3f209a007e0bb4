import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { RemoteAccess } from '../../domain/remote-access';
import type { Session } from '../../domain/session';
import type { LinkAnswer } from '../../services/link-service';
import type { VpnAnswer } from '../../services/vpn-write-service';
import type { GraphContext } from '../context';
import {
  CreateLinkInput,
  CreateRemoteAccessInput,
  OpenAccessInput,
  UpdateRemoteAccessInput,
} from '../types/mutation-inputs';
import {
  CloseSessionPayloadType,
  CreateLinkPayloadType,
  DeletePayloadType,
  RemoteAccessPayloadType,
  VpnPayloadType,
} from '../types/payloads';

@Resolver()
export class MutationResolver {
  @Mutation(() => RemoteAccessPayloadType, { description: 'Adds a way into a device.' })
  async createRemoteAccess(
    @Ctx() context: GraphContext,
    @Arg('input', () => CreateRemoteAccessInput, { description: 'The way in.' })
    input: CreateRemoteAccessInput,
  ): Promise<{ remoteAccess: RemoteAccess }> {
    return { remoteAccess: await context.services.accessWrites.create(input, context) };
  }

  @Mutation(() => RemoteAccessPayloadType, { description: 'Changes a way into a device.' })
  async updateRemoteAccess(
    @Ctx() context: GraphContext,
    @Arg('input', () => UpdateRemoteAccessInput, { description: 'What is to be changed.' })
    input: UpdateRemoteAccessInput,
  ): Promise<{ remoteAccess: RemoteAccess }> {
    return { remoteAccess: await context.services.accessWrites.update(input, context) };
  }

  @Mutation(() => DeletePayloadType, { description: "Takes a way into a device away; not the device's own." })
  async deleteRemoteAccess(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, { description: 'The id of a remote access.' }) id: string,
  ): Promise<{ deletedId: string }> {
    return { deletedId: await context.services.accessWrites.remove(id, context) };
  }

  @Mutation(() => CreateLinkPayloadType, {
    description: 'A link through an existing remote access. Answers once the vendor has handed the link out.',
  })
  createLink(
    @Ctx() context: GraphContext,
    @Arg('input', () => CreateLinkInput, { description: 'The link.' }) input: CreateLinkInput,
  ): Promise<LinkAnswer> {
    return context.services.links.createLink(input, context);
  }

  @Mutation(() => CreateLinkPayloadType, {
    description:
      'One call whatever the vendor: finds or makes the remote access, then the link (or the VPN), and ends it on time.',
  })
  openAccess(
    @Ctx() context: GraphContext,
    @Arg('input', () => OpenAccessInput, { description: 'What is to be reached.' }) input: OpenAccessInput,
  ): Promise<LinkAnswer> {
    return context.services.links.openAccess(input, context);
  }

  @Mutation(() => CloseSessionPayloadType, {
    description: 'Ends a link now. Ending one that is over already is no error.',
  })
  async closeSession(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, { description: 'The id of a session.' }) id: string,
  ): Promise<{ session: Session }> {
    return { session: await context.services.links.close(id, context) };
  }

  @Mutation(() => VpnPayloadType, {
    description: "Brings a device's VPN up; it stays up until it is brought down.",
  })
  connectVpn(
    @Ctx() context: GraphContext,
    @Arg('deviceId', () => ID, { description: 'The id of a device.' }) deviceId: string,
  ): Promise<VpnAnswer> {
    return context.services.vpnWrites.connect(deviceId, context);
  }

  @Mutation(() => VpnPayloadType, { description: "Brings a device's VPN down, and ends every link over it." })
  disconnectVpn(
    @Ctx() context: GraphContext,
    @Arg('deviceId', () => ID, { description: 'The id of a device.' }) deviceId: string,
  ): Promise<VpnAnswer> {
    return context.services.vpnWrites.disconnect(deviceId, context);
  }
}
