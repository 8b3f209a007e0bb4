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
  learnFleet,
  OPEN_ACCESS,
  tokensFile,
  WEB_ROW,
} from './asking';

let folder: string;
let service: TestService;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const env = tokensFile(path.join(folder, 'tokens.json'), [
    { subject: 'operator' },
    { subject: 'north', accounts: ['rms', 'everyware'] },
    { subject: 'lab', accounts: ['remoteit'] },
    { subject: 'reader', scopes: ['devices:read'], accounts: ['rms', 'remoteit', 'everyware'] },
    { subject: 'linker', scopes: SCOPES.filter((scope) => scope !== 'remote_access:write') },
  ]);
  service = await startTestService({ simulators: { devices: 3 }, env });
  hurry(service.simulators);
});

afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

const CREATE_ACCESS =
  'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id } } }';
const UPDATE_ACCESS =
  'mutation ($input: UpdateRemoteAccessInput!) { updateRemoteAccess(input: $input) { remoteAccess { id } } }';
const DELETE_ACCESS = 'mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }';
const CONNECT = 'mutation ($id: ID!) { connectVpn(deviceId: $id) { device { id } } }';
const DISCONNECT = 'mutation ($id: ID!) { disconnectVpn(deviceId: $id) { device { id } } }';

interface Entry {
  readonly actor: string;
  readonly action: string;
  readonly account: string | null;
  readonly target: string | null;
  readonly outcome: string;
  readonly reason: string | null;
  readonly detail: string;
}

type Variables = Readonly<Record<string, unknown>>;

const ask = (query: string, variables: Variables, subject: string) =>
  service.query(query, { variables, headers: as(subject) });

const learn = () =>
  learnFleet({
    query: (query, { headers, ...options } = {}) =>
      service.query(query, { ...options, headers: { ...headers, ...as('operator') } }),
  });

async function log(subject = 'operator'): Promise<readonly Entry[]> {
  const fields = 'actor action account target outcome reason detail';
  const answer = await service.query<{ auditLog: { nodes: readonly Entry[] } }>(
    `{ auditLog(first: 500) { nodes { ${fields} } } }`,
    { headers: as(subject) },
  );
  return dataOf(answer).auditLog.nodes;
}

/** The entries that something adds, oldest first. */
async function added(work: () => Promise<unknown>): Promise<readonly Entry[]> {
  const before = (await log()).length;
  await work();
  const after = await log();
  return after.slice(0, after.length - before).toReversed();
}

const told = ({ actor, action, account, target, outcome }: Entry) =>
  [actor, action, account, target, outcome] as const;

