import { vendorsPage } from '../../src/cli/print-vendors';
import { loadConfig } from '../../src/config/load';
import { vendors } from '../../src/vendors';
import { codes, PROJECT, readPage, rows } from './markdown';

const modules = Object.values(vendors);

describe('docs/dependencies.md', () => {
  const { dependencies, devDependencies } = JSON.parse(readPage('package.json'));
  const told = rows(readPage('docs/dependencies.md'))
    .slice(1)
    .flatMap(([names = '']) => codes(names));

  test('has a reason for each package of package.json, and for no other', () => {
    expect([...told].sort()).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)].sort());
  });
});

describe('docs/vendors.md', () => {
  test('is what the catalogues say (else: npm run vendors:docs)', () => {
    expect(readPage('docs/vendors.md')).toBe(vendorsPage());
  });

  test('names every vendor and its sources', () => {
    for (const { title } of modules) expect(vendorsPage()).toContain(`## ${title}\n`);
  });
});

describe('docs/configuration.md', () => {
  const page = readPage('docs/configuration.md');
  const variables = new Map(
    rows(page).flatMap(([name = '', usual = '']) => {
      const [variable] = codes(name);
      return variable === undefined ? [] : [[variable, codes(usual)[0]] as const];
    }),
  );
  const secret = Buffer.alloc(32, 7).toString('base64');
  /** One account of each vendor. */
  const accounts = {
    RMS_TOKEN: 't',
    REMOTEIT_DEVELOPER_KEY: 'k',
    REMOTEIT_TOKEN: 't',
    EVERYWARE_API_KEY: 'k',
    EVERYWARE_BASE_URL: 'https://api.everyware.example.com/v1',
    AUTH_TOKENS_FILE: 'tokens.json',
    STORE_KEY: secret,
  };

  function load(env: Readonly<Record<string, string>>) {
    const config = loadConfig({ env, cwd: PROJECT, vendors: modules, readFile: () => '[]' });
    const settings = config.accounts.map((account) => {
      const { settings: declared } = vendors[account.vendor].configuration;
      return Object.entries(declared).map(([name, { kind }]) =>
        kind === 'flag' ? account.settings.flag(name) : account.settings.optional(name),
      );
    });
    return { ...config, settings, databaseUrl: config.databaseUrl.reveal() };
  }

  test('lists every variable that the service reads, and no other', () => {
    const read = new Set<string>();
    const note = (_: object, name: string | symbol): undefined => void read.add(String(name));
    loadConfig({ env: new Proxy({}, { get: note }), cwd: PROJECT, vendors: modules });
    expect([...variables.keys()].sort()).toEqual([...read].sort());
  });

  const defaults = [...variables].flatMap(([name, usual]) =>
    usual === undefined ? [] : [[name, usual] as const],
  );

  test.each(defaults)('%s is %s where it is not set', (name, usual) => {
    expect(load({ ...accounts, [name]: usual })).toEqual(load(accounts));
  });

  test('tells what is not there yet, as the service does', () => {
    const [, soon = ''] = page.split('## Not yet');
    for (const [name = ''] of rows(soon).slice(1)) {
      const [variable = ''] = codes(name);
      const { warnings } = load({ ...accounts, [variable]: '1' });
      expect(warnings).toEqual([expect.stringContaining(`${variable} is set and not used`)]);
    }
  });
});
