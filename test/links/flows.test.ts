import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
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
  WEB_ROW,
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

    const input = { deviceId: `rms:device:${id}`, name: 'PLC web', protocol: 'HTTP', host: '192.168.1.10', port: 80 };
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
      updateRemoteAccess: { remoteAccess: { id: remoteAccessId, name: 'PLC web', protocol: 'HTTPS', port: 443 } },
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
    const { session, replayed } = await createLink(service, router.access, { durationSeconds: 900, reason: 'valve' });
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
    expect(calls()).toEqual([
      { call: `DELETE /api/devices/connect/sessions/${there?.id}` },
      CHANNEL,
      listed,
    ]);
    expect(state.activeSessions(router.accessId)).toEqual([]);
  });

  test('openAccess takes the way in that fits, and makes one where none does', async () => {
    const { state } = service.simulators.rms;
    const router = addRouter(service.simulators, { protocol: 'ssh', destinationPort: 22 });
    await begin();
    await openAccess(service, router.device, { protocol: 'SSH', host: '192.168.1.1', port: 22 });
    expect(calls()[0]).toEqual({ call: `POST /api/devices/connect/${router.accessId}`, body: { duration: 600 } });

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
    const input = { deviceId: `rms:device:${id}`, protocol: 'HTTP', host: '192.168.1.7', durationSeconds: 60 };
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

describe('remote.it', () => {
  const calls = () => callsOf(service.simulators.remoteit.calls);
  const connect = (deviceaddress: string, hostip: string) => ({
    call: 'POST /apv/v27/device/connect',
    body: { deviceaddress, wait: 'true', hostip },
  });

  test('a port service answers host and port, and is stopped with both ids', async () => {
    const { state, credentials } = service.simulators.remoteit;
    const { access, address } = addService(service.simulators);
    await begin();
    const { session } = await createLink(service, access);
    const [connection] = state.connections(address);
    expect(calls()).toEqual([connect(address, '255.255.255.255')]);
    const { developerkey, token } = service.simulators.remoteit.calls.entries[0]?.headers ?? {};
    expect(developerkey).toBe(credentials.developerKey);
    expect(state.accepts(String(token))).toBe(true);
    expect(session).toMatchObject({
      status: 'ACTIVE',
      url: null,
      host: connection?.proxyHost,
      port: connection?.proxyPort,
    });

    resetCalls(service.simulators);
    expect(await closeSession(service, session.id)).toMatchObject({ status: 'CLOSED', host: null, port: null });
    expect(calls()).toEqual([
      {
        call: 'POST /apv/v27/device/connect/stop',
        body: { deviceaddress: address, connectionid: connection?.id },
      },
    ]);
    expect(state.connections(address)).toEqual([]);
  });

  test('a web service answers a url', async () => {
    const { access, address } = addService(service.simulators, WEB_ROW);
    await begin();
    const { session } = await createLink(service, access);
    const [connection] = service.simulators.remoteit.state.connections(address);
    expect(session).toMatchObject({ url: `https://${connection?.proxyHost}`, host: null, port: null });
  });

  test('only the one address is let in that was asked for', async () => {
    const { access, address } = addService(service.simulators);
    await begin();
    await createLink(service, access, { allowedIp: '198.51.100.7' });
    expect(calls()).toEqual([connect(address, '198.51.100.7')]);
    expect(service.simulators.remoteit.state.connections(address)[0]?.filteredIp).toBe('198.51.100.7');
  });

  test('openAccess takes the service itself, and has no other', async () => {
    const { device, address } = addService(service.simulators);
    await begin();
    const input = { deviceId: device, protocol: 'RDP', host: '10.0.0.2', port: 3389, durationSeconds: 60 };
    expect(codeOf(await service.query(OPEN_ACCESS, { variables: { input } }))).toBe('UNSUPPORTED_BY_VENDOR');
    expect(calls()).toEqual([]);
    await openAccess(service, device, { protocol: 'SSH' });
    expect(calls()).toEqual([connect(address, '255.255.255.255')]);
  });
});

describe('Everyware Cloud', () => {
  const calls = () => callsOf(service.simulators.everyware.calls).map(({ call }) => call);
  const vpnOf = (id: string) => `/v1/${service.simulators.everyware.state.scopeId}/devices/${id}/vpn`;

  afterEach(() => {
    Object.assign(service.simulators.everyware.knobs, { tunnelDelayMs: 0, misspeltDisconnectOnly: false });
  });

  test('a lease connects the VPN, waits until the tunnel is up, and disconnects it', async () => {
    const { state, knobs } = service.simulators.everyware;
    const { access, id } = addGateway(service.simulators);
    await begin();
    knobs.tunnelDelayMs = 700;
    const { session } = await createLink(service, access);
    const path = vpnOf(id);
    expect(calls()).toEqual([`GET ${path}`, `POST ${path}/_connect`, `GET ${path}`, `GET ${path}`]);
    expect(service.simulators.everyware.calls.entries[1]?.headers.authorization).toMatch(/^Bearer ./);
    expect(service.simulators.everyware.calls.entries[1]?.body).toBeUndefined();
    expect(session).toMatchObject({ status: 'ACTIVE', url: null, host: state.tunnel(id)?.ipAddress, port: null });

    resetCalls(service.simulators);
    expect(await closeSession(service, session.id)).toMatchObject({ status: 'CLOSED' });
    expect(calls()).toEqual([`POST ${path}/_disconnect`]);
    expect(state.isVpnUp(id)).toBe(false);
  });

  test('the spelling of the docs is tried only where the other path does not exist', async () => {
    const { state, knobs } = service.simulators.everyware;
    const [there, gone] = [addGateway(service.simulators), addGateway(service.simulators)];
    await begin();
    const first = await createLink(service, there.access);
    const second = await createLink(service, gone.access);
    resetCalls(service.simulators);
    knobs.misspeltDisconnectOnly = true;
    await closeSession(service, first.session.id);
    expect(calls()).toEqual([`POST ${vpnOf(there.id)}/_disconnect`, `POST ${vpnOf(there.id)}/_discconect`]);
    expect(state.isVpnUp(there.id)).toBe(false);

    knobs.misspeltDisconnectOnly = false;
    resetCalls(service.simulators);
    state.removeDevice(gone.id);
    expect(await closeSession(service, second.session.id)).toMatchObject({ status: 'CLOSED' });
    expect(calls()).toEqual([`POST ${vpnOf(gone.id)}/_disconnect`]);
  });

  test('openAccess answers any protocol with the VPN: its address, and the port to point the client at', async () => {
    const { device, id } = addGateway(service.simulators);
    await begin();
    const ssh = await openAccess(service, device, { protocol: 'SSH' });
    const other = await openAccess(service, device, { protocol: 'TCP', port: 502 });
    const host = service.simulators.everyware.state.tunnel(id)?.ipAddress;
    expect(ssh.session).toMatchObject({ host, port: 22 });
    expect(other.session).toMatchObject({ host, port: 502 });
    expect(other.session.id).not.toBe(ssh.session.id);
  });

  test('connectVpn and disconnectVpn answer the state once the device has it', async () => {
    const { state, knobs } = service.simulators.everyware;
    const { device, id } = addGateway(service.simulators);
    await begin();
    knobs.tunnelDelayMs = 300;
    const status = 'vpnStatus { connected ipAddress }';
    const up = await service.query(`mutation ($id: ID!) { connectVpn(deviceId: $id) { ${status} } }`, {
      variables: { id: device },
    });
    expect(dataOf(up)).toEqual({
      connectVpn: { vpnStatus: { connected: true, ipAddress: state.tunnel(id)?.ipAddress } },
    });
    const down = await service.query(`mutation ($id: ID!) { disconnectVpn(deviceId: $id) { ${status} } }`, {
      variables: { id: device },
    });
    expect(dataOf(down)).toEqual({ disconnectVpn: { vpnStatus: { connected: false, ipAddress: null } } });
    const path = vpnOf(id);
    expect(calls()).toEqual([`POST ${path}/_connect`, `GET ${path}`, `POST ${path}/_disconnect`]);
  });
});