test('every refused attempt is recorded: who, what, at what, why not, and what was asked', async () => {
  const router = addRouter(service.simulators);
  const web = addService(service.simulators, WEB_ROW);
  const gateway = addGateway(service.simulators);
  await learn();
  const wish = { durationSeconds: 60, reason: 'pump 3' };
  const wayIn = { name: 'PLC', protocol: 'HTTP', host: '192.168.1.10', port: 80 };
  const attempts = [
    ['reader', CREATE_LINK, { input: { remoteAccessId: router.access, ...wish } }, 'FORBIDDEN'],
    [
      'north',
      CREATE_LINK,
      { input: { remoteAccessId: router.access, durationSeconds: 999_999 } },
      'POLICY_VIOLATION',
    ],
    [
      'lab',
      CREATE_LINK,
      { input: { remoteAccessId: web.access, ...wish, allowedIp: '198.51.100.7' } },
      'POLICY_VIOLATION',
    ],
    ['north', CREATE_LINK, { input: { remoteAccessId: 'rms:access:1:99', ...wish } }, 'NOT_FOUND'],
    [
      'linker',
      OPEN_ACCESS,
      { input: { deviceId: router.device, protocol: 'SSH', host: '10.0.0.9', ...wish } },
      'FORBIDDEN',
    ],
    [
      'lab',
      OPEN_ACCESS,
      { input: { deviceId: web.device, protocol: 'SSH', ...wish } },
      'UNSUPPORTED_BY_VENDOR',
    ],
    ['lab', CREATE_ACCESS, { input: { deviceId: web.device, ...wayIn } }, 'UNSUPPORTED_BY_VENDOR'],
    [
      'north',
      CREATE_ACCESS,
      { input: { deviceId: router.device, ...wayIn, host: '8.8.8.8' } },
      'POLICY_VIOLATION',
    ],
    ['linker', UPDATE_ACCESS, { input: { remoteAccessId: router.access, port: 81 } }, 'FORBIDDEN'],
    ['north', DELETE_ACCESS, { id: 'rms:access:1:99' }, 'NOT_FOUND'],
    ['reader', CONNECT, { id: gateway.device }, 'FORBIDDEN'],
    ['north', DISCONNECT, { id: router.device }, 'UNSUPPORTED_BY_VENDOR'],
    ['north', CLOSE, { id: 'rms:session:g-none' }, 'NOT_FOUND'],
    ['north', CLOSE, { id: 'nonsense' }, 'BAD_USER_INPUT'],
  ] as const;
  for (const [subject, query, variables, code] of attempts) {
    const entries = await added(async () =>
      expect([query, codeOf(await ask(query, variables, subject))]).toEqual([query, code]),
    );
    const input: Variables = 'input' in variables ? variables.input : variables;
    const target = String(input['remoteAccessId'] ?? input['deviceId'] ?? input['id']);
    const account = target === 'nonsense' ? null : target.split(':', 1)[0];
    const action = /\) \{ (\w+)\(/.exec(query)?.[1];
    expect(entries.map(told)).toEqual([[subject, action, account, target, code]]);
    expect(entries[0]?.reason).toBe(input['reason'] ?? null);
  }
  const [refused] = (await log()).filter(({ outcome }) => outcome === 'POLICY_VIOLATION').toReversed();
  expect(JSON.parse(refused?.detail ?? '')).toEqual({
    remoteAccessId: router.access,
    durationSeconds: 999_999,
  });
});

test('what is tried at an account of somebody else is read by those alone who see every account', async () => {
  const router = addRouter(service.simulators);
  const input = { remoteAccessId: router.access, durationSeconds: 60, reason: 'planted by lab' };
  const entries = await added(async () => {
    expect(codeOf(await ask(CREATE_LINK, { input }, 'lab'))).toBe('NOT_FOUND');
    const nowhere = { ...input, remoteAccessId: 'no-such-account:access:1' };
    expect(codeOf(await ask(CREATE_LINK, { input: nowhere }, 'lab'))).toBe('NOT_FOUND');
  });
  expect(entries.map(told)).toEqual([
    ['lab', 'createLink', null, router.access, 'NOT_FOUND'],
    ['lab', 'createLink', null, 'no-such-account:access:1', 'NOT_FOUND'],
  ]);
  for (const subject of ['north', 'lab']) {
    expect(JSON.stringify(await log(subject))).not.toContain('planted by lab');
  }
});

test('a way in that openAccess makes has an entry of its own, and so has taking it away again', async () => {
  const { state } = service.simulators.rms;
  const [online, offline] = [state.addDevice(), state.addDevice({ status: 0 })];
  await learn();
  const open = ({ id }: { readonly id: number }) => {
    const input = { deviceId: `rms:device:${id}`, protocol: 'SSH', host: '192.168.1.7', durationSeconds: 60 };
    return ask(OPEN_ACCESS, { input }, 'north');
  };
  const made = await added(() => open(online));
  const access = `rms:access:${online.id}:${state.accesses(online.id)[0]?.id}`;
  expect(made.map(told)).toEqual([
    ['north', 'createRemoteAccess', 'rms', access, 'ok'],
    ['north', 'openAccess', 'rms', expect.stringMatching(/^rms:session:g-/), 'ok'],
  ]);
  expect(JSON.parse(made[0]?.detail ?? '')).toMatchObject({
    deviceId: `rms:device:${online.id}`,
    protocol: 'SSH',
    host: '192.168.1.7',
    port: 22,
    by: 'openAccess',
  });

  const undone = await added(async () => expect(codeOf(await open(offline))).toBe('DEVICE_OFFLINE'));
  const target = expect.stringMatching(new RegExp(`^rms:access:${offline.id}:`));
  expect(undone.map(told)).toEqual([
    ['north', 'createRemoteAccess', 'rms', target, 'ok'],
    ['north', 'openAccess', 'rms', expect.stringMatching(/^rms:session:g-/), 'DEVICE_OFFLINE'],
    ['drawbridge', 'deleteRemoteAccess', 'rms', target, 'ok'],
  ]);
  expect(JSON.parse(undone[2]?.detail ?? '')).toEqual({ link: undone[1]?.target });
});

test('an attempt that finds everything done is recorded as that', async () => {
  const router = addRouter(service.simulators);
  await learn();
  const input = { remoteAccessId: router.access, durationSeconds: 60, idempotencyKey: 'k' };
  const open = () => ask(CREATE_LINK, { input }, 'north');
  const { createLink } = dataOf(await open()) as { createLink: { session: { id: string } } };
  const { id } = createLink.session;
  const close = () => ask(CLOSE, { id }, 'north');
  await close();
  const entries = await added(async () => {
    await open();
    await close();
    await ask(UPDATE_ACCESS, { input: { remoteAccessId: router.access } }, 'north');
  });
  expect(entries.map(told)).toEqual([
    ['north', 'createLink', 'rms', id, 'ok'],
    ['north', 'closeSession', 'rms', id, 'ok'],
    ['north', 'updateRemoteAccess', 'rms', router.access, 'ok'],
  ]);
  expect(entries.map(({ detail }) => JSON.parse(detail))).toEqual([
    { remoteAccessId: router.access, durationSeconds: 60, replayed: true },
    { status: 'CLOSED' },
    { remoteAccessId: router.access, changed: false },
  ]);
});
