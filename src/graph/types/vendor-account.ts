import { Field, Int, ObjectType } from 'type-graphql';
import type { CircuitState } from '../../domain/circuit';
import type { Vendor } from '../../domain/vendor';
import { DateTime } from '../scalars';
import { CircuitStateEnum, VendorEnum } from './enums';

@ObjectType('VendorQuota', {
  simpleResolvers: true,
  description: "What is left of an account's allowance of vendor calls.",
})
export class VendorQuotaType {
  @Field(() => Int, { description: 'Calls that the account may make in one window.' })
  readonly limit!: number;

  @Field(() => Int, { description: 'Calls made in this window.' })
  readonly used!: number;

  @Field(() => Int, { description: 'Calls left in this window.' })
  readonly remaining!: number;

  @Field(() => DateTime, { description: 'When the next window begins.' })
  readonly resetsAt!: Date;
}

@ObjectType('VendorAccount', {
  simpleResolvers: true,
  description: 'How one configured vendor account is doing, and what is left of its allowance.',
})
export class VendorAccountType {
  @Field(() => String, {
    description: 'The key of the account: the first part of the ids of everything in it.',
  })
  readonly account!: string;

  @Field(() => VendorEnum, { description: 'Whose account it is.' })
  readonly vendor!: Vendor;

  @Field(() => Boolean, { description: 'False where the last call to it went wrong by its own fault.' })
  readonly healthy!: boolean;

  @Field(() => CircuitStateEnum, { description: 'Whether calls to it are let through.' })
  readonly circuit!: CircuitState;

  @Field(() => String, { nullable: true, description: 'What went wrong last. Null while all is well.' })
  readonly lastError!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When a call to it last went well. Null where none did yet.',
  })
  readonly lastSuccessAt!: Date | null;

  @Field(() => VendorQuotaType, {
    nullable: true,
    description: 'Null where the account has no known allowance.',
  })
  readonly quota!: VendorQuotaType | null;
}
