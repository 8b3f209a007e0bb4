import type { CallEntry } from '../../src/simulators/call-log';
import { startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  closeSession,
  createLink,
  dataOf,
  hurry,
  resetCalls,
} from './asking';

/*
 * The flow that each vendor's own page describes, from the first question to the end of the link: every request with
 * its method, path, query, body and headers. Sources: Teltonika's "Generate RMS Connect link API example",
 * remote.it's "Connect to a device", Eurotech's "Device VPN connections".
 */

let service: TestService;

beforeEach(async () => {
  service = await startTestService({ simulators: { devices: 3 } });
  hurry(service.simulators);
});

afterEach(() => service?.close());

/** What every HTTP client sends, and what differs with each connection. */
const OF_HTTP = new Set(['host', 'connection', 'accept-encoding', 'content-length', 'transfer-encoding']);

/** A request as it stands on the vendor's page. Names of channels are left out. */
function onPage({ method, path, query, headers, body }: CallEntry): Readonly<Record<string, unknown>> {
  const own = Object.entries(headers).filter(([name]) => !OF_HTTP.has(name));
  return {
    request: `${method} ${path.replace(/(\/status\/channel\/).+/, '$1*')}`,
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    headers: Object.fromEntries(own),
  };
}

const NAMED = 'query ($text: String) { devices(filter: { search: $text }) { nodes { id } } }';
const CREATE_ACCESS =
  'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id } } }';
const LINKS = 'query ($id: ID!) { remoteAccess(id: $id) { sessions { id url } } }';

interface Named {
  readonly devices: { readonly nodes: readonly { readonly id: string }[] };
}

test('Teltonika RMS: find the device, add the remote access, find its id, start, list, end', async () => {
  const { state, calls, credentials } = service.simulators.rms;
  const { id, serial } = state.addDevice();
  const named = dataOf(await service.query<Named>(NAMED, { variables: { text: serial } }));
  expect(named.devices.nodes).toEqual([{ id: `rms:device:${id}` }]);
  const reading = { accept: 'application/json', authorization: `Bearer ${credentials.token}` };
  const writing = { ...reading, 'content-type': 'application/json' };
  expect(calls.entries.map(onPage)).toEqual([
    {
      request: 'GET /api/devices',
      query: { limit: '100', offset: '0', fields: expect.stringMatching(/(^|,)id,.*serial/) },
      headers: reading,
    },
  ]);

  resetCalls(service.simulators);
  const input = {
    deviceId: `rms:device:${id}`,
    name: 'Router_SSH',
    protocol: 'SSH',
    host: '192.168.1.1',
    port: 22,
  };
  const made = await service.query<{ createRemoteAccess: { remoteAccess: { id: string } } }>(CREATE_ACCESS, {
    variables: { input },
  });
  const access = dataOf(made).createRemoteAccess.remoteAccess.id;
  const accessId = state.accesses(id)[0]?.id;
  const { session } = await createLink(service, access, { durationSeconds: 900 });
  const [link] = state.activeSessions(accessId);
  expect(session.url).toBe(`https://${link?.host}`);
  const headers = { 'cache-control': 'no-cache' };
  const links = await service.query(LINKS, { variables: { id: access }, headers });
  expect(dataOf(links)).toEqual({ remoteAccess: { sessions: [{ id: session.id, url: session.url }] } });
  await closeSession(service, session.id);

  const row = {
    device_id: id,
    name: 'Router_SSH',
    destination_ip: '192.168.1.1',
    destination_port: 22,
    protocol: 'ssh',
    credentials_required: false,
  };
  const channel = { request: 'GET /status/channel/*', headers: reading };
  const accesses = {
    request: 'GET /api/devices/remote-access',
    query: { device_id: String(id) },
    headers: reading,
  };
  const sessions = {
    request: `GET /api/devices/connect/${accessId}/sessions`,
    query: { active: 'true' },
    headers: reading,
  };
  const end = { request: `DELETE /api/devices/connect/sessions/${link?.id}`, headers: reading };
  expect(calls.entries.map(onPage)).toEqual([
    { request: 'POST /api/devices/remote-access', body: { data: [row] }, headers: writing },
    channel,
    // What is told here is known from then on: the way in is not looked up for its link.
    accesses,
    { request: `POST /api/devices/connect/${accessId}`, body: { duration: 900 }, headers: writing },
    channel,
    sessions,
    // Read anew, as the caller wished: the ways in, and the links.
    accesses,
    sessions,
    end,
    channel,
    sessions,
  ]);
});

