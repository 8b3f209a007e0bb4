import { Field, Int, ObjectType } from 'type-graphql';
import type { AccountProblem } from '../../services/account-problem';
import { AccountProblemType } from './account-problem';
import { DeviceType } from './device';
import { PageInfoType } from './page-info';
import { SessionType } from './session';

@ObjectType('DeviceEdge', { simpleResolvers: true, description: 'A device in a list.' })
export class DeviceEdgeType {
  @Field(() => String, { description: 'Where the list goes on behind this device.' })
  readonly cursor!: string;

  @Field(() => DeviceType, { description: 'The device.' })
  readonly node!: DeviceType;
}

@ObjectType('DeviceConnection', { simpleResolvers: true, description: 'One page of devices.' })
export class DeviceConnectionType {
  @Field(() => [DeviceEdgeType], { description: 'The devices of the page with their cursors.' })
  readonly edges!: readonly DeviceEdgeType[];

  @Field(() => [DeviceType], { description: 'The devices of the page.' })
  readonly nodes!: readonly DeviceType[];

  @Field(() => PageInfoType, { description: 'Where the page stands in the list.' })
  readonly pageInfo!: PageInfoType;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many devices the whole list has. Costs vendor calls of its own where no page told; null where an account cannot be counted.',
  })
  readonly totalCount!: Promise<number | null>;

  @Field(() => [AccountProblemType], {
    description:
      'Accounts whose part of this list is missing, or older than was asked for. Empty when all is well.',
  })
  readonly problems!: readonly AccountProblem[];
}

@ObjectType('SessionEdge', { simpleResolvers: true, description: 'A session in a list.' })
export class SessionEdgeType {
  @Field(() => String, { description: 'Where the list goes on behind this session.' })
  readonly cursor!: string;

  @Field(() => SessionType, { description: 'The session.' })
  readonly node!: SessionType;
}

@ObjectType('SessionConnection', {
  simpleResolvers: true,
  description: 'One page of sessions, newest first.',
})
export class SessionConnectionType {
  @Field(() => [SessionEdgeType], { description: 'The sessions of the page with their cursors.' })
  readonly edges!: readonly SessionEdgeType[];

  @Field(() => [SessionType], { description: 'The sessions of the page.' })
  readonly nodes!: readonly SessionType[];

  @Field(() => PageInfoType, { description: 'Where the page stands in the list.' })
  readonly pageInfo!: PageInfoType;

  @Field(() => Int, { nullable: true, description: 'How many sessions the whole list has.' })
  readonly totalCount!: Promise<number | null>;
}
