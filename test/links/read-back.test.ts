import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  CLOSE,
  CREATE_LINK,
  countCalls,
  dataOf,
  hurry,
  type LinkAnswer,
  OPEN_ACCESS,
  resetCalls,
} from './asking';

/*
 * What a mutation's own calls have told is not asked for again: each vendor is called by the mutation alone, though
 * nothing of the device was in memory before.
 */

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 3 } });
  hurry(service.simulators);
});

afterAll(() => service?.close());

type Variables = Readonly<Record<string, unknown>>;

async function ask<T>(query: string, variables: Variables): Promise<T> {
  return dataOf(await service.query<T>(query, { variables }));
}

/** What a read answers that no vendor is asked for. */
async function free<T>(query: string, variables: Variables): Promise<T> {
  resetCalls(service.simulators);
  const data = await ask<T>(query, variables);
  expect([query, countCalls(service.simulators)]).toEqual([query, 0]);
  return data;
}

const DEVICE = 'query ($id: ID!) { device(id: $id) { name remoteAccesses { id name port } } }';
const ACCESS = 'query ($id: ID!) { remoteAccess(id: $id) { name port device { name } } }';
const VPN = 'query ($id: ID!) { device(id: $id) { name vpnStatus { connected ipAddress } } }';
const OF_DEVICE = 'query ($id: ID!) { device(id: $id) { sessions { id status url host port } } }';
const OF_ACCESS = 'query ($id: ID!) { remoteAccess(id: $id) { sessions { id status url host port } } }';
const SESSION =
  'query ($id: ID!) { session(id: $id) { id status device { name } remoteAccess { name device { name } } } }';
const LIST =
  'query ($id: ID!) { sessions(filter: { device: [$id] }) { nodes { id status device { name } remoteAccess { name } } } }';
const CREATE =
  'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id } } }';
const UPDATE =
  'mutation ($input: UpdateRemoteAccessInput!) { updateRemoteAccess(input: $input) { remoteAccess { id } } }';
const DELETE = 'mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }';

const wayInto = (deviceId: string) => ({
  input: { deviceId, name: 'PLC', protocol: 'HTTP', host: '192.168.1.10', port: 80 },
});

describe('of a device of which nothing is known', () => {
  test('a way in that was made is there, with its neighbours', async () => {
    const { device } = addRouter(service.simulators);
    await ask(CREATE, wayInto(device));
    const { device: read } = await free<{ device: { remoteAccesses: unknown[] } }>(DEVICE, { id: device });
    expect(read.remoteAccesses).toHaveLength(2);
  });

  test('a way in that was changed is as it was changed, and so are its neighbours', async () => {
    const { device, access } = addRouter(service.simulators);
    await ask(UPDATE, { input: { remoteAccessId: access, port: 8080 } });
    expect(await free(ACCESS, { id: access })).toMatchObject({ remoteAccess: { port: 8080 } });
    expect(await free(DEVICE, { id: device })).toMatchObject({
      device: { remoteAccesses: [{ port: 8080 }] },
    });
  });

  test('a way in that was deleted is gone', async () => {
    const { device, access } = addRouter(service.simulators);
    await ask(DELETE, { id: access });
    expect(await free(ACCESS, { id: access })).toEqual({ remoteAccess: null });
    expect(await free(DEVICE, { id: device })).toMatchObject({ device: { remoteAccesses: [] } });
  });

  test('a way in that was made for a link is there, and so is the link', async () => {
    const { id } = service.simulators.rms.state.addDevice();
    const device = `rms:device:${id}`;
    const input = { deviceId: device, protocol: 'SSH', host: '10.0.0.1', durationSeconds: 60 };
    const { openAccess } = await ask<{ openAccess: LinkAnswer }>(OPEN_ACCESS, { input });
    const { device: read } = await free<{ device: { remoteAccesses: unknown[] } }>(DEVICE, { id: device });
    expect(read.remoteAccesses).toHaveLength(1);
    expect(await free(OF_DEVICE, { id: device })).toMatchObject({
      device: { sessions: [{ id: openAccess.session.id, status: 'ACTIVE' }] },
    });
  });

  const added = [
    ['Teltonika RMS', () => addRouter(service.simulators)],
    ['remote.it', () => addService(service.simulators)],
    ['Everyware Cloud', () => addGateway(service.simulators)],
  ] as const;

  test.each(added)('a link of %s is there once it is open, and gone once it is closed', async (_, add) => {
    const { device, access } = add();
    const input = { remoteAccessId: access, durationSeconds: 60 };
    const { createLink } = await ask<{ createLink: LinkAnswer }>(CREATE_LINK, { input });
    const { id, url, host, port } = createLink.session;
    const sessions = [{ id, status: 'ACTIVE', url, host, port }];
    expect(await free(OF_DEVICE, { id: device })).toEqual({ device: { sessions } });
    expect(await free(OF_ACCESS, { id: access })).toEqual({ remoteAccess: { sessions } });
    expect(await free(SESSION, { id })).toMatchObject({ session: { id, status: 'ACTIVE' } });
    expect(await free(LIST, { id: device })).toMatchObject({
      sessions: { nodes: [{ id, status: 'ACTIVE' }] },
    });

    await ask(CLOSE, { id });
    expect(await free(OF_DEVICE, { id: device })).toEqual({ device: { sessions: [] } });
    expect(await free(OF_ACCESS, { id: access })).toEqual({ remoteAccess: { sessions: [] } });
    expect(await free(SESSION, { id })).toMatchObject({ session: { id, status: 'CLOSED' } });
    expect(await free(LIST, { id: device })).toMatchObject({
      sessions: { nodes: [{ id, status: 'CLOSED' }] },
    });
    // At RMS no link is over the VPN, whose state nobody has told.
    if (!device.startsWith('rms:')) await free(VPN, { id: device });
  });

  test.each([
    ['connectVpn', true],
    ['disconnectVpn', false],
  ])('a VPN is as %s has left it', async (mutation, connected) => {
    const { device, id } = addGateway(service.simulators);
    if (!connected) service.simulators.everyware.state.connectVpn(id);
    await ask(`mutation ($id: ID!) { ${mutation}(deviceId: $id) { device { id } } }`, { id: device });
    expect(await free(VPN, { id: device })).toMatchObject({ device: { vpnStatus: { connected } } });
  });
});

test('closing a link whose way in nobody has read for long makes its list known', async () => {
  const { device, access } = addRouter(service.simulators);
  const input = { remoteAccessId: access, durationSeconds: 60 };
  const { createLink } = await ask<{ createLink: LinkAnswer }>(CREATE_LINK, { input });
  const other = service.simulators.rms.state.activeSessions(Number(access.split(':').at(-1)))[0];
  service.simulators.rms.state.addSession({
    accessId: Number(access.split(':').at(-1)),
    startTime: other?.startTime ?? 0,
    endTime: (other?.endTime ?? 0) + 600,
  });
  await ask(CLOSE, { id: createLink.session.id });
  const read = await free<{ device: { sessions: { status: string }[] } }>(OF_DEVICE, { id: device });
  expect(read.device.sessions).toMatchObject([{ status: 'ACTIVE' }]);
});
