import { Directive, Field, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars';
import { NodeType } from './node';

@Directive('@key(fields: "id")')
@Directive('@cacheTag(format: "session-{$key.id}")')
@ObjectType('Session', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'A link into a device: from when it was asked for to its end.',
})
export class SessionType extends NodeType {
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was opened. Null where the vendor does not tell.',
  })
  readonly createdAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ends, or ended. Null where it has no end.' })
  readonly expiresAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Who asked this graph for the link; null where it was made elsewhere.',
  })
  readonly createdBy!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was asked for, in the words of whoever did.' })
  readonly reason!: string | null;
}
