import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { variablesOf } from '../support/service';
import { ask, Launcher, type LaunchOptions, type ServiceProcess } from './service-process';

const launcher = new Launcher();
let simulators: Simulators;

beforeEach(async () => {
  simulators = await startSimulators({ devices: 12, latencyMs: 0 });
});

afterEach(async () => {
  await launcher.cleanUp();
  await simulators.close();
});

const launch = ({ env, ...options }: LaunchOptions = {}) =>
  launcher.launch({ ...options, env: { ...variablesOf(simulators), AUTH_DISABLED: '1', ...env } });

const stopping = (service: ServiceProcess) => service.line(({ msg }) => msg === 'stopping');

const COUNT = '{ devices(first: 100) { totalCount problems { code } } }';

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('lets a running operation finish, then ends the process with 0 and frees the port', async () => {
    const service = await launch();
    const url = await service.ready();
    const held = simulators.rms.faults.add({ kind: 'hold', route: 'GET /devices' });
    const running = ask(url, COUNT);
    await simulators.rms.calls.reached('GET /devices', 1);

    service.kill(signal);
    await stopping(service);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    held.release();

    expect(await running).toMatchObject({ status: 200, data: { devices: { totalCount: 12, problems: [] } } });
    expect(await service.exit).toEqual({ code: 0, signal: null });
    expect(service.stderr).toBe('');
    const next = await launch({ env: { PORT: new URL(url).port } });
    expect(await next.ready()).toBe(url);
  });

  test('ends an idle service well within 10 s, whatever connections clients keep open', async () => {
    const service = await launch();
    const { hostname, port } = new URL(await service.ready());
    const [silent, used] = await Promise.all([open(hostname, port), open(hostname, port)]);
    used.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(used, 'data');
    const { code, ms } = await service.stop(signal);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5_000);
    for (const socket of [silent, used]) socket.destroy();
  });
});

async function open(host: string, port: string): Promise<Socket> {
  const socket = connect(Number(port), host);
  // How the service ends the connection, with or without a reset, is of no interest here.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

test('a signal while the service still starts ends it cleanly too', async () => {
  const folder = await launcher.folder({ 'tokens.json': '[]' });
  // A setting without effect is told as the start begins.
  const service = await launch({ folder, env: { AUTH_TOKENS_FILE: 'tokens.json' } });
  await service.line(({ level }) => level === 'warn');
  expect((await service.stop()).code).toBe(0);
});

test('a vendor that never answers keeps no stop from ending within 10 s', async () => {
  const service = await launch({ env: { VENDOR_TIMEOUT_MS: '60000', VENDOR_DEADLINE_MS: '60000' } });
  const url = await service.ready();
  simulators.rms.faults.add({ kind: 'hang', route: 'GET /devices' });
  const running = ask(url, COUNT).catch(() => 'broken off');
  await simulators.rms.calls.reached('GET /devices', 1);
  const { ms } = await service.stop();
  expect(ms).toBeLessThan(10_000);
  expect(await running).toBe('broken off');
});

test('who comes late on an open connection is told 503 or nothing, never that all is well', async () => {
  const service = await launch();
  const { hostname, port } = new URL(await service.ready());
  const held = simulators.rms.faults.add({ kind: 'hold', route: 'GET /devices' });
  const client = connect(Number(port), hostname);
  const answers = text(client);
  const query = encodeURIComponent(COUNT);
  client.write(`GET /graphql?query=${query} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  await simulators.rms.calls.reached('GET /devices', 1);
  service.kill('SIGTERM');
  await stopping(service);
  client.write('GET /health/ready HTTP/1.1\r\nhost: localhost\r\n\r\n');
  held.release();
  const [, ...statuses] = (await answers).split('HTTP/1.1 ').map((answer) => answer.slice(0, 3));
  expect(statuses[0]).toBe('200');
  expect(statuses.slice(1).filter((status) => status !== '503')).toEqual([]);
  expect(await service.exit).toEqual({ code: 0, signal: null });
});

describe('the store', () => {
  const KNOWN = '{ sessions { nodes { id url status createdAt } } }';

  async function readLink(url: string): Promise<void> {
    const answer = await ask(url, '{ devices(first: 100) { nodes { sessions { id } } } }');
    expect(answer.errors).toBeUndefined();
  }

  test.each([
    ['a clean stop', 'SIGTERM'],
    ['a process that was killed', 'SIGKILL'],
  ] as const)('still knows a link after %s, and opens its sealed URL', async (_, signal) => {
    const { state } = simulators.rms;
    const device = state.addDevice({ status: 1 });
    const { host } = state.addSession({ accessId: state.addAccess({ deviceId: device.id }).id });
    const first = await launch();
    const before = await first.ready();
    await readLink(before);
    const known = await ask(before, KNOWN);
    expect(known.data).toMatchObject({
      sessions: { nodes: expect.arrayContaining([expect.objectContaining({ url: `https://${host}` })]) },
    });
    await first.stop(signal);

    simulators.rms.calls.reset();
    const second = await launch({ folder: first.folder });
    expect((await ask(await second.ready(), KNOWN)).data).toEqual(known.data);
    expect(simulators.rms.calls.total).toBe(0);
  });

  test('that was sealed with another key tells no link, and does not stop the service', async () => {
    const { state } = simulators.rms;
    const device = state.addDevice({ status: 1 });
    const { host } = state.addSession({ accessId: state.addAccess({ deviceId: device.id }).id });
    const first = await launch({ env: { STORE_KEY: Buffer.alloc(32, 1).toString('base64') } });
    await readLink(await first.ready());
    await first.stop();
    const second = await launch({
      folder: first.folder,
      env: { STORE_KEY: Buffer.alloc(32, 2).toString('base64') },
    });
    const answer = await ask(await second.ready(), KNOWN);
    expect(JSON.stringify(answer)).not.toContain(host);
    expect(answer.status).toBe(200);
  });
});
