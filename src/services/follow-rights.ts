import { DrawbridgeError } from '../domain/errors';
import { type Principal, type Scope, seesAccount } from '../domain/principal';
import type { Rights } from './rights';

/** A caller that stays, as it stands now. */
export interface StayingCaller {
  principal: Principal;
}

/** Something that a caller follows, and what it needs for that. */
export interface Followed {
  readonly caller: StayingCaller;
  readonly scope: Scope;
  /** The accounts that it follows something in. */
  readonly accounts: readonly string[];
  /** Ends it with an error. */
  readonly fail: (error: DrawbridgeError) => void;
}

/** Holds whoever follows something to its rights as they are now: what a change of them hides ends with an error. */
export class FollowRights {
  readonly #followed = new Set<Followed>();

  constructor(private readonly rights: Rights) {
    rights.onChange(() => this.#review());
  }

  add(followed: Followed): void {
    this.#followed.add(followed);
  }

  delete(followed: Followed): void {
    this.#followed.delete(followed);
  }

  #review(): void {
    for (const followed of [...this.#followed]) {
      const { caller, scope, accounts, fail } = followed;
      const now = this.rights.now(caller.principal);
      if (now === undefined) fail(NOT_LET_IN);
      else if (!now.scopes.has(scope) || accounts.some((account) => !seesAccount(now, account))) fail(HIDDEN);
      else caller.principal = now;
    }
  }
}

const NOT_LET_IN = new DrawbridgeError(
  'UNAUTHENTICATED',
  'The token is not known any more, or no longer valid.',
);

const HIDDEN = new DrawbridgeError(
  'FORBIDDEN',
  'The caller may not see any more what it follows here: subscribe again to follow what is left.',
);
