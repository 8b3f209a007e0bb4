import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCOPES, type Scope } from '../../src/domain/principal';
import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  as,
  CREATE_LINK,
  codeOf,
  countCalls,
  dataOf,
  hurry,
  type LinkAnswer,
  OPEN_ACCESS,
  resetCalls,
} from './asking';

let folder: string;
let service: TestService;

/** Tokens of one and the same caller, who may be given another one in the course of time. */
const TOKENS: Readonly<
  Record<string, { readonly accounts?: readonly string[]; readonly scopes?: readonly Scope[] }>
> = {
  all: {},
  'without-rms': { accounts: ['remoteit', 'everyware'] },
  'without-vpn': { scopes: SCOPES.filter((scope) => scope !== 'vpn:write') },
};

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const file = path.join(folder, 'tokens.json');
  const tokens = Object.entries(TOKENS).map(([token, rights]) => ({
    sha256: createHash('sha256').update(token).digest('hex'),
    subject: 'ana',
    scopes: SCOPES,
    ...rights,
  }));
  await writeFile(file, JSON.stringify(tokens));
  const env = { AUTH_DISABLED: undefined, AUTH_TOKENS_FILE: file };
  service = await startTestService({ simulators: { devices: 3 }, env });
  hurry(service.simulators);
});

afterEach(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

type Input = Readonly<Record<string, unknown>>;

/** Asks as somebody who wants nothing from memory: whatever is looked up costs a call. */
async function ask(query: string, input: Input, token = 'all') {
  const headers = { ...as(token), 'cache-control': 'no-cache' };
  return service.query<Record<string, LinkAnswer>>(query, { variables: { input }, headers });
}

async function opened(query: string, input: Input, token?: string): Promise<LinkAnswer> {
  const [answer] = Object.values(dataOf(await ask(query, input, token)));
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

/** Each vendor, with a link through a way in of its own, and how that and its device go away. */
const targets = [
  [
    'Teltonika RMS',
    () => {
      const { access, device, deviceId } = addRouter(service.simulators, { protocol: 'ssh' });
      return { access, device, remove: () => service.simulators.rms.state.removeDevice(deviceId) };
    },
  ],
  [
    'remote.it',
    () => {
      const { access, device, address } = addService(service.simulators);
      return { access, device, remove: () => service.simulators.remoteit.state.removeRow(address) };
    },
  ],
  [
    'Everyware Cloud',
    () => {
      const { access, device, id } = addGateway(service.simulators);
      return { access, device, remove: () => service.simulators.everyware.state.removeDevice(id) };
    },
  ],
] as const;

const mutations = [
  ['createLink', CREATE_LINK, (access: string) => ({ remoteAccessId: access })],
  ['openAccess', OPEN_ACCESS, (_: string, device: string) => ({ deviceId: device, protocol: 'SSH' })],
] as const;

describe.each(mutations)('%s with a key that was used before', (_, query, targetOf) => {
  describe.each(targets)('at %s', (__, add) => {
    test('answers the earlier link without a call, also where the target is gone or its vendor is down', async () => {
      const { access, device, remove } = add();
      const input = {
        ...targetOf(access, device),
        durationSeconds: 600,
        reason: 'pump',
        idempotencyKey: 'k',
      };
      const { session } = await opened(query, input);
      remove();
      for (const { faults } of Object.values(service.simulators)) {
        if (faults !== undefined) faults.add({ kind: 'status', status: 503 });
      }
      resetCalls(service.simulators);
      expect(await opened(query, input)).toEqual({ session, replayed: true });
      for (const change of [{ durationSeconds: 601 }, { reason: 'valve' }]) {
        expect(codeOf(await ask(query, { ...input, ...change }))).toBe('IDEMPOTENCY_CONFLICT');
      }
      expect(countCalls(service.simulators)).toBe(0);
    });
  });

  test('says nothing of an account that the caller has no more', async () => {
    const { access, device } = addRouter(service.simulators, { protocol: 'ssh' });
    const other = addService(service.simulators);
    const input = { ...targetOf(access, device), durationSeconds: 600, idempotencyKey: 'k' };
    await opened(query, input);
    resetCalls(service.simulators);
    expect(codeOf(await ask(query, input, 'without-rms'))).toBe('NOT_FOUND');
    const elsewhere = { ...input, ...targetOf(other.access, other.device) };
    expect(codeOf(await ask(query, elsewhere, 'without-rms'))).toBe('IDEMPOTENCY_CONFLICT');
    expect(countCalls(service.simulators)).toBe(0);
  });

  test('hands out no VPN to a caller who may not use it any more', async () => {
    const { access, device } = addGateway(service.simulators);
    const input = { ...targetOf(access, device), durationSeconds: 600, idempotencyKey: 'k' };
    await opened(query, input);
    expect(codeOf(await ask(query, input, 'without-vpn'))).toBe('FORBIDDEN');
  });
});

test('a wish that cannot be right is refused before its key is looked for', async () => {
  const { access } = addRouter(service.simulators);
  const input = { remoteAccessId: access, durationSeconds: 600, idempotencyKey: 'k' };
  await opened(CREATE_LINK, input);
  const wrong = [{ durationSeconds: 9 }, { reason: 'x'.repeat(1001) }, { allowedIp: '10.0.0.1' }];
  for (const change of [...wrong, { remoteAccessId: 'nonsense' }]) {
    expect(codeOf(await ask(CREATE_LINK, { ...input, ...change }))).toBe('BAD_USER_INPUT');
  }
});
