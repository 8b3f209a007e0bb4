import { type Principal, seesAccount } from '../domain/principal';
import type { Account } from './account';
import type { ImaginedWorld } from './imagined-driver';

/** All accounts of this graph; each caller sees its own part of them. */
export class Fleet {
  readonly #accounts: readonly Account[];
  readonly #byKey: ReadonlyMap<string, Account>;

  constructor(accounts: readonly Account[]) {
    this.#accounts = [...accounts].sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#byKey = new Map(this.#accounts.map((account) => [account.key, account]));
  }

  /** Every account, for the operator's eyes: by their keys. */
  all(): readonly Account[] {
    return this.#accounts;
  }

  /** The accounts that exist for a caller, by their keys. */
  of(principal: Principal): readonly Account[] {
    return this.#accounts.filter((account) => seesAccount(principal, account.key));
  }

  /** One account, where it exists for the caller. */
  find(principal: Principal, key: string): Account | undefined {
    return seesAccount(principal, key) ? this.#byKey.get(key) : undefined;
  }

  /** These accounts as they might be: see `Account.imagine`. */
  imagine(world: ImaginedWorld): Fleet {
    return new Fleet(this.#accounts.map((account) => account.imagine(world)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#accounts.map((account) => account.close()));
  }
}
