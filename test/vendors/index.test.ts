import { VENDORS } from '../../src/domain/vendor';
import { vendors } from '../../src/vendors/index';

describe('the registry of vendors', () => {
  it('has every vendor under its own name', () => {
    expect(Object.entries(vendors).map(([name, { vendor }]) => [name, vendor])).toEqual(
      VENDORS.map((name) => [name, name]),
    );
  });

  it('gives no two vendors the same account key or variable', () => {
    const modules = Object.values(vendors);
    const keys = modules.map(({ configuration }) => configuration.shorthandKey);
    const variables = modules.flatMap(({ configuration }) =>
      Object.values(configuration.settings).flatMap(({ variable }) => variable ?? []),
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it('names the variables that operators were promised', () => {
    const variables = Object.values(vendors).flatMap(({ configuration }) =>
      Object.values(configuration.settings).flatMap(({ variable }) => variable ?? []),
    );
    expect(variables.sort()).toEqual([
      'EVERYWARE_API_KEY',
      'EVERYWARE_BASE_URL',
      'EVERYWARE_PASSWORD',
      'EVERYWARE_SCOPE_ID',
      'EVERYWARE_USERNAME',
      'REMOTEIT_BASE_URL',
      'REMOTEIT_DEFAULT_IP',
      'REMOTEIT_DEVELOPER_KEY',
      'REMOTEIT_PASSWORD',
      'REMOTEIT_TOKEN',
      'REMOTEIT_USERNAME',
      'RMS_BASE_URL',
      'RMS_MONTHLY_CALLS',
      'RMS_STATUS_URL',
      'RMS_TOKEN',
    ]);
  });
});
