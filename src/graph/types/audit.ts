import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars';
import { PageInfoType } from './page-info';

@ObjectType('AuditEntry', {
  simpleResolvers: true,
  description: 'Something that was done, or tried, in an account.',
})
export class AuditEntryType {
  @Field(() => ID, { description: 'Opaque and stable: never given to another entry.' })
  readonly id!: string;

  @Field(() => DateTime, { description: 'When.' })
  readonly at!: Date;

  @Field(() => String, {
    description: 'Who: a caller’s subject, or drawbridge for what the graph did by itself.',
  })
  readonly actor!: string;

  @Field(() => String, {
    description:
      'What: the name of a mutation; expireLink where the graph kept the end of a link; linkSeen where a read found one that was opened elsewhere; linkEnded where one was ended elsewhere, or by its vendor at its end.',
  })
  readonly action!: string;

  @Field(() => String, {
    nullable: true,
    description: 'In which account. Null for what was tried at none that the caller had.',
  })
  readonly account!: string | null;

  @Field(() => ID, { nullable: true, description: 'To what, by id. Null where it has none.' })
  readonly target!: string | null;

  @Field(() => String, {
    description: 'What was asked and what was granted, as JSON. Never a link.',
  })
  readonly detail!: string;

  @Field(() => String, { description: 'ok, or the code of the error.' })
  readonly outcome!: string;

  @Field(() => String, { nullable: true, description: 'Why, in the words of whoever asked.' })
  readonly reason!: string | null;
}

@ObjectType('AuditEdge', { simpleResolvers: true, description: 'An entry in the list.' })
export class AuditEdgeType {
  @Field(() => String, { description: 'Where the list goes on behind this entry.' })
  readonly cursor!: string;

  @Field(() => AuditEntryType, { description: 'The entry.' })
  readonly node!: AuditEntryType;
}

@ObjectType('AuditConnection', {
  simpleResolvers: true,
  description: 'One page of the audit log, newest first.',
})
export class AuditConnectionType {
  @Field(() => [AuditEdgeType], { description: 'The entries of the page with their cursors.' })
  readonly edges!: readonly AuditEdgeType[];

  @Field(() => [AuditEntryType], { description: 'The entries of the page.' })
  readonly nodes!: readonly AuditEntryType[];

  @Field(() => PageInfoType, { description: 'Where the page stands in the list.' })
  readonly pageInfo!: PageInfoType;
}
