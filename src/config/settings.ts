import type { Vendor } from '../domain/vendor';
import { Secret } from './secret';

/** One setting of a vendor's account, as the vendor's folder declares it. */
export interface SettingLike {
  /** The variable of the shorthand account; left out: only an accounts file can set it. */
  readonly variable?: string;
  readonly kind: 'text' | 'secret' | 'url' | 'flag' | 'number' | 'address';
  readonly default?: string | number | boolean;
  readonly example: string;
}

/** How an account of a vendor is configured, as the vendor's folder declares it. */
export interface VendorConfigurationLike {
  readonly shorthandKey: string;
  readonly settings: Readonly<Record<string, SettingLike>>;
  readonly madeBy: readonly string[];
  missing(present: ReadonlySet<string>): string | undefined;
}

/** What the configuration has to know of one vendor. */
export interface ConfigurableVendor {
  readonly vendor: Vendor;
  readonly configuration: VendorConfigurationLike;
}

/** The value of a setting; a secret stays closed until a driver asks for its text. */
export type SettingValue = string | number | boolean | Secret;

/** The settings of one account by name, defaults filled in. Printing it shows its key and nothing else. */
export class ConfiguredSettings {
  readonly #declared: VendorConfigurationLike['settings'];
  readonly #values: ReadonlyMap<string, SettingValue>;

  constructor(
    readonly key: string,
    declared: VendorConfigurationLike['settings'],
    values: ReadonlyMap<string, SettingValue>,
  ) {
    this.#declared = declared;
    this.#values = values;
  }

  /** The text of a setting; throws where it has none. */
  text(name: string): string {
    const text = this.optional(name);
    if (text === undefined) throw new Error(`The account ${this.key} has no value for its setting ${name}.`);
    return text;
  }

  /** The text of a setting that may be left out; throws where no such setting with a text is declared. */
  optional(name: string): string | undefined {
    const declaration = this.#declaration(name);
    if (declaration.kind === 'flag') throw new Error(`The setting ${name} is a flag and has no text.`);
    const value = this.#values.get(name) ?? declaration.default;
    if (value === undefined) return undefined;
    return value instanceof Secret ? value.reveal() : String(value);
  }

  /** A setting that is on or off, off where nothing says otherwise; throws where no such flag is declared. */
  flag(name: string): boolean {
    const declaration = this.#declaration(name);
    if (declaration.kind !== 'flag') throw new Error(`The setting ${name} is no flag.`);
    return (this.#values.get(name) ?? declaration.default ?? false) === true;
  }

  #declaration(name: string): SettingLike {
    const declaration = Object.hasOwn(this.#declared, name) ? this.#declared[name] : undefined;
    if (declaration === undefined)
      throw new Error(`No setting ${name} is declared for the account ${this.key}.`);
    return declaration;
  }
}
