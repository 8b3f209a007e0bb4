import type { Account } from '../../accounts/account';
import { ENDLESS } from '../../accounts/imagined-driver';

/** One way things may be, as far as nobody was told. */
export interface World {
  /** The accounts of unknown size that have devices without end; the others of them have none. */
  readonly full: ReadonlySet<string>;
  /** True: what was never told is there, reached and answers. */
  readonly isEager: boolean;
  /** What things that were never told are called, so that a filter finds them. */
  readonly texts: readonly string[];
  /** True: what is fresh in memory is not asked for. */
  readonly remembers: boolean;
}

/** How many devices an account of unknown size has in a world. */
export function sizeIn(world: World, account: string): number {
  return world.full.has(account) ? ENDLESS : 0;
}

/**
 * The worlds between which the truth lies. Accounts are asked one after the other until a page is full, so that each
 * is asked most where it alone has devices, and least where one before it has enough.
 */
export function worldsOf(accounts: readonly Account[], texts: readonly string[]): readonly World[] {
  const unknown = accounts.filter((account) => account.lastTotal() === undefined).map(({ key }) => key);
  const fulls = [[], ...unknown.map((key) => [key])];
  // Where every device is known, so is what a filter finds.
  const isListed = accounts.every(({ hasBeenListed }) => hasBeenListed);
  const names = texts.length === 0 || isListed ? [texts] : [texts, []];
  const isBlank = accounts.every((account) => account.isBlank);
  const worlds: World[] = [];
  for (const full of fulls) {
    for (const isEager of [true, false]) {
      for (const named of names) {
        for (const remembers of isBlank ? [false] : [true, false]) {
          worlds.push({ full: new Set(full), isEager, texts: named, remembers });
        }
      }
    }
  }
  return worlds;
}
