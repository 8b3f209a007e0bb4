import { ACCESS_PROTOCOLS } from '../../src/domain/remote-access';
import { accountsProblems, CWD, load, loadAccounts, OPEN, only, problemsOf } from './loading';

const PLANTED = 'planted-5ecret';
const ENV = {
  PLANT_NORTH_RMS_TOKEN: 'north',
  LAB_KEY: 'lab-key',
  LAB_PASSWORD: 'lab-pw',
  EC_PASSWORD: 'ec-pw',
};

const YAML = `
accounts:
  plant-north:            # a comment
    vendor: TELTONIKA_RMS
    token: \${PLANT_NORTH_RMS_TOKEN}
    baseUrl: https://rms.teltonika-networks.com/api
    monthlyCalls: 5000
  lab:
    vendor: REMOTE_IT
    developerKey: \${LAB_KEY}
    username: ops@example.com
    password: \${LAB_PASSWORD}
  gateways:
    vendor: EVERYWARE
    username: reader
    password: \${EC_PASSWORD}
    baseUrl: https://ec.example.com/v1
    scopeId: _
    vpnBulk: true
`;

/** How a file reads a variable. */
function ref(name: string): string {
  return `\${${name}}`;
}

/** The sentences for one RMS account with more lines. */
function rmsProblems(...lines: string[]): readonly string[] {
  return accountsProblems(['accounts:\n  lab:', 'vendor: TELTONIKA_RMS', ...lines].join('\n    '));
}

describe('an accounts file', () => {
  it('makes any number of accounts, sorted by key, with the environment in the places of its references', () => {
    const { accounts, simulated } = loadAccounts(YAML, ENV);
    expect(simulated).toBe(false);
    expect(accounts.map(({ key, vendor }) => `${key} ${vendor}`)).toEqual([
      'gateways EVERYWARE',
      'lab REMOTE_IT',
      'plant-north TELTONIKA_RMS',
    ]);
    const [gateways, lab, north] = accounts;
    expect(north?.settings.text('token')).toBe('north');
    expect(north?.monthlyCalls).toBe(5000);
    expect(lab?.settings.text('password')).toBe('lab-pw');
    expect(gateways?.settings.flag('vpnBulk')).toBe(true);
    expect(gateways?.settings.text('scopeId')).toBe('_');
  });

  it('may be JSON', () => {
    const account = {
      vendor: 'TELTONIKA_RMS',
      token: ref('T'),
      timeoutMs: 100,
      linkProtocols: ['SSH'],
      statusUrl: null,
    };
    const { key, timeoutMs, linkProtocols, settings } = only(
      loadAccounts(JSON.stringify({ accounts: { one: account } }, null, 2), { T: 'token' }),
    );
    expect({ key, timeoutMs, linkProtocols }).toEqual({ key: 'one', timeoutMs: 100, linkProtocols: ['SSH'] });
    expect(settings.text('token')).toBe('token');
  });

  it('takes every limit for each account, and what it leaves out from the environment', () => {
    const yaml = `
accounts:
  one:
    vendor: REMOTE_IT
    developerKey: k
    token: t
    timeoutMs: 1
    deadlineMs: 2
    concurrency: 3
    monthlyCalls: 4
    linkMaxSeconds: 5
    linkProtocols: [https, SSH]
    linkNetworks: [10.0.0.0/8]
  two: { vendor: REMOTE_IT, developerKey: k, token: t, linkProtocols: all }
`;
    const { accounts } = loadAccounts(yaml, { VENDOR_TIMEOUT_MS: '77', LINK_PROTOCOLS: 'VNC' });
    expect(accounts[0]).toMatchObject({
      timeoutMs: 1,
      deadlineMs: 2,
      concurrency: 3,
      monthlyCalls: 4,
      linkMaxSeconds: 5,
      linkProtocols: ['HTTPS', 'SSH'],
      linkNetworks: ['10.0.0.0/8'],
    });
    expect(accounts[1]).toMatchObject({ timeoutMs: 77, monthlyCalls: 0, linkProtocols: ACCESS_PROTOCOLS });
  });

  it('gives each RMS account the allowance of RMS where it names none', () => {
    const yaml = 'accounts: { a: { vendor: TELTONIKA_RMS, token: t } }';
    expect(only(loadAccounts(yaml)).monthlyCalls).toBe(100_000);
  });

  it('takes a password of digits as it stands, and one with a reference behind a second $', () => {
    const yaml = `accounts: { a: { vendor: REMOTE_IT, developerKey: 007, username: u, password: "$${ref('x')}1" } }`;
    const { settings } = only(loadAccounts(yaml));
    expect(settings.text('developerKey')).toBe('007');
    expect(settings.text('password')).toBe(`${ref('x')}1`);
  });

  it('does not look for references in what a variable holds', () => {
    const yaml = `accounts: { a: { vendor: TELTONIKA_RMS, token: "x-${ref('T')}" } }`;
    expect(only(loadAccounts(yaml, { T: ref('U') })).settings.text('token')).toBe(`x-${ref('U')}`);
  });

  it('stands in place of the shorthands, and says which variables are not used', () => {
    const env = { ...OPEN, ACCOUNTS_FILE: 'a.yaml', RMS_TOKEN: 'used', REMOTEIT_TOKEN: PLANTED };
    const config = load(env, {
      [`${CWD}/a.yaml`]: `accounts: { north: { vendor: TELTONIKA_RMS, token: "${ref('RMS_TOKEN')}" } }`,
    });
    expect(only(config).key).toBe('north');
    expect(config.warnings).toEqual([
      'REMOTEIT_TOKEN is set and not used: ACCOUNTS_FILE a.yaml stands in place of the shorthand variables.',
    ]);
  });

  it('takes the URL of the installation from the environment where an account leaves it out', () => {
    const yaml = 'accounts: { gateways: { vendor: EVERYWARE, username: reader, password: p } }';
    const config = loadAccounts(yaml, { EVERYWARE_BASE_URL: 'https://ec.example.com/v1' });
    expect(only(config).settings.text('baseUrl')).toBe('https://ec.example.com/v1');
    expect(config.warnings).toEqual([]);
    expect(accountsProblems(yaml, { EVERYWARE_BASE_URL: 'ec' })[0]).toMatch(
      /^EVERYWARE_BASE_URL must be a URL/,
    );
    expect(accountsProblems(yaml)[0]).toMatch(/accounts\.gateways\.baseUrl is not set and is needed/);
  });

  it('is refused without AUTH_ as every account is', () => {
    const files = { [`${CWD}/a.yaml`]: 'accounts: { north: { vendor: TELTONIKA_RMS, token: t } }' };
    const [sentence, ...others] = problemsOf({ ACCOUNTS_FILE: 'a.yaml' }, files);
    expect(sentence).toMatch(/^AUTH_TOKENS_FILE.*\(north\)/);
    expect(others).toEqual([]);
  });
});