test('remote.it: log in, connect to the service, stop with both ids', async () => {
  const { state, calls, credentials } = service.simulators.remoteit;
  const { access, address } = addService(service.simulators);
  const { session } = await createLink(service, access, { allowedIp: '198.51.100.7' });
  const [connection] = state.connections(address);
  await closeSession(service, session.id);

  const { developerKey, username, password } = credentials;
  const key = { accept: 'application/json', developerkey: developerKey };
  const reading = { ...key, token: expect.stringMatching(/^[0-9a-f]{32}$/) };
  const json = { 'content-type': 'application/json' };
  expect(calls.entries.map(onPage)).toEqual([
    { request: 'POST /apv/v27/user/login', body: { username, password }, headers: { ...key, ...json } },
    { request: 'GET /apv/v27/device/list/all', headers: reading },
    {
      request: 'POST /apv/v27/device/connect',
      body: { deviceaddress: address, wait: 'true', hostip: '198.51.100.7' },
      headers: { ...reading, ...json },
    },
    {
      request: 'POST /apv/v27/device/connect/stop',
      body: { deviceaddress: address, connectionid: connection?.id },
      headers: { ...reading, ...json },
    },
  ]);
});

test('Everyware Cloud: authenticate, look at the VPN, connect it, look until it is up, disconnect it', async () => {
  const { calls, credentials } = service.simulators.everyware;
  const { access, id } = addGateway(service.simulators);
  const { session } = await createLink(service, access);
  await closeSession(service, session.id);

  const { username, password } = credentials;
  const plain = { accept: 'application/json' };
  const headers = { ...plain, authorization: expect.stringMatching(/^Bearer \S+$/) };
  const vpn = `/v1/_/devices/${id}/vpn`;
  expect(calls.entries.map(onPage)).toEqual([
    {
      request: 'POST /v1/authentication/user',
      body: { username, password },
      headers: { ...plain, 'content-type': 'application/json' },
    },
    { request: `GET /v1/_/devices/${id}`, headers },
    { request: `GET ${vpn}`, headers },
    { request: `POST ${vpn}/_connect`, headers },
    { request: `GET ${vpn}`, headers },
    { request: `POST ${vpn}/_disconnect`, headers },
  ]);
});

describe('the disconnect of Everyware Cloud that is answered with 404', () => {
  const paths = (id: string) =>
    service.simulators.everyware.calls.entries
      .filter(({ method }) => method === 'POST')
      .map(({ path }) => path.replace(`/v1/_/devices/${id}/vpn/`, ''));
  const DISCONNECT = 'POST /{scopeId}/devices/{deviceId}/vpn/_disconnect';

  /** A lease whose end is then answered so. */
  async function closing(body: unknown): Promise<readonly string[]> {
    const { access, id } = addGateway(service.simulators);
    const { session } = await createLink(service, access);
    service.simulators.everyware.knobs.misspeltDisconnectOnly = true;
    service.simulators.everyware.faults.add({
      kind: 'status',
      status: 404,
      body,
      route: DISCONNECT,
      times: 1,
    });
    resetCalls(service.simulators);
    expect(await closeSession(service, session.id)).toMatchObject({ status: 'CLOSED' });
    return paths(id);
  }

  test.each([
    ['a page of a proxy', '<html>not found</html>'],
    ['nothing', undefined],
    [
      'an error of another kind',
      { type: 'exceptionInfo', kapuaErrorCode: 'INTERNAL_ERROR', httpErrorCode: 404 },
    ],
  ])('and %s is tried once more as the page spells it', async (_, body) => {
    expect(await closing(body)).toEqual(['_disconnect', '_discconect']);
  });

  test('because there is no such device is not tried again', async () => {
    const body = {
      type: 'entityNotFoundExceptionInfo',
      httpErrorCode: 404,
      kapuaErrorCode: 'ENTITY_NOT_FOUND',
      message: 'The entity of type device was not found.',
    };
    expect(await closing(body)).toEqual(['_disconnect']);
  });
});

test('the credentials of one vendor are sent to no other', async () => {
  const router = addRouter(service.simulators);
  const row = addService(service.simulators);
  const gateway = addGateway(service.simulators);
  for (const { access } of [router, row, gateway]) await createLink(service, access);
  const { rms, remoteit, everyware } = service.simulators;
  const secrets = [
    [rms, rms.credentials.token],
    [remoteit, remoteit.credentials.developerKey],
    [remoteit, remoteit.credentials.password],
    [everyware, everyware.credentials.password],
  ] as const;
  for (const [owner, secret] of secrets) {
    for (const vendor of [rms, remoteit, everyware].filter((other) => other !== owner)) {
      expect(JSON.stringify(vendor.calls.entries)).not.toContain(secret);
    }
  }
});
