import { Directive, Field, ID, InterfaceType } from 'type-graphql';

@Directive('@inaccessible')
@InterfaceType('Node', {
  description: 'Anything that has an id of its own, under which it can be fetched again.',
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Opaque and stable: never given to another thing. Case-sensitive.' })
  readonly id!: string;
}