describe('a wrong accounts file', () => {
  const name = 'ACCOUNTS_FILE accounts.yaml';

  it('says of an unknown key which known one is nearest', () => {
    expect(rmsProblems('tokne: x', 'token: y')[0]).toMatch(
      /^ACCOUNTS_FILE accounts\.yaml: accounts\.lab\.tokne is not a known key; the nearest one is token, and all are vendor, token,/,
    );
    expect(rmsProblems('token: y', 'timeout: 5')[0]).toContain('the nearest one is timeoutMs');
    expect(rmsProblems('token: y', 'username: x')).toHaveLength(1);
    expect(accountsProblems('acounts: {}')[0]).toContain(
      'acounts is not a known key; the nearest one is accounts',
    );
  });

  it('names the known vendors for an unknown one', () => {
    const [sentence] = accountsProblems('accounts: { lab: { vendor: RMS } }');
    expect(sentence).toBe(
      `${name}: accounts.lab.vendor names an unknown vendor "RMS"; known are TELTONIKA_RMS, REMOTE_IT, EVERYWARE; for example vendor: TELTONIKA_RMS.`,
    );
    expect(accountsProblems('accounts: { lab: { token: x } }')[0]).toMatch(
      /accounts\.lab\.vendor must be one of TELTONIKA_RMS/,
    );
  });

  it('names a variable that is not set, and what needs it, once', () => {
    const problems = rmsProblems(`token: ${ref('LAB_TOKEN')}`);
    expect(problems).toEqual([
      `${name}: accounts.lab.token reads the variable LAB_TOKEN, which is not set; for example LAB_TOKEN=….`,
    ]);
  });

  it.each([ref('lab-token'), ref('LAB_TOKEN').slice(0, -1), ref('')])(
    'refuses %s, which names no variable',
    (text) => {
      const problems = rmsProblems(`token: "${text}"`);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(
        /accounts\.lab\.token has "\$" and "\{".*; for example \$\{PLANT_NORTH_TOKEN\}\.$/,
      );
    },
  );

  it('names what an account still needs, with an example', () => {
    expect(rmsProblems()[0]).toMatch(/accounts\.lab\.token is not set and is needed; for example token: /);
  });

  it('names a key that stands twice, and where', () => {
    const yaml = 'accounts:\n  lab: { vendor: TELTONIKA_RMS, token: t }\n  lab: { vendor: REMOTE_IT }\n';
    expect(accountsProblems(yaml)[0]).toMatch(/has a key for the second time at line 3, column 3: lab;/);
    expect(accountsProblems('{"accounts": {"lab": {"token": "a", "token": "b"}}}')[0]).toContain(': token;');
  });

  it.each(['Lab', 'plant north', 'a'.repeat(33), 'ümläut', ''])('refuses the account key %j', (key) => {
    const problems = accountsProblems(
      `accounts: { ${JSON.stringify(key)}: { vendor: TELTONIKA_RMS, token: t } }`,
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(
      'must have a key of 1 to 32 of a-z, 0-9 and the hyphen; for example plant-north',
    );
  });

  it.each([
    '',
    'accounts:',
    'accounts: {}',
    'accounts: []',
    '- one',
    'accounts: lab',
    'accounts: { lab: x }',
  ])('refuses %j, which holds no account', (yaml) => {
    const problems = accountsProblems(yaml);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/must be a map.*; for example .*vendor: TELTONIKA_RMS/);
  });

  it.each([
    [`accounts: { lab: { vendor: REMOTE_IT, password: *${PLANTED} } }`],
    [`accounts:\n  lab:\n    password: !${PLANTED}\n`],
    [`accounts:\n  lab:\n    password: @${PLANTED}\n`],
    [`accounts:\n  lab:\n    password: "${PLANTED}\n`],
    [`accounts:\n  lab:\n    password: ${PLANTED}: x\n`],
    [`{"accounts": {"lab": {"password": "${PLANTED}"`],
    [`accounts:\n\tlab: ${PLANTED}`],
  ])('says where the form of %j is wrong, without a word of what stands there', (yaml) => {
    const problems = accountsProblems(yaml);
    expect(problems[0]).toMatch(/^ACCOUNTS_FILE accounts\.yaml .*line \d+, column \d+/);
    expect(problems.join()).not.toContain(PLANTED);
  });

  it.each([
    ['timeoutMs: fast', 'must be a whole number from 1', 'timeoutMs: 5000'],
    ['deadlineMs: -1', 'must be a whole number from 1', 'deadlineMs: 10000'],
    ['concurrency: 0', 'from 1 to 1000', 'concurrency: 16'],
    ['monthlyCalls: 1.5', 'must be a whole number', 'monthlyCalls: 100000'],
    ['linkMaxSeconds: 0', 'must be a whole number', 'linkMaxSeconds: 28800'],
    ['linkProtocols: [SHH]', 'nearest: SSH', 'linkProtocols: HTTPS,SSH'],
    ['linkProtocols: []', 'must name at least one', 'linkProtocols: HTTPS,SSH'],
    ['linkProtocols: [[SSH]]', 'must be a list of texts', 'linkProtocols: '],
    ['linkNetworks: office', 'must list networks', 'linkNetworks: 192.168.0.0/16'],
    [`baseUrl: https://u:${PLANTED}@rms.example.com`, 'user name or a password', 'baseUrl: https://'],
    [`statusUrl: ${PLANTED}`, 'must be a URL', 'statusUrl: https://'],
    ['statusUrl: { a: b }', 'must be a text', 'statusUrl: '],
  ])('refuses %s', (line, says, example) => {
    const problems = rmsProblems('token: t', line);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${name}: accounts.lab.${line.split(':')[0]} `);
    expect(problems[0]).toContain(says);
    expect(problems[0]).toContain(`; for example ${example}`);
    expect(problems[0]).not.toContain(PLANTED);
  });

  it('has a monthly allowance checked for vendors that declare none of their own, too', () => {
    const yaml = 'accounts: { lab: { vendor: REMOTE_IT, developerKey: k, token: t, monthlyCalls: many } }';
    expect(accountsProblems(yaml)).toHaveLength(1);
    expect(accountsProblems(yaml.replace('t,', 't, defaultIp: any,'))).toHaveLength(2);
  });

  it('says everything that is wrong at once, in the service and in the file', () => {
    const yaml = 'accounts: { Lab: {}, one: { vendor: X }, two: { vendor: TELTONIKA_RMS, concurrency: x } }';
    expect(accountsProblems(yaml, { PORT: 'x' })).toHaveLength(5);
  });
});
