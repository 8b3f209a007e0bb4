import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ask, Launcher, tokensFile } from './service-process';

const launcher = new Launcher();

afterEach(() => launcher.cleanUp());

test('a start in an empty folder says in plain words that the vendors are simulated, and where it is ready', async () => {
  const service = await launcher.launch();
  const ready = await service.line(({ msg }) => msg === 'ready');
  expect(ready['url']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
  expect(ready).toMatchObject({ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/) });
  const said = service.lines.map(({ msg }) => msg);
  expect(said.slice(0, -1)).toEqual(['no vendor account is configured: 120 simulated devices are served']);
  expect(service.stderr).toBe('');
});

test('right after its ready line it answers a query over all three vendors', async () => {
  const service = await launcher.launch({ env: { SIMULATED_DEVICES: '30', SIMULATED_LATENCY_MS: '0' } });
  const answer = await ask(
    await service.ready(),
    '{ viewer { subject } fleet { totalDevices byVendor { value count } problems { code } } }',
  );
  expect(answer).toMatchObject({
    status: 200,
    data: {
      viewer: { subject: 'anonymous' },
      fleet: {
        totalDevices: 30,
        byVendor: expect.arrayContaining([
          { value: 'TELTONIKA_RMS', count: expect.any(Number) },
          { value: 'REMOTE_IT', count: expect.any(Number) },
          { value: 'EVERYWARE', count: expect.any(Number) },
        ]),
        problems: [],
      },
    },
  });
  expect(answer.errors).toBeUndefined();
});

test('beside simulated vendors nothing is left in the folder, nor in the temporary one after the stop', async () => {
  const temporary = await launcher.folder();
  const service = await launcher.launch({ env: { TMPDIR: temporary } });
  await service.ready();
  expect(await readdir(temporary)).toHaveLength(1);
  await service.stop();
  expect(await readdir(service.folder)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
});

test('what a configured store keeps is for its owner only', async () => {
  const service = await launcher.launch({ env: { DATABASE_URL: 'file:./data/drawbridge.db' } });
  await service.ready();
  const data = path.join(service.folder, 'data');
  const names = await readdir(data);
  expect(names).toEqual(expect.arrayContaining(['drawbridge.db', 'drawbridge.key']));
  for (const file of [data, ...names.map((name) => path.join(data, name))]) {
    expect([file, (await stat(file)).mode & 0o077]).toEqual([file, 0]);
  }
});

test('a .env file in the folder is read, and the environment of the process wins over it', async () => {
  const folder = await launcher.folder({
    '.env': 'SIMULATED_DEVICES=12\nSIMULATED_LATENCY_MS=0\nLOG_LEVEL=warn\n',
  });
  const service = await launcher.launch({ folder, env: { LOG_LEVEL: 'info' } });
  const url = await service.ready();
  expect(await ask(url, '{ fleet { totalDevices } }')).toMatchObject({
    data: { fleet: { totalDevices: 12 } },
  });
});

test('a port that is taken ends the start with a sentence that names it and says what to set, code 1', async () => {
  const temporary = await launcher.folder();
  const url = await (await launcher.launch()).ready();
  const { port } = new URL(url);
  const service = await launcher.launch({ env: { PORT: port, TMPDIR: temporary } });
  expect((await service.exit).code).toBe(1);
  expect(service.stderr).toBe(
    `Drawbridge could not be started: port ${port} of 127.0.0.1 is taken; set another one, for example PORT=${Number(port) + 1}, or PORT=0 for any free one.\n`,
  );
  expect(await readdir(temporary)).toEqual([]);
});

test('an address that this machine does not have ends the start with a sentence that names HOST, code 1', async () => {
  const folder = await launcher.folder({ 'tokens.json': '[]' });
  const service = await launcher.launch({
    folder,
    env: { HOST: '203.0.113.7', AUTH_TOKENS_FILE: 'tokens.json' },
  });
  expect((await service.exit).code).toBe(1);
  expect(service.stderr).toMatch(/^Drawbridge could not be started: .*203\.0\.113\.7.*HOST=.*\n$/);
});

test('a store that cannot be opened ends the start with a sentence and without a stack, code 1', async () => {
  const folder = await launcher.folder({
    'drawbridge.db': 'this is a text, and no database at all'.repeat(50),
  });
  const service = await launcher.launch({ folder, env: { DATABASE_URL: 'file:drawbridge.db' } });
  expect((await service.exit).code).toBe(1);
  expect(service.stderr).toMatch(/^Drawbridge could not be started: The store could not be opened.*\n$/);
});

describe('--check-config', () => {
  const CANARIES = {
    RMS_TOKEN: 'canary-rms-token',
    REMOTEIT_DEVELOPER_KEY: 'canary-developer-key',
    REMOTEIT_USERNAME: 'canary-remoteit-user@example.com',
    REMOTEIT_PASSWORD: 'canary-remoteit-password',
    EVERYWARE_USERNAME: 'canary-everyware-user',
    EVERYWARE_PASSWORD: 'canary-everyware-password',
    DATABASE_URL: 'postgres://drawbridge:canary-database-password@db.example.com/drawbridge',
    STORE_KEY: Buffer.from('canary-store-key-of-32-bytes-ok!').toString('base64'),
  };

  test('prints what is configured, without a secret, starts nothing and exits 0', async () => {
    const folder = await launcher.folder({
      'tokens.json': tokensFile({ dashboard: { token: 'canary-bearer-token', scopes: ['devices:read'] } }),
    });
    const service = await launcher.launch({
      folder,
      args: ['--check-config'],
      env: {
        ...CANARIES,
        EVERYWARE_BASE_URL: 'https://ec.example.com/v1',
        AUTH_TOKENS_FILE: 'tokens.json',
      },
    });
    expect((await service.exit).code).toBe(0);
    expect(service.stdout).toContain('rms: TELTONIKA_RMS at https://rms.teltonika-networks.com/api');
    expect(service.stdout).toContain('everyware: EVERYWARE at https://ec.example.com/v1');
    expect(service.stdout).toContain('PostgreSQL at db.example.com/drawbridge');
    expect(service.stdout).toMatch(/The configuration is right\.\n$/);
    const printed = service.stdout + service.stderr;
    for (const secret of Object.values(CANARIES)) expect(printed).not.toContain(secret);
    expect(printed).not.toContain('canary');
    expect(await readdir(folder)).toEqual(['tokens.json']);
  });

  test('names what is wrong, without a secret, and exits 2', async () => {
    const service = await launcher.launch({
      args: ['--check-config'],
      env: { ...CANARIES, STORE_KEY: 'canary-too-short', DATABASE_URL: 'mysql://root:canary@db' },
    });
    expect((await service.exit).code).toBe(2);
    expect(service.stdout).toBe('');
    expect(service.stderr).toContain('STORE_KEY ');
    expect(service.stderr).toContain('DATABASE_URL ');
    expect(service.stderr).toContain('EVERYWARE_BASE_URL ');
    expect(service.stderr).not.toContain('canary');
  });
});
