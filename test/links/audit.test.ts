import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCOPES } from '../../src/domain/principal';
import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  as,
  CLOSE,
  CREATE_LINK,
  codeOf,
  dataOf,
  hurry,
  type Link,
  learnFleet,
  OPEN_ACCESS,
  tokensFile,
} from './asking';

let folder: string;
let service: TestService;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const env = tokensFile(path.join(folder, 'tokens.json'), [
    { subject: 'north' },
    { subject: 'south' },
    { subject: 'lab', accounts: ['remoteit'] },
    { subject: 'curious', scopes: SCOPES.filter((scope) => scope !== 'audit:read') },
  ]);
  service = await startTestService({ simulators: { devices: 3 }, env });
  hurry(service.simulators);
});

afterEach(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

interface Entry {
  readonly id: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string | null;
  readonly outcome: string;
  readonly reason: string | null;
}

interface Log {
  readonly auditLog: {
    readonly nodes: readonly Entry[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const ask = <T>(query: string, variables: Readonly<Record<string, unknown>>, subject = 'north') =>
  service.query<T>(query, { variables, headers: as(subject) });

async function log(args: string, subject = 'north'): Promise<Log['auditLog']> {
  const fields = 'nodes { id at actor action target outcome reason } pageInfo { hasNextPage endCursor }';
  return dataOf(await ask<Log>(`{ auditLog${args} { ${fields} } }`, {}, subject)).auditLog;
}

const told = ({ actor, action, target, outcome, reason }: Entry) => [actor, action, target, outcome, reason];

test('each attempt at a vendor is in the log with who, what, whom, how it ended and why, the newest first', async () => {
  const router = addRouter(service.simulators);
  const offline = addRouter(service.simulators);
  const gateway = addGateway(service.simulators);
  service.simulators.rms.state.setOnline(offline.deviceId, false);
  await learnFleet({ query: (query, options) => ask(query, options?.variables ?? {}) });
  const linked = await ask<{ createLink: { session: Link } }>(CREATE_LINK, {
    input: { remoteAccessId: router.access, durationSeconds: 60, reason: 'pump 3' },
  });
  const { session } = dataOf(linked).createLink;
  await ask(CLOSE, { id: session.id }, 'south');
  const failed = { remoteAccessId: offline.access, durationSeconds: 60, reason: 'pump 4' };
  expect(codeOf(await ask(CREATE_LINK, { input: failed }))).toBe('DEVICE_OFFLINE');
  await ask('mutation ($id: ID!) { connectVpn(deviceId: $id) { device { id } } }', { id: gateway.device });
  service.simulators.rms.faults.add({ kind: 'status', status: 403, route: 'DELETE /devices/remote-access' });
  const refused = await ask('mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }', {
    id: router.access,
  });
  expect(codeOf(refused)).toBe('VENDOR_UNAUTHORIZED');
  service.simulators.rms.faults.clear();
  await ask(
    'mutation ($input: UpdateRemoteAccessInput!) { updateRemoteAccess(input: $input) { remoteAccess { id } } }',
    {
      input: { remoteAccessId: router.access, port: 444 },
    },
  );

  const { nodes } = await log('');
  expect(nodes.map(told)).toEqual([
    ['north', 'updateRemoteAccess', router.access, 'ok', null],
    ['north', 'deleteRemoteAccess', router.access, 'VENDOR_UNAUTHORIZED', null],
    ['north', 'connectVpn', gateway.device, 'ok', null],
    ['north', 'createLink', expect.stringMatching(/^rms:session:/), 'DEVICE_OFFLINE', 'pump 4'],
    ['south', 'closeSession', session.id, 'ok', 'pump 3'],
    ['north', 'createLink', session.id, 'ok', 'pump 3'],
  ]);
  expect((await log('(actor: "south")')).nodes).toHaveLength(1);
  expect((await log(`(target: "${session.id}")`)).nodes.map(({ action }) => action)).toEqual([
    'closeSession',
    'createLink',
  ]);
});

test('a page goes on where the one before ended, also when something was added meanwhile', async () => {
  const { access } = addService(service.simulators);
  const open = () => ask(CREATE_LINK, { input: { remoteAccessId: access, durationSeconds: 60 } });
  for (let count = 0; count < 5; count += 1) await open();
  const { nodes: all } = await log('');
  expect(new Set(all.map(({ id }) => id)).size).toBe(5);
  const first = await log('(first: 2)');
  expect(first.nodes).toEqual(all.slice(0, 2));
  expect(first.pageInfo.hasNextPage).toBe(true);
  await open();
  const second = await log(`(first: 2, after: "${first.pageInfo.endCursor}")`);
  expect(second.nodes).toEqual(all.slice(2, 4));
  const third = await log(`(first: 2, after: "${second.pageInfo.endCursor}")`);
  expect(third.nodes).toEqual(all.slice(4));
  expect(third.pageInfo.hasNextPage).toBe(false);
  for (const args of ['(first: 0)', '(first: 501)', '(after: "x")']) {
    expect(codeOf(await ask(`{ auditLog${args} { nodes { id } } }`, {}))).toBe('BAD_USER_INPUT');
  }
});

test('nobody reads of accounts that are not theirs, nor without the scope, and no link is in it', async () => {
  const router = addRouter(service.simulators);
  const row = addService(service.simulators);
  const opened = await ask<{ createLink: { session: Link } }>(CREATE_LINK, {
    input: { remoteAccessId: router.access, durationSeconds: 60 },
  });
  await ask(OPEN_ACCESS, { input: { deviceId: row.device, protocol: 'SSH', durationSeconds: 60 } }, 'lab');
  expect((await log('', 'lab')).nodes.map(told)).toEqual([
    ['lab', 'openAccess', expect.stringMatching(/^remoteit:session:/), 'ok', null],
  ]);
  const { url, id } = dataOf(opened).createLink.session;
  expect((await log(`(target: "${id}")`, 'lab')).nodes).toEqual([]);
  expect(codeOf(await ask('{ auditLog { nodes { id } } }', {}, 'curious'))).toBe('FORBIDDEN');
  const all = JSON.stringify(await log(''));
  const host = new URL(url ?? '').host;
  expect(all).toContain(id);
  expect(all).not.toContain(host);
  expect(service.log.join('')).not.toContain(host);
});
