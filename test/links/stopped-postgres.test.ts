import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestService, type TestService } from '../support/service';
import { addRouter, createLink, learnFleet, until } from './asking';
import { everyMutation, expectNothingIsDone } from './every-mutation';

const SERVER = path.join(__dirname, '../../scripts/postgres-server.sh');

/** A PostgreSQL server of this test's own, which may be stopped. */
const control = async (action: 'start' | 'stop', folder: string): Promise<string> =>
  (await promisify(execFile)('sh', [SERVER, action, folder])).stdout.trim();

if (process.env['TEST_DATABASE_URL'] === undefined) {
  test.skip('PostgreSQL that is stopped', () => {});
} else {
  let folder: string;
  let service: TestService | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  });

  afterEach(async () => {
    await service?.close();
    await control('stop', folder).catch(() => undefined);
    await rm(folder, { recursive: true });
  });

  test('while PostgreSQL is stopped nothing is done at a vendor, and all is well once it is back', async () => {
    const DATABASE_URL = await control('start', folder);
    service = await startTestService({ simulators: { devices: 3 }, env: { DATABASE_URL } });
    const ready = async (at: TestService) => (await fetch(`${at.url}/health/ready`)).status;
    const mutations = await everyMutation(service);
    expect(await ready(service)).toBe(200);

    await control('stop', folder);
    await expectNothingIsDone(service, mutations);

    await control('start', folder);
    const running = service;
    await until(async () => (await ready(running)) === 200);
    const { access } = addRouter(service.simulators);
    await learnFleet(service);
    expect(await createLink(service, access)).toMatchObject({ session: { status: 'ACTIVE' } });
  });
}
