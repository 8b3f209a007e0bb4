import type { Principal } from '../domain/principal';

/** What a caller may do by now; undefined: it is not let in any more. */
export type RightsLookup = (principal: Principal) => Principal | undefined;

/**
 * The rights of callers who stay: what they were let in with, until whoever lets callers in says otherwise.
 */
export class Rights {
  #lookup: RightsLookup = (principal) => principal;
  readonly #listeners: (() => void)[] = [];

  /** A caller as it stands now; undefined: it is not let in any more. */
  now(principal: Principal): Principal | undefined {
    return this.#lookup(principal);
  }

  /** Rights were given or taken away: from now on they are looked up so, and whoever follows something is told. */
  change(lookup: RightsLookup): void {
    this.#lookup = lookup;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back whenever rights have changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
