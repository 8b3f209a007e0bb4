import { Directive, Field, Int, ObjectType } from 'type-graphql';
import type { AccessProtocol } from '../../domain/remote-access';
import { AccessProtocolEnum } from './enums';
import { NodeType } from './node';

@Directive('@key(fields: "id")')
@Directive('@key(fields: "device { id } name")')
@Directive('@cacheTag(format: "remote-accesses")')
@ObjectType('RemoteAccess', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'A way into a device that is configured at its vendor: a service behind it, or its VPN.',
})
export class RemoteAccessType extends NodeType {
  @Field(() => String, { description: 'What its owner calls it.' })
  readonly name!: string;

  @Field(() => AccessProtocolEnum, { description: 'What is spoken at the far end.' })
  readonly protocol!: AccessProtocol;

  @Field(() => String, {
    nullable: true,
    description: 'The address behind the device; null where the vendor keeps it to itself.',
  })
  readonly host!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The port behind the device; null where the vendor keeps it to itself.',
  })
  readonly port!: number | null;
}
