import { Field, ID, ObjectType } from 'type-graphql';
import { RemoteAccessType } from './remote-access';
import { SessionType } from './session';
import { VpnStatusType } from './vpn-status';

@ObjectType('CreateLinkPayload', { simpleResolvers: true, description: 'A link that was opened.' })
export class CreateLinkPayloadType {
  @Field(() => SessionType, {
    description: 'The link; PENDING where its vendor takes longer than 30 s: read it again, or follow it.',
  })
  readonly session!: SessionType;

  @Field(() => Boolean, { description: 'True where the same idempotencyKey had made it before.' })
  readonly replayed!: boolean;
}

@ObjectType('RemoteAccessPayload', {
  simpleResolvers: true,
  description: 'A way in that was added or changed.',
})
export class RemoteAccessPayloadType {
  @Field(() => RemoteAccessType, { description: 'As it stands now.' })
  readonly remoteAccess!: RemoteAccessType;
}

@ObjectType('DeletePayload', { simpleResolvers: true, description: 'Something that is gone.' })
export class DeletePayloadType {
  @Field(() => ID, { description: 'What its id was.' })
  readonly deletedId!: string;
}

@ObjectType('CloseSessionPayload', { simpleResolvers: true, description: 'A link that is over.' })
export class CloseSessionPayloadType {
  @Field(() => SessionType, { description: 'As it stands now.' })
  readonly session!: SessionType;
}

@ObjectType('VpnPayload', {
  simpleResolvers: true,
  description: 'A device whose VPN was brought up or down.',
})
export class VpnPayloadType {
  @Field(() => VpnStatusType, { description: 'How its VPN stands now.' })
  readonly vpnStatus!: VpnStatusType;
}
