import { isAccountKey } from '../domain/ids';
import { byKey, LIMIT_NAMES, readAccount } from './account';
import type { AccountConfig, AccountLimits } from './config';
import { quote } from './nearest';
import type { ConfigurableVendor } from './settings';
import { type Environment, type Place, type Problems, placeOf, textOf } from './variables';
import { readTree, type Tree, type TreeMap } from './yaml-tree';

/** What an accounts file is read with. */
export interface AccountsFileOptions {
  /** The file's name, for sentences: `ACCOUNTS_FILE accounts.yaml`. */
  readonly name: string;
  readonly env: Environment;
  readonly vendors: readonly ConfigurableVendor[];
  readonly limits: AccountLimits;
  readonly problems: Problems;
}

/** What an accounts file holds. */
export interface AccountsFile {
  readonly accounts: readonly AccountConfig[];
  /** The variables of the environment that it reads with `${NAME}`. */
  readonly variables: ReadonlySet<string>;
}

const LISTS: readonly string[] = ['linkProtocols', 'linkNetworks'];

/** Reads the text of an accounts file, in YAML or JSON. */
export function readAccountsFile(text: string, options: AccountsFileOptions): AccountsFile {
  return new AccountsFileReader(options).read(text);
}

class AccountsFileReader {
  readonly #variables = new Set<string>();

  constructor(private readonly options: AccountsFileOptions) {}

  read(text: string): AccountsFile {
    const file = readTree(text);
    if ('wrong' in file) {
      for (const wrong of file.wrong) this.#wrong('', wrong, 'accounts: {lab: {vendor: REMOTE_IT}}');
      return { accounts: [], variables: this.#variables };
    }
    const accounts = [...this.#accountsOf(file.tree)].flatMap(([key, tree]) => this.#account(key, tree));
    return { accounts: byKey(accounts), variables: this.#variables };
  }

  #accountsOf(tree: Tree): TreeMap {
    const example = 'accounts: {plant-north: {vendor: TELTONIKA_RMS}}';
    if (!(tree instanceof Map)) {
      this.#wrong('', 'must be a map with the key "accounts"', example);
      return new Map();
    }
    for (const key of tree.keys()) {
      if (key !== 'accounts') this.options.problems.unknownName(this.#name(key), ['accounts'], 'key');
    }
    const accounts = tree.get('accounts');
    if (accounts instanceof Map && accounts.size > 0) return accounts;
    this.#wrong('accounts', 'must be a map with at least one account', example);
    return new Map();
  }

  #account(key: string, tree: Tree): AccountConfig[] {
    const path = `accounts.${key}`;
    if (!isAccountKey(key)) {
      this.#wrong(path, 'must have a key of 1 to 32 of a-z, 0-9 and the hyphen', 'plant-north');
      return [];
    }
    if (!(tree instanceof Map)) {
      this.#wrong(path, 'must be a map of settings', `${key}: {vendor: TELTONIKA_RMS}`);
      return [];
    }
    const vendor = this.#vendor(path, tree.get('vendor'));
    if (vendor === undefined) return [];
    const texts = this.#texts(path, tree, vendor);
    const place = (name: string, example: string): Place =>
      this.#place(`${path}.${name}`, `${name}: ${example}`);
    const borrowed = this.#borrowUrl(vendor, texts);
    const entry = {
      key,
      vendor,
      texts,
      place: (name: string, example: string) =>
        name === borrowed?.setting ? placeOf({ name: borrowed.variable, example }) : place(name, example),
      needed: 'is not set and is needed',
    };
    return [readAccount(entry, this.options.limits, this.options.problems)];
  }

  /**
   * Where the installation's URL is all that an account still needs, the shorthand's variable may give it: the
   * variable is needed with every account of such a vendor, wherever the account is written down.
   */
  #borrowUrl(
    vendor: ConfigurableVendor,
    texts: Map<string, string | undefined>,
  ): { readonly setting: string; readonly variable: string } | undefined {
    const { settings, missing } = vendor.configuration;
    const setting = missing(new Set(texts.keys()));
    const declaration = setting === undefined ? undefined : settings[setting];
    if (setting === undefined || declaration?.kind !== 'url' || declaration.variable === undefined) {
      return undefined;
    }
    const text = textOf(this.options.env, declaration.variable);
    if (text === undefined) return undefined;
    texts.set(setting, text);
    this.#variables.add(declaration.variable);
    return { setting, variable: declaration.variable };
  }

  #vendor(path: string, tree: Tree | undefined): ConfigurableVendor | undefined {
    const { vendors, problems } = this.options;
    const names = vendors.map(({ vendor }) => vendor);
    if (typeof tree !== 'string') {
      this.#wrong(`${path}.vendor`, `must be one of ${names.join(', ')}`, `vendor: ${names[0]}`);
      return undefined;
    }
    const found = vendors.find(({ vendor }) => vendor === tree);
    if (found === undefined) {
      problems.add(
        `${this.#name(`${path}.vendor`)} names an unknown vendor ${quote(tree)}; known are ${names.join(', ')}; for example vendor: ${names[0]}.`,
      );
    }
    return found;
  }

