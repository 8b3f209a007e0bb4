import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  CLOSE,
  closeSession,
  countCalls,
  createLink,
  dataOf,
  hurry,
  learnFleet,
  openAccess,
  resetCalls,
  until,
} from './asking';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 3 } });
  hurry(service.simulators);
});

afterAll(() => service?.close());

async function ask<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
  return dataOf(await service.query<T>(query, { variables }));
}

/** What a read answers that no vendor is asked for. */
async function free<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
  resetCalls(service.simulators);
  const data = await ask<T>(query, variables);
  expect(countCalls(service.simulators)).toBe(0);
  return data;
}

const WAYS_IN = 'query ($id: ID!) { device(id: $id) { remoteAccesses { id name port } } }';
const WAY_IN = 'query ($id: ID!) { remoteAccess(id: $id) { name port } }';
const VPN = 'query ($id: ID!) { device(id: $id) { vpnStatus { connected ipAddress } } }';
const SESSIONS = 'query ($id: ID!) { device(id: $id) { sessions { id } } }';
const KNOWN =
  'query ($id: ID!) { sessions(filter: { device: [$id], status: [ACTIVE] }) { nodes { id url host } } }';

test('a way in that was made, changed or deleted is seen so by the next read', async () => {
  const router = addRouter(service.simulators);
  await learnFleet(service);
  const input = { deviceId: router.device, name: 'PLC', protocol: 'HTTP', host: '192.168.1.10', port: 80 };
  const made = await ask<{ createRemoteAccess: { remoteAccess: { id: string } } }>(
    'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id } } }',
    { input },
  );
  const { id } = made.createRemoteAccess.remoteAccess;
  const first = { id: router.access, name: 'Router_WebUI', port: 443 };
  expect(await free(WAYS_IN, { id: router.device })).toEqual({
    device: { remoteAccesses: [first, { id, name: 'PLC', port: 80 }] },
  });
  await ask(
    'mutation ($input: UpdateRemoteAccessInput!) { updateRemoteAccess(input: $input) { remoteAccess { id } } }',
    {
      input: { remoteAccessId: id, port: 8080 },
    },
  );
  expect(await free(WAY_IN, { id })).toEqual({ remoteAccess: { name: 'PLC', port: 8080 } });
  await ask('mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }', { id });
  expect(await free(WAY_IN, { id })).toEqual({ remoteAccess: null });
  expect(await free(WAYS_IN, { id: router.device })).toEqual({ device: { remoteAccesses: [first] } });
});

test('links through a way in are over for the next read once it is deleted, as their vendor tells', async () => {
  const router = addRouter(service.simulators);
  await learnFleet(service);
  const { session } = await createLink(service, router.access);
  await ask('mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }', { id: router.access });
  expect(await free(SESSIONS, { id: router.device })).toEqual({ device: { sessions: [] } });
  expect(await free('query ($id: ID!) { session(id: $id) { status url } }', { id: session.id })).toEqual({
    session: { status: 'CLOSED', url: null },
  });
  const log = 'query ($id: ID!) { auditLog(target: $id) { nodes { action outcome } } }';
  expect(await free(log, { id: session.id })).toMatchObject({
    auditLog: { nodes: [{ action: 'closeSession', outcome: 'ok' }, { action: 'createLink' }] },
  });
});

test('the answer to a mutation, read back with its device and way in, costs nothing beyond its own calls', async () => {
  const router = addRouter(service.simulators);
  const gateway = addGateway(service.simulators);
  const row = addService(service.simulators);
  await learnFleet(service);
  const back =
    'device { name status model remoteAccesses { id } } remoteAccess { name protocol device { name } }';
  const cases = [
    [router.access, 3],
    [row.access, 1],
    [gateway.access, 3],
  ] as const;
  for (const [remoteAccessId, own] of cases) {
    resetCalls(service.simulators);
    const answer = await ask<{ createLink: { session: { id: string; device: { status: string } } } }>(
      `mutation ($input: CreateLinkInput!) { createLink(input: $input) { session { id ${back} } } }`,
      { input: { remoteAccessId, durationSeconds: 60 } },
    );
    expect(answer.createLink.session.device.status).toBe('ONLINE');
    expect([remoteAccessId, countCalls(service.simulators)]).toEqual([remoteAccessId, own]);
    await ask(CLOSE, { id: answer.createLink.session.id });
  }
  resetCalls(service.simulators);
  await ask(
    `mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) {
      remoteAccess { name device { name remoteAccesses { id } } } } }`,
    { input: { deviceId: router.device, name: 'HMI', protocol: 'VNC', host: '192.168.1.3', port: 5900 } },
  );
  expect(countCalls(service.simulators)).toBe(3);
  resetCalls(service.simulators);
  await ask('mutation ($id: ID!) { connectVpn(deviceId: $id) { device { name vpnStatus { connected } } } }', {
    id: gateway.device,
  });
  expect(countCalls(service.simulators)).toBe(2);
});

