import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCOPES } from '../../src/domain/principal';
import { addService, as, createLink, tokensFile } from '../links/asking';
import { ManualClock } from '../support/manual-clock';
import { RawSocket } from '../support/raw-socket';
import { startTestService, type TestService } from '../support/service';

const FOLLOW =
  'subscription ($ids: [ID!]!) { sessionExpiry(sessionIds: $ids) { type session { status host } } }';

let service: TestService;
let clock: ManualClock;
let folder: string;
let tokens: string;
let socket: RawSocket;
let id: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  tokens = path.join(folder, 'tokens.json');
  clock = new ManualClock();
  const env = tokensFile(tokens, [{ subject: 'app' }, { subject: 'other' }]);
  service = await startTestService({ clock, simulators: { devices: 3 }, env });
  id = (await createLink(service, addService(service.simulators).access, {}, as('other'))).session.id;
  socket = await RawSocket.begin(service.url, { authorization: 'app' });
  socket.subscribe('1', FOLLOW, { variables: { ids: [id] } });
  expect(await socket.next()).toMatchObject({
    payload: { data: { sessionExpiry: { type: 'CURRENT', session: { host: expect.any(String) } } } },
  });
});

afterEach(async () => {
  socket.close();
  await service?.close();
  await rm(folder, { recursive: true });
});

/** The operator changes the list, and the service looks at it. */
function change(callers: Parameters<typeof tokensFile>[1]): void {
  tokensFile(tokens, callers);
  clock.advance(1_000);
}

const CLOSE = 'mutation ($id: ID!) { closeSession(id: $id) { session { status } } }';

test('a token that is taken out of the list closes the sockets of its caller with 4403', async () => {
  const other = await RawSocket.begin(service.url, { authorization: 'other' });
  change([{ subject: 'other' }]);
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
  other.subscribe('1', '{ viewer { subject } }');
  expect(await other.next()).toMatchObject({ type: 'next' });
  other.close();
});

test('a caller that loses a scope keeps its socket, and sees no more than it may by then', async () => {
  change([{ subject: 'app', scopes: SCOPES.filter((scope) => scope !== 'links:use') }, { subject: 'other' }]);
  socket.subscribe('2', FOLLOW, { variables: { ids: [id] } });
  expect(await socket.next()).toMatchObject({
    id: '2',
    payload: { data: { sessionExpiry: { type: 'CURRENT', session: { status: 'ACTIVE', host: null } } } },
  });
  socket.subscribe('3', CLOSE, { variables: { id } });
  expect(await socket.next()).toMatchObject({
    id: '3',
    payload: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
  });
  expect(await socket.next()).toEqual({ id: '3', type: 'complete' });
  await service.query(CLOSE, { variables: { id }, headers: as('other') });
  expect(await socket.next()).toMatchObject({ payload: { data: { sessionExpiry: { type: 'CLOSED' } } } });
});

test('a caller that loses an account hears no more of it, and the error names the request that subscribed', async () => {
  change([{ subject: 'app', accounts: ['rms'] }, { subject: 'other' }]);
  const ended = await socket.next();
  expect(ended).toMatchObject({ id: '1', type: 'error', payload: [{ extensions: { code: 'FORBIDDEN' } }] });
  const [{ extensions }] = ended.payload as [{ extensions: Record<string, string> }];
  const logged = service.log.filter((line) => line.includes(`"requestId":"${extensions['requestId']}"`));
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([{ msg: 'operation', type: 'subscription' }]);
});
