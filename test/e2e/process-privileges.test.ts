import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { SCOPES } from '../../src/domain/principal';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { addRouter, hurry } from '../links/asking';
import { variablesOf } from '../support/service';
import { ask, Launcher, tokensFile } from './service-process';

const ADMIN = { token: 'admin-token', scopes: SCOPES };

/** Node.js keeps a process to some folders; newer ones name the flag so that it is no experiment any more. */
const KEPT_IN = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

const launcher = new Launcher();
let simulators: Simulators;

beforeEach(async () => {
  simulators = await startSimulators({ devices: 6, latencyMs: 0 });
});

afterEach(async () => {
  await launcher.cleanUp();
  await simulators.close();
});

test('the service writes to its data folder and nowhere else, and starts no process', async () => {
  hurry(simulators);
  const router = addRouter(simulators);
  const folder = await launcher.folder({ 'tokens.json': tokensFile({ admin: ADMIN }) });
  const elsewhere = await launcher.folder();
  await mkdir(path.join(folder, 'data'));
  const data = path.join(folder, 'data');
  const service = await launcher.launch({
    folder,
    env: {
      ...variablesOf(simulators),
      AUTH_TOKENS_FILE: 'tokens.json',
      HOME: elsewhere,
      TMPDIR: elsewhere,
      // The driver of the store is native; what it writes is looked for below.
      NODE_OPTIONS: `${KEPT_IN} --allow-addons --allow-fs-read=* --allow-fs-write=${data}/*`,
    },
  });
  const url = await service.ready();
  const opened = await ask<{ createLink: { session: { status: string } } }>(
    url,
    `mutation { createLink(input: { remoteAccessId: "${router.access}", durationSeconds: 600 }) { session { status } } }`,
    { token: ADMIN.token },
  );
  expect(opened.data.createLink.session.status).toBe('ACTIVE');
  expect((await ask(url, '{ sessions { nodes { url } } }', { token: ADMIN.token })).errors).toBeUndefined();
  expect(await service.stop()).toMatchObject({ code: 0 });

  expect(service.stdout + service.stderr).not.toContain('ERR_ACCESS_DENIED');
  expect(service.lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect((await readdir(folder)).sort()).toEqual(['data', 'tokens.json']);
  expect(await readdir(elsewhere)).toEqual([]);
  expect(await readdir(data)).toEqual(expect.arrayContaining(['drawbridge.db', 'drawbridge.key']));
});