test('a link that was opened or closed is seen so by the next read, also where its list was read just before', async () => {
  const router = addRouter(service.simulators);
  const row = addService(service.simulators);
  const gateway = addGateway(service.simulators);
  await learnFleet(service);
  for (const { device, access } of [router, row, gateway]) {
    expect(await ask(SESSIONS, { id: device })).toEqual({ device: { sessions: [] } });
    const { session } = await createLink(service, access);
    expect(await free(SESSIONS, { id: device })).toEqual({ device: { sessions: [{ id: session.id }] } });
    const { id, url, host } = session;
    expect(await free(KNOWN, { id: device })).toEqual({ sessions: { nodes: [{ id, url, host }] } });
    await closeSession(service, session.id);
    expect(await free(SESSIONS, { id: device })).toEqual({ device: { sessions: [] } });
    expect(await free(KNOWN, { id: device })).toEqual({ sessions: { nodes: [] } });
  }
});

describe('while an older list of the vendor is on its way', () => {
  const headers = { 'cache-control': 'no-cache' };

  test('a link that was opened meanwhile stays open, is no second one, and is closed for good', async () => {
    const router = addRouter(service.simulators);
    await learnFleet(service);
    const route = 'GET /devices/connect/{access_id}/sessions';
    const listedBefore = service.simulators.rms.faults.add({ kind: 'hold', route, times: 1 });
    const early = service.query(SESSIONS, { variables: { id: router.device }, headers });
    await until(() => listedBefore.hits === 1);
    const { session } = await createLink(service, router.access);
    listedBefore.release();
    dataOf(await early);
    const one = { device: { sessions: [{ id: session.id }] } };
    expect(await ask(SESSIONS, { id: router.device })).toEqual(one);

    const listedOpen = service.simulators.rms.faults.add({ kind: 'hold', route, times: 1 });
    const late = service.query(SESSIONS, { variables: { id: router.device }, headers });
    await until(() => listedOpen.hits === 1);
    await closeSession(service, session.id);
    listedOpen.release();
    dataOf(await late);
    expect(await ask(SESSIONS, { id: router.device })).toEqual({ device: { sessions: [] } });
  });

  test('a link that was opened after the ledger was read is the same link for that read', async () => {
    const router = addRouter(service.simulators);
    await learnFleet(service);
    const route = 'GET /devices/remote-access';
    const held = service.simulators.rms.faults.add({ kind: 'hold', route, times: 1 });
    const early = service.query(SESSIONS, { variables: { id: router.device }, headers });
    await until(() => held.hits === 1);
    const { session } = await createLink(service, router.access);
    held.release();
    dataOf(await early);
    expect(await ask(SESSIONS, { id: router.device })).toEqual({
      device: { sessions: [{ id: session.id }] },
    });
    expect(service.log.join('')).not.toContain('could not be written down');
  });

  test('a way in that was made meanwhile is there', async () => {
    const router = addRouter(service.simulators);
    await learnFleet(service);
    const held = service.simulators.rms.faults.add({
      kind: 'hold',
      route: 'GET /devices/remote-access',
      times: 1,
    });
    const early = service.query(WAYS_IN, { variables: { id: router.device }, headers });
    await until(() => held.hits === 1);
    const input = { deviceId: router.device, name: 'PLC', protocol: 'HTTP', host: '192.168.1.10', port: 80 };
    await ask(
      'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id } } }',
      { input },
    );
    held.release();
    dataOf(await early);
    const ways = await ask<{ device: { remoteAccesses: { name: string }[] } }>(WAYS_IN, {
      id: router.device,
    });
    expect(ways.device.remoteAccesses.map(({ name }) => name)).toEqual(['Router_WebUI', 'PLC']);
  });
});

describe('the state of a VPN', () => {
  test('is seen as connectVpn and disconnectVpn left it', async () => {
    const { device, id } = addGateway(service.simulators);
    await learnFleet(service);
    await ask(VPN, { id: device });
    await ask('mutation ($id: ID!) { connectVpn(deviceId: $id) { device { id } } }', { id: device });
    const ipAddress = service.simulators.everyware.state.tunnel(id)?.ipAddress;
    expect(await free(VPN, { id: device })).toEqual({
      device: { vpnStatus: { connected: true, ipAddress } },
    });
    await ask('mutation ($id: ID!) { disconnectVpn(deviceId: $id) { device { id } } }', { id: device });
    expect(await free(VPN, { id: device })).toEqual({
      device: { vpnStatus: { connected: false, ipAddress: null } },
    });
  });

  test('is seen as a link left it', async () => {
    const { device, id } = addGateway(service.simulators);
    await learnFleet(service);
    expect(await ask(VPN, { id: device })).toEqual({
      device: { vpnStatus: { connected: false, ipAddress: null } },
    });
    const { session } = await openAccess(service, device, { protocol: 'SSH' });
    const ipAddress = service.simulators.everyware.state.tunnel(id)?.ipAddress;
    expect(await free(VPN, { id: device })).toEqual({
      device: { vpnStatus: { connected: true, ipAddress } },
    });
    await closeSession(service, session.id);
    expect(await free(VPN, { id: device })).toEqual({
      device: { vpnStatus: { connected: false, ipAddress: null } },
    });
  });
});
