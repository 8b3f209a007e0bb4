import type { AccountSettings, VendorConfiguration } from '../../src/vendors/driver';

/** Settings as the configuration would hand them to a vendor: what is given, else what the vendor declares. */
export function settingsOf(
  configuration: VendorConfiguration,
  given: Readonly<Record<string, string | boolean>>,
  key = configuration.shorthandKey,
): AccountSettings {
  const settingOf = (name: string): string | number | boolean | undefined => {
    const declared = configuration.settings[name];
    if (declared === undefined) throw new Error(`${name} is no setting of this vendor`);
    return given[name] ?? declared.default;
  };
  const optional = (name: string): string | undefined => {
    const value = settingOf(name);
    return value === undefined ? undefined : String(value);
  };
  return {
    key,
    optional,
    text(name) {
      const value = optional(name);
      if (value === undefined) throw new Error(`${name} is not set`);
      return value;
    },
    flag: (name) => settingOf(name) === true,
  };
}
