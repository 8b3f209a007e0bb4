import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addService,
  callsOf,
  closeSession,
  codeOf,
  createLink,
  dataOf,
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
  await learnFleet(service);
  resetCalls(service.simulators);
}

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
    expect(await closeSession(service, session.id)).toMatchObject({
      status: 'CLOSED',
      host: null,
      port: null,
    });
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
  const vpnOf = (id: string) => `/v1/_/devices/${id}/vpn`;

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
    expect(session).toMatchObject({
      status: 'ACTIVE',
      url: null,
      host: state.tunnel(id)?.ipAddress,
      port: null,
    });

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
