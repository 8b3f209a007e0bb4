import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RawSocket } from '../support/raw-socket';
import { ask, Launcher, type ServiceProcess, tokensFile } from './service-process';

const LEAVER = { token: 'leaver-token', scopes: ['devices:read'] };
const STAYER = { token: 'stayer-token', scopes: ['devices:read'] };

const launcher = new Launcher();
let service: ServiceProcess;
let url: string;

beforeAll(async () => {
  service = await launcher.launch({
    folder: await launcher.folder({ 'tokens.json': tokensFile({ leaver: LEAVER, stayer: STAYER }) }),
    env: { AUTH_TOKENS_FILE: 'tokens.json', SIMULATED_DEVICES: '3', SIMULATED_LATENCY_MS: '0' },
  });
  url = await service.ready();
});

afterAll(() => launcher.cleanUp());

const list = () => path.join(service.folder, 'tokens.json');
const me = async ({ token }: typeof LEAVER) => {
  const { status, data } = await ask(url, '{ viewer { subject } }', { token });
  return [status, data];
};

test('who is taken off the list loses its sockets and is refused from then on, and nobody else is', async () => {
  const leaving = await RawSocket.begin(url, { authorization: LEAVER.token });
  const staying = await RawSocket.begin(url, { authorization: STAYER.token });
  for (const socket of [leaving, staying])
    socket.subscribe('1', 'subscription { deviceStatusChanged { status } }');
  expect(await me(LEAVER)).toEqual([200, { viewer: { subject: 'leaver' } }]);

  // As operators replace a file: whole, under another name first.
  await writeFile(`${list()}.new`, tokensFile({ stayer: STAYER }));
  await rename(`${list()}.new`, list());

  expect(await leaving.closed).toEqual({ code: 4403, reason: 'Forbidden' });
  expect(await me(LEAVER)).toEqual([401, undefined]);
  await expect(RawSocket.begin(url, { authorization: LEAVER.token })).rejects.toThrow('closed with 4403');
  expect(await me(STAYER)).toEqual([200, { viewer: { subject: 'stayer' } }]);
  staying.subscribe('2', '{ viewer { subject } }');
  expect(await staying.next()).toMatchObject({ id: '2', type: 'next' });
  staying.close();
});

test('a list that cannot be read lets nobody in, throws nobody out, and is told without what is in it', async () => {
  await writeFile(list(), `[{"sha256": "planted-token"`);
  const { level, problems } = await service.line(({ msg }) => msg.includes('cannot be read'));
  expect([level, JSON.stringify(problems)]).toEqual(['error', expect.stringContaining('not valid JSON')]);
  expect(service.stdout).not.toContain('planted-token');
  expect(await me(STAYER)).toEqual([200, { viewer: { subject: 'stayer' } }]);
  expect(await me(LEAVER)).toEqual([401, undefined]);
});
