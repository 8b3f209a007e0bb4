import { Field, ID, InputType, Int } from 'type-graphql';
import type { AccessProtocol } from '../../domain/remote-access';
import type {
  CreateLinkRequest,
  CreateRemoteAccessRequest,
  OpenAccessRequest,
  UpdateRemoteAccessRequest,
} from '../../services/link-inputs';
import { AccessProtocolEnum } from './enums';

const DURATION = 'Whole seconds, at least 10 and at most what the policy allows.';
const ALLOWED_IP = 'Only this public address may use the link; an error where the vendor cannot enforce it.';
const REASON = 'Why, for the audit log.';
const KEY = 'Same key, same caller, same input: the same session comes back and no second link is made.';

@InputType('CreateRemoteAccessInput', { description: 'A way in that is to be added.' })
export class CreateRemoteAccessInput implements CreateRemoteAccessRequest {
  @Field(() => ID, { description: 'Into which device.' })
  readonly deviceId!: string;

  @Field(() => String, { description: 'What to call it: 3 to 50 characters, unique on the device.' })
  readonly name!: string;

  @Field(() => AccessProtocolEnum, { description: 'What is spoken at the far end.' })
  readonly protocol!: AccessProtocol;

  @Field(() => String, { description: 'The IPv4 address behind the device.' })
  readonly host!: string;

  @Field(() => Int, { description: 'The port behind the device.' })
  readonly port!: number;
}

@InputType('UpdateRemoteAccessInput', {
  description: 'What of a way in is to be changed; what is left out stays.',
})
export class UpdateRemoteAccessInput implements UpdateRemoteAccessRequest {
  @Field(() => ID, { description: 'Which way in.' })
  readonly remoteAccessId!: string;

  @Field(() => String, { nullable: true, description: 'A new name.' })
  readonly name?: string;

  @Field(() => AccessProtocolEnum, { nullable: true, description: 'Another protocol.' })
  readonly protocol?: AccessProtocol;

  @Field(() => String, { nullable: true, description: 'Another IPv4 address behind the device.' })
  readonly host?: string;

  @Field(() => Int, { nullable: true, description: 'Another port behind the device.' })
  readonly port?: number;
}

@InputType('CreateLinkInput', { description: 'A link that is to be opened through a way in.' })
export class CreateLinkInput implements CreateLinkRequest {
  @Field(() => ID, { description: 'Through which way in.' })
  readonly remoteAccessId!: string;

  @Field(() => Int, { description: DURATION })
  readonly durationSeconds!: number;

  @Field(() => String, { nullable: true, description: ALLOWED_IP })
  readonly allowedIp?: string;

  @Field(() => String, { nullable: true, description: REASON })
  readonly reason?: string;

  @Field(() => String, { nullable: true, description: KEY })
  readonly idempotencyKey?: string;
}

@InputType('OpenAccessInput', {
  description: 'A service of a device that is to be reached, whoever made the device.',
})
export class OpenAccessInput implements OpenAccessRequest {
  @Field(() => ID, { description: 'Which device.' })
  readonly deviceId!: string;

  @Field(() => AccessProtocolEnum, { description: 'What is spoken at the far end.' })
  readonly protocol!: AccessProtocol;

  @Field(() => String, {
    nullable: true,
    description: 'The IPv4 address behind the device, where it matters.',
  })
  readonly host?: string;

  @Field(() => Int, {
    nullable: true,
    description: "The port behind the device; left out: the protocol's own.",
  })
  readonly port?: number;

  @Field(() => Int, { description: DURATION })
  readonly durationSeconds!: number;

  @Field(() => String, { nullable: true, description: ALLOWED_IP })
  readonly allowedIp?: string;

  @Field(() => String, { nullable: true, description: REASON })
  readonly reason?: string;

  @Field(() => String, { nullable: true, description: KEY })
  readonly idempotencyKey?: string;
}
