import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestService, type TestService, variablesOf } from '../support/service';
import { addRouter, closeSession, createLink, dataOf, hurry, learnFleet } from './asking';

let folder: string;
let service: TestService;
/** Another replica at the same store and the same vendors. */
let replica: TestService;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const env = { DATABASE_URL: `file:${path.join(folder, 'links.db')}` };
  service = await startTestService({ simulators: { devices: 3 }, env });
  replica = await openReplica();
  hurry(service.simulators);
});

function openReplica(): Promise<TestService> {
  const env = {
    DATABASE_URL: `file:${path.join(folder, 'links.db')}`,
    ...variablesOf(service.simulators),
  };
  return startTestService({ simulators: { devices: 1 }, env });
}

afterEach(async () => {
  await replica?.close();
  await service?.close();
  await rm(folder, { recursive: true });
});

interface Log {
  readonly auditLog: { readonly nodes: readonly { action: string; target: string; actor: string }[] };
}

async function log(): Promise<readonly string[]> {
  const answer = await service.query<Log>('{ auditLog { nodes { action target actor } } }');
  return dataOf(answer).auditLog.nodes.map(({ actor, action, target }) => `${actor} ${action} ${target}`);
}

/** Reads the links into a device anew, as one of the replicas. */
async function read(at: TestService, device: string): Promise<void> {
  const headers = { 'cache-control': 'no-cache' };
  const query = 'query ($id: ID!) { device(id: $id) { sessions { id } } }';
  dataOf(await at.query(query, { variables: { id: device }, headers }));
}

test('a link that was opened elsewhere is in the audit log once, whoever reads it and however often', async () => {
  const { state } = service.simulators.rms;
  const { device, access, accessId } = addRouter(service.simulators);
  const { id } = state.addSession({ accessId });
  const seen = `drawbridge linkSeen rms:session:${access.slice('rms:access:'.length)}:${id}`;
  await learnFleet(service);
  await Promise.all([service, replica, service, replica].map((at) => read(at, device)));
  expect(await log()).toEqual([seen]);

  await replica.close();
  replica = await openReplica();
  await read(replica, device);
  expect(await log()).toEqual([seen]);
});

test('a link that somebody ended elsewhere is told to be over once; one that was closed here is not', async () => {
  const { state } = service.simulators.rms;
  const { device, access, accessId } = addRouter(service.simulators);
  await learnFleet(service);
  const [mine, other] = [await createLink(service, access), await createLink(service, access)];
  await closeSession(service, mine.session.id);
  for (const { id } of state.activeSessions(accessId)) state.endSession(id);
  await read(service, device);
  await read(replica, device);
  expect(await log()).toEqual([
    `drawbridge linkEnded ${other.session.id}`,
    `anonymous closeSession ${mine.session.id}`,
    `anonymous createLink ${other.session.id}`,
    `anonymous createLink ${mine.session.id}`,
  ]);
});