  #texts(path: string, tree: TreeMap, vendor: ConfigurableVendor): Map<string, string | undefined> {
    const known = [...new Set(['vendor', ...Object.keys(vendor.configuration.settings), ...LIMIT_NAMES])];
    const texts = new Map<string, string | undefined>();
    for (const [name, value] of tree) {
      const where = `${path}.${name}`;
      if (!known.includes(name)) this.options.problems.unknownName(this.#name(where), known, 'key');
      else if (name !== 'vendor' && value !== null && value !== '')
        texts.set(name, this.#text(where, name, value));
    }
    return texts;
  }

  #text(where: string, name: string, value: Tree): string | undefined {
    if (typeof value === 'string') return this.#filled(where, value);
    if (Array.isArray(value) && LISTS.includes(name)) {
      const items = value.map((item: Tree) =>
        typeof item === 'string' ? this.#filled(where, item) : undefined,
      );
      if (items.every((item) => item !== undefined)) return items.join(',');
      if (value.every((item: Tree) => typeof item === 'string')) return undefined;
    }
    this.#wrong(
      where,
      LISTS.includes(name) ? 'must be a list of texts' : 'must be a text',
      `${name}: \${NAME}`,
    );
    return undefined;
  }

  /** The text with the environment's values in the places of `${NAME}`; `$${` stands for `${` itself. */
  #filled(where: string, text: string): string | undefined {
    let complete = true;
    const filled = text.replace(/\$?\$\{([^}]*)\}?/g, (found, name: string) => {
      if (found.startsWith('$$')) return found.slice(1);
      const value = this.#variable(where, found, name);
      complete = complete && value !== undefined;
      return value ?? '';
    });
    return complete ? filled : undefined;
  }

  #variable(where: string, found: string, name: string): string | undefined {
    if (!/^[A-Za-z_]\w*$/.test(name) || !found.endsWith('}')) {
      this.#wrong(
        where,
        'has "$" and "{" without the name of a variable and "}" behind them (as plain text, it is written with "$$")',
        `\${PLANT_NORTH_TOKEN}`,
      );
      return undefined;
    }
    this.#variables.add(name);
    if (textOf(this.options.env, name) !== undefined) return this.options.env[name];
    this.#wrong(where, `reads the variable ${name}, which is not set`, `${name}=…`);
    return undefined;
  }

  #wrong(path: string, what: string, example: string): void {
    this.options.problems.wrongValue(this.#place(path, example), what);
  }

  #place(path: string, example: string): Place {
    return { name: this.#name(path), example };
  }

  #name(path: string): string {
    return path === '' ? this.options.name : `${this.options.name}: ${path}`;
  }
}
