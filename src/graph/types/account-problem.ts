import { Field, Int, ObjectType } from 'type-graphql';
import type { Vendor } from '../../domain/vendor';
import { DateTime } from '../scalars';
import { VendorEnum } from './enums';

@ObjectType('AccountProblem', {
  simpleResolvers: true,
  description: 'One vendor account that could not be read just now; the rest of the answer stands.',
})
export class AccountProblemType {
  @Field(() => String, { description: 'The key of the account.' })
  readonly account!: string;

  @Field(() => VendorEnum, { description: 'Whose account it is.' })
  readonly vendor!: Vendor;

  @Field(() => String, {
    description: 'An error code, the same as errors carry: VENDOR_UNAVAILABLE, VENDOR_TIMEOUT …',
  })
  readonly code!: string;

  @Field(() => String, { description: 'What happened, in words.' })
  readonly message!: string;

  @Field(() => Int, { nullable: true, description: 'When asking again makes sense, where the vendor told.' })
  readonly retryAfterSeconds!: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Its devices are in the answer as they were then; null where they are left out.',
  })
  readonly servedFrom!: Date | null;
}
