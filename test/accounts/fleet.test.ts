import { Fleet } from '../../src/accounts/fleet';
import type { Principal } from '../../src/domain/principal';
import { fakeAccount } from './fake-account';

const caller = (...accounts: readonly string[]): Principal => ({
  subject: 'tester',
  scopes: new Set(),
  accounts: new Set(accounts),
});
const EVERYONE: Principal = { subject: 'tester', scopes: new Set() };

describe('the fleet', () => {
  const fleet = new Fleet(['north', 'south', 'east'].map((key) => fakeAccount({ key })));
  const keysOf = (principal: Principal): string[] => fleet.of(principal).map(({ key }) => key);

  it('shows each caller the accounts that exist for it, by their keys', () => {
    expect(keysOf(EVERYONE)).toEqual(['east', 'north', 'south']);
    expect(keysOf(caller('south', 'north', 'elsewhere'))).toEqual(['north', 'south']);
    expect(keysOf(caller())).toEqual([]);
  });

  it('finds no account that does not exist for the caller', () => {
    expect(fleet.find(caller('north'), 'north')?.key).toBe('north');
    expect(fleet.find(caller('north'), 'south')).toBeUndefined();
    expect(fleet.find(caller('north', 'elsewhere'), 'elsewhere')).toBeUndefined();
    expect(fleet.find(EVERYONE, 'toString')).toBeUndefined();
  });

  it('closes every account', async () => {
    const closed: string[] = [];
    const open = ['a', 'b'].map((key) => {
      const account = fakeAccount({ key });
      account.close = async () => {
        closed.push(key);
      };
      return account;
    });
    await new Fleet(open).close();
    expect(closed).toEqual(['a', 'b']);
  });
});
