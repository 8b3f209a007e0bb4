import { Field, ObjectType } from 'type-graphql';

@ObjectType('Viewer', { simpleResolvers: true, description: 'Whoever asks.' })
export class ViewerType {
  @Field(() => String, { description: 'The name under which the caller is known here.' })
  readonly subject!: string;

  @Field(() => [String], { description: 'What the caller may do.' })
  readonly scopes!: readonly string[];
}
