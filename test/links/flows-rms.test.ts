import { startTestService, type TestService } from '../support/service';
import {
  addRouter,
  callsOf,
  closeSession,
  codeOf,
  createLink,
  dataOf,
  hurry,
  learnFleet,
  OPEN_ACCESS,
  openAccess,
  resetCalls,
} from './asking';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 3 } });
});

afterAll(() => service?.close());

/** Begins a test with a fleet that the service knows, so that each call counts that follows. */
async function begin(): Promise<void> {
  hurry(service.simulators);
  await learnFleet(service);
  resetCalls(service.simulators);
}

const CHANNEL = { call: 'GET /status/channel/*' };

describe('Teltonika RMS', () => {
  const calls = () => callsOf(service.simulators.rms.calls);

  test('a way in is made, changed and deleted, each through its channel, and read back from the list', async () => {
    const { state } = service.simulators.rms;
    const { id } = state.addDevice();
    await begin();
    service.simulators.rms.knobs.channelNotFoundPolls = 1;
    const listed = { call: 'GET /api/devices/remote-access', query: { device_id: String(id) } };

    const input = {
      deviceId: `rms:device:${id}`,
      name: 'PLC web',
      protocol: 'HTTP',
      host: '192.168.1.10',
      port: 80,
    };
    const fields = 'remoteAccess { id name protocol host port }';
    const made = await service.query<{ createRemoteAccess: { remoteAccess: { id: string } } }>(
      `mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { ${fields} } }`,
      { variables: { input } },
    );
    const [access] = state.accesses(id);
    const accessId = access?.id ?? 0;
    const remoteAccessId = `rms:access:${id}:${accessId}`;
    expect(dataOf(made).createRemoteAccess.remoteAccess).toEqual({
      id: remoteAccessId,
      name: 'PLC web',
      protocol: 'HTTP',
      host: '192.168.1.10',
      port: 80,
    });
    const row = {
      device_id: id,
      name: 'PLC web',
      destination_ip: '192.168.1.10',
      destination_port: 80,
      protocol: 'http',
      credentials_required: false,
    };
    const posted = { call: 'POST /api/devices/remote-access', body: { data: [row] } };
    expect(calls()).toEqual([posted, CHANNEL, CHANNEL, listed]);
    const { authorization, 'content-type': type } = service.simulators.rms.calls.entries[0]?.headers ?? {};
    expect({ authorization, type }).toEqual({
      authorization: `Bearer ${service.simulators.rms.credentials.token}`,
      type: 'application/json',
    });

    await begin();
    resetCalls(service.simulators);
    const changed = await service.query(
      `mutation ($input: UpdateRemoteAccessInput!) { updateRemoteAccess(input: $input) { ${fields} } }`,
      { variables: { input: { remoteAccessId, protocol: 'HTTPS', port: 443 } } },
    );
    expect(dataOf(changed)).toMatchObject({
      updateRemoteAccess: {
        remoteAccess: { id: remoteAccessId, name: 'PLC web', protocol: 'HTTPS', port: 443 },
      },
    });
    const body = { protocol: 'https', destination_port: 443 };
    expect(calls()).toEqual([{ call: `PUT /api/devices/remote-access/${accessId}`, body }, CHANNEL, listed]);

    resetCalls(service.simulators);
    const deleted = await service.query('mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }', {
      variables: { id: remoteAccessId },
    });
    expect(dataOf(deleted)).toEqual({ deleteRemoteAccess: { deletedId: remoteAccessId } });
    const ids = { call: 'DELETE /api/devices/remote-access', body: { id: [accessId] } };
    expect(calls()).toEqual([ids, CHANNEL, listed]);
    expect(state.accesses(id)).toEqual([]);
  });

  test('a link is opened through the channel, found in the list, shown by reads once, and closed', async () => {
    const { state } = service.simulators.rms;
    const router = addRouter(service.simulators);
    await begin();
    const listed = {
      call: `GET /api/devices/connect/${router.accessId}/sessions`,
      query: { active: 'true' },
    };
    const { session, replayed } = await createLink(service, router.access, {
      durationSeconds: 900,
      reason: 'valve',
    });
    const [there] = state.activeSessions(router.accessId);
    expect(calls()).toEqual([
      { call: `POST /api/devices/connect/${router.accessId}`, body: { duration: 900 } },
      CHANNEL,
      listed,
    ]);
    expect(replayed).toBe(false);
    expect(session).toMatchObject({
      status: 'ACTIVE',
      url: `https://${there?.host}`,
      host: null,
      port: null,
      createdBy: 'anonymous',
      reason: 'valve',
      expiresAt: new Date((there?.endTime ?? 0) * 1000).toISOString(),
    });

    const read = await service.query('query ($id: ID!) { device(id: $id) { sessions { id url } } }', {
      variables: { id: router.device },
    });
    expect(dataOf(read)).toEqual({ device: { sessions: [{ id: session.id, url: session.url }] } });

    resetCalls(service.simulators);
    expect(await closeSession(service, session.id)).toMatchObject({ status: 'CLOSED', url: null });
    expect(calls()).toEqual([{ call: `DELETE /api/devices/connect/sessions/${there?.id}` }, CHANNEL, listed]);
    expect(state.activeSessions(router.accessId)).toEqual([]);
  });

  test('openAccess takes the way in that fits, and makes one where none does', async () => {
    const { state } = service.simulators.rms;
    const router = addRouter(service.simulators, { protocol: 'ssh', destinationPort: 22 });
    await begin();
    await openAccess(service, router.device, { protocol: 'SSH', host: '192.168.1.1', port: 22 });
    expect(calls()[0]).toEqual({
      call: `POST /api/devices/connect/${router.accessId}`,
      body: { duration: 600 },
    });

    resetCalls(service.simulators);
    const { session } = await openAccess(service, router.device, { protocol: 'VNC', host: '192.168.1.20' });
    const made = state.accesses(router.deviceId).at(-1);
    expect(made).toMatchObject({ destinationIp: '192.168.1.20', destinationPort: 5900, protocol: 'vnc' });
    expect(calls().map(({ call }) => call)).toEqual([
      'POST /api/devices/remote-access',
      CHANNEL.call,
      'GET /api/devices/remote-access',
      `POST /api/devices/connect/${made?.id}`,
      CHANNEL.call,
      `GET /api/devices/connect/${made?.id}/sessions`,
    ]);
    expect(session.url).toBe(`https://${state.activeSessions(made?.id)[0]?.host}`);
  });

  test('what openAccess made is taken away again where the device turns out to be offline', async () => {
    const { state } = service.simulators.rms;
    const { id } = state.addDevice({ status: 0 });
    await begin();
    const input = {
      deviceId: `rms:device:${id}`,
      protocol: 'HTTP',
      host: '192.168.1.7',
      durationSeconds: 60,
    };
    const answer = await service.query(OPEN_ACCESS, { variables: { input } });
    expect(codeOf(answer)).toBe('DEVICE_OFFLINE');
    expect(state.accesses(id)).toEqual([]);
    const methods = service.simulators.rms.calls.entries.filter(({ method }) => method !== 'GET');
    expect(methods.map(({ route }) => route)).toEqual([
      'POST /devices/remote-access',
      'POST /devices/connect/{access_id}',
      'DELETE /devices/remote-access',
    ]);
    const left = await service.query('query ($id: ID!) { device(id: $id) { remoteAccesses { id } } }', {
      variables: { id: `rms:device:${id}` },
    });
    expect(dataOf(left)).toEqual({ device: { remoteAccesses: [] } });
  });

  test('openAccess without an address, and without a way in that fits, says what is missing', async () => {
    const router = addRouter(service.simulators);
    await begin();
    const input = { deviceId: router.device, protocol: 'RDP', durationSeconds: 60 };
    expect(codeOf(await service.query(OPEN_ACCESS, { variables: { input } }))).toBe('BAD_USER_INPUT');
    expect(calls()).toEqual([]);
  });
});
