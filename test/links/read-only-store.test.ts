import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestService, type TestService, variablesOf } from '../support/service';
import { readLink } from './asking';
import { everyMutation, expectNothingIsDone } from './every-mutation';

let folder: string;
let vendors: TestService;
let service: TestService | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  vendors = await startTestService({ simulators: { devices: 3 } });
});

afterEach(async () => {
  await service?.close();
  await vendors.close();
  await rm(folder, { recursive: true });
});

const start = (file: string): Promise<TestService> =>
  startTestService({
    simulators: { devices: 1 },
    env: { ...variablesOf(vendors.simulators), DATABASE_URL: `file:${file}` },
  });

test('a service whose file is read-only starts and reads, and does nothing at a vendor', async () => {
  const file = path.join(folder, 'links.db');
  const before = await start(file);
  const mutations = await everyMutation({ ...before, simulators: vendors.simulators });
  const closing = mutations.find(([query]) => query.includes('closeSession'));
  await before.close();
  await markReadOnly(file);

  service = await start(file);
  await expectNothingIsDone({ ...service, simulators: vendors.simulators }, mutations);
  expect(await readLink(service, String(closing?.[1]['id']))).toMatchObject({ status: 'ACTIVE' });
});

/** Sets the file format's "write version" to one from the future: SQLite then reads the file, but never writes it. */
async function markReadOnly(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(Buffer.from([3]), 0, 1, 18);
  await handle.close();
}
