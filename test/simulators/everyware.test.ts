import { decodeId, encodeId } from '../../src/simulators/everyware/everyware-ids';
import type { EverywareSimulator } from '../../src/simulators/everyware/everyware-simulator';
import { ask, dig, list, need, type Reply, startWorld, type World } from './support';

describe('the simulated Everyware Cloud', () => {
  let world: World;
  let everyware: EverywareSimulator;
  let bearer: string;

  const post = (path: string, body?: unknown): Promise<Reply> =>
    ask(`${everyware.baseUrl}${path}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${bearer}` },
    });
  const get = (path: string): Promise<Reply> =>
    ask(`${everyware.baseUrl}${path}`, { headers: { authorization: `Bearer ${bearer}` } });
  const logIn = (): Promise<Reply> => post('/authentication/user', everyware.credentials);
  const idsOf = (reply: Reply): readonly unknown[] => list(reply.json, 'items').map((row) => dig(row, 'id'));

  beforeEach(async () => {
    world = await startWorld({ devices: 200 });
    everyware = world.simulators.everyware;
    bearer = '';
    bearer = String(dig((await logIn()).json, 'tokenId'));
  });
  afterEach(() => world.simulators.close());

  // Everyware Cloud OpenAPI 6.0.8, GET /{scopeId}/devices.
  describe('its devices', () => {
    it('come fifty to a page by client id, with a mark where there are more', async () => {
      const all = everyware.state.devices();
      const first = await get('/_/devices');
      expect(first.json).toMatchObject({ type: 'deviceListResult', limitExceeded: true, size: 50 });
      expect(dig(first.json, 'totalCount')).toBeUndefined();
      const rest = await get('/_/devices?offset=50&limit=10&askTotalCount=true');
      expect(rest.json).toMatchObject({ limitExceeded: false, size: 10, totalCount: 60 });
      expect([...idsOf(first), ...idsOf(rest)]).toEqual(all.map(({ id }) => id));
      const clientIds = all.map(({ clientId }) => clientId);
      expect(clientIds).toEqual([...clientIds].sort());
    });

    it('carry their connection in a list only when asked', async () => {
      const bare = list((await get('/_/devices')).json, 'items');
      expect(bare.some((row) => dig(row, 'connection') !== undefined)).toBe(false);
      const full = list(
        (await get('/_/devices?fetchAttributes=lastEvent&fetchAttributes=connection&limit=100')).json,
        'items',
      );
      expect(full.map((row) => dig(row, 'connection', 'status') ?? null)).toEqual(
        everyware.state.devices().map(({ connection }) => connection?.status ?? null),
      );
    });

    it('carry it alone unless a knob says otherwise', async () => {
      const { id } = everyware.state.addDevice();
      expect(dig((await get(`/_/devices/${id}`)).json, 'connection', 'status')).toBe('CONNECTED');
      everyware.knobs.connectionInDevice = false;
      const bare = await get(`/_/devices/${id}`);
      expect(dig(bare.json, 'connection')).toBeUndefined();
      const joined = await get(`/_/deviceconnections/${dig(bare.json, 'connectionId')}`);
      expect(joined.json).toMatchObject({ type: 'deviceConnection', status: 'CONNECTED' });
    });

    it('are filtered by the state of their connection, their client id and the start of a field', async () => {
      const { state } = everyware;
      const device = state.addDevice({ clientId: 'zz-probe', displayName: 'Probe head', status: 'DISABLED' });
      state.setConnection(device.id, 'MISSING');
      const missing = state.devices().filter(({ connection }) => connection?.status === 'MISSING');
      expect(idsOf(await get('/_/devices?status=MISSING'))).toEqual(missing.map(({ id }) => id));
      const never = state.addDevice({ connection: null });
      expect(idsOf(await get('/_/devices?status=NULL'))).toContain(never.id);
      expect(idsOf(await get('/_/devices?clientId=zz-probe'))).toEqual([device.id]);
      expect(idsOf(await get('/_/devices?matchTerm=Probe'))).toEqual([device.id]);
      expect(idsOf(await get('/_/devices?matchTerm=head'))).toEqual([]);
      expect((await get('/_/devices?status=ONLINE')).json).toMatchObject({
        kapuaErrorCode: 'ILLEGAL_ARGUMENT',
        argumentName: 'status',
      });
    });

    it('are sorted as asked', async () => {
      const down = await get('/_/devices?sortDir=DESCENDING&limit=100');
      expect(idsOf(down)).toEqual(
        everyware.state
          .devices()
          .map(({ id }) => id)
          .reverse(),
      );
      const names = async (dir: string): Promise<readonly unknown[]> =>
        list((await get(`/_/devices?sortParam=displayName&sortDir=${dir}&limit=100`)).json, 'items').map(
          (row) => dig(row, 'displayName'),
        );
      const up = await names('ASCENDING');
      expect(up[0]).toBeNull();
      expect(up.filter((name) => name !== null)).toEqual(up.filter((name) => name !== null).sort());
      expect((await names('DESCENDING'))[0]).toBe(up.at(-1));
    });

    it('are refused for another scope or without the permission', async () => {
      expect((await get(`/${everyware.state.scopeId}/devices`)).status).toBe(200);
      const other = await get('/AQ/devices');
      expect([other.status, dig(other.json, 'kapuaErrorCode')]).toEqual([403, 'SUBJECT_UNAUTHORIZED']);
      everyware.knobs.deniedPermissions = ['device:read'];
      expect(dig((await get('/_/devices')).json, 'permission')).toMatchObject({
        domain: 'device',
        action: 'read',
      });
    });

    it('are refused a limit that cannot be', async () => {
      expect((await get('/_/devices?limit=none')).status).toBe(400);
      everyware.knobs.maxLimit = 100;
      expect((await get('/_/devices?limit=101')).status).toBe(400);
      expect((await get('/_/devices?limit=100')).status).toBe(200);
    });

    it('lack what nothing is known of, or say N/A', () => {
      const devices = everyware.state.devices();
      expect(devices.some(({ firmwareVersion }) => firmwareVersion === 'N/A')).toBe(true);
      expect(devices.some(({ displayName }) => displayName === null)).toBe(true);
      expect(devices.some(({ connection }) => connection === null)).toBe(true);
    });

    it('have connections that are listed by themselves', async () => {
      const connected = everyware.state
        .connections()
        .filter(({ connection }) => connection.status === 'CONNECTED');
      const reply = await get('/_/deviceconnections?status=CONNECTED&limit=100&askTotalCount=true');
      expect(dig(reply.json, 'totalCount')).toBe(connected.length);
      expect(idsOf(reply)).toEqual(connected.map(({ connection }) => connection.id));
      expect((await get('/_/deviceconnections/AQ')).status).toBe(404);
    });
  });

  // Everyware Cloud docs, Device VPN Connections.
  describe('its VPN', () => {
    const down = { connected: false, ipAddress: '0.0.0.0' };
    const vpn = async (id: string): Promise<unknown> => (await get(`/_/devices/${id}/vpn`)).json;

    it('is told as down by the answer to connect, and is up for the next look', async () => {
      const { id } = everyware.state.addDevice();
      expect(await vpn(id)).toEqual(down);
      const connected = await post(`/_/devices/${id}/vpn/_connect`);
      expect([connected.status, connected.json]).toEqual([200, down]);
      const up = { connected: true, ipAddress: need(everyware.state.tunnel(id)).ipAddress };
      expect(await vpn(id)).toEqual(up);
      expect((await post(`/_/devices/${id}/vpn/_connect`)).json).toEqual(up);
      everyware.knobs.connectAnswersUp = true;
      const other = everyware.state.addDevice();
      expect(dig((await post(`/_/devices/${other.id}/vpn/_connect`)).json, 'connected')).toBe(true);
    });

    it('comes up after its delay', async () => {
      everyware.knobs.tunnelDelayMs = 2000;
      const { id } = everyware.state.addDevice();
      await post(`/_/devices/${id}/vpn/_connect`);
      world.clock.advance(1999);
      expect(await vpn(id)).toEqual(down);
      world.clock.advance(1);
      expect(dig(await vpn(id), 'connected')).toBe(true);
    });

    it('goes down by _disconnect, or only by the misspelt form behind its knob', async () => {
      const { id } = everyware.state.addDevice();
      everyware.state.connectVpn(id);
      const misspelt = await post(`/_/devices/${id}/vpn/_discconect`);
      expect([misspelt.status, misspelt.json]).toEqual([404, undefined]);
      expect((await post(`/_/devices/${id}/vpn/_disconnect`)).json).toEqual(down);
      expect(everyware.state.isVpnUp(id)).toBe(false);
      everyware.state.connectVpn(id);
      everyware.knobs.misspeltDisconnectOnly = true;
      expect((await post(`/_/devices/${id}/vpn/_disconnect`)).status).toBe(404);
      expect((await post(`/_/devices/${id}/vpn/_discconect`)).json).toEqual(down);
    });

    it('is refused with 409 for an offline device, its id once as a decimal', async () => {
      const { id } = everyware.state.addDevice();
      everyware.state.connectVpn(id);
      everyware.state.setOnline(id, false);
      for (const reply of [await get(`/_/devices/${id}/vpn`), await post(`/_/devices/${id}/vpn/_connect`)]) {
        expect(reply.status).toBe(409);
        expect(reply.json).toMatchObject({
          kapuaErrorCode: 'DEVICE_NOT_CONNECTED',
          httpErrorCode: '409',
          deviceId: id,
          message: `The device ${decodeId(id)} is not CONNECTED. Current device connection status is: DISCONNECTED`,
        });
      }
      everyware.state.setOnline(id, true);
      expect(await vpn(id)).toEqual(down);
    });

    it('is refused for an unknown device and for one without the client', async () => {
      const unknown = await get('/_/devices/AQ/vpn');
      expect(unknown.json).toMatchObject({
        kapuaErrorCode: 'ENTITY_NOT_FOUND',
        httpErrorCode: 404,
        entityId: 'AQ',
      });
      const { id } = everyware.state.addDevice({ applicationIdentifiers: 'PROV-V2CMD-V1' });
      expect((await get(`/_/devices/${id}/vpn`)).status).toBe(500);
      everyware.knobs.httpErrorCodeAs = 'string';
      everyware.knobs.missingClientStatus = 404;
      expect((await get(`/_/devices/${id}/vpn`)).json).toMatchObject({ httpErrorCode: '404' });
    });

    // Everyware Cloud OpenAPI 6.0.8, GET /{scopeId}/vpnConnections.
    it('is listed for the whole scope, people and all, unless a knob takes the list away', async () => {
      const { id } = everyware.state.addDevice();
      const { ipAddress } = everyware.state.connectVpn(id);
      const rows = list((await get('/_/vpnConnections?limit=100')).json, 'items');
      expect(rows).toHaveLength(everyware.state.tunnels().length);
      expect(rows.find((row) => dig(row, 'deviceId') === id)).toMatchObject({
        inetAddress: ipAddress,
        userId: null,
      });
      expect(rows.some((row) => dig(row, 'deviceId') === null && dig(row, 'userId') !== null)).toBe(true);
      everyware.state.disconnectVpn(id);
      expect(list((await get('/_/vpnConnections?limit=100')).json, 'items')).toHaveLength(rows.length - 1);
      everyware.knobs.vpnBulk = false;
      const gone = await get('/_/vpnConnections');
      expect([gone.status, dig(gone.json, 'kapuaErrorCode')]).toEqual([404, undefined]);
    });
  });

  it('writes ids as base64url of their bytes', () => {
    expect([encodeId(1n), encodeId(255n), decodeId('AQ')]).toEqual(['AQ', 'AP8', 1n]);
    expect(decodeId('WyczTs_GuDM')).toBe(6_568_274_995_129_530_419n);
  });
});
