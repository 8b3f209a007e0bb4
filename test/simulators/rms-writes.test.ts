import type { RmsSimulator } from '../../src/simulators/rms/rms-simulator';
import { ask, dig, list, need, type Reply, startWorld, type World } from './support';

describe('the writes of RMS', () => {
  let world: World;
  let rms: RmsSimulator;
  let deviceId: number;

  beforeEach(async () => {
    world = await startWorld();
    rms = world.simulators.rms;
    deviceId = rms.state.addDevice().id;
  });
  afterEach(() => world.simulators.close());

  const call = (method: string, path: string, body?: unknown): Promise<Reply> =>
    ask(`${rms.baseUrl}${path}`, {
      method,
      body,
      headers: { authorization: `Bearer ${rms.credentials.token}` },
    });
  const poll = (channel: unknown): Promise<Reply> =>
    ask(`${rms.statusUrl}/channel/${channel}`, {
      headers: { authorization: `Bearer ${rms.credentials.token}` },
    });
  const channelOf = (reply: Reply): string => String(dig(reply.json, 'meta', 'channel'));
  /** The channel's last entry for a key, once it has them all. */
  const outcome = async (reply: Reply, key: string | number): Promise<unknown> => {
    const channel = channelOf(reply);
    for (let polls = 0; polls < rms.knobs.channelNotFoundPolls + rms.knobs.channelSteps; polls += 1)
      await poll(channel);
    return list((await poll(channel)).json, 'data', key).at(-1);
  };
  const item = { name: 'PLC_Web', destination_ip: '192.168.1.10', destination_port: 80, protocol: 'http' };

  // RMS OpenAPI 3.0.0, POST /devices/remote-access: 201 with a channel and no new id.
  it('creates remote accesses of several devices through one channel', async () => {
    const other = rms.state.addDevice().id;
    const data = [
      { ...item, device_id: deviceId },
      { ...item, device_id: other, destination_port: '8080' },
    ];
    const reply = await call('POST', '/devices/remote-access', { data });
    expect(reply.status).toBe(201);
    expect(reply.json).toEqual({
      success: true,
      meta: { channel: expect.stringMatching(/^private-status\.1\.\w{64}$/) },
    });
    expect(rms.state.accesses(deviceId)).toMatchObject([
      { name: 'PLC_Web', destinationPort: 80, isMain: false },
    ]);
    expect(rms.state.accesses(other)).toMatchObject([{ destinationPort: 8080, protocol: 'http' }]);
    expect(await outcome(reply, other)).toMatchObject({ status: 'completed' });
  });

  it('refuses a faulty remote access at once, with every field named', async () => {
    const reply = await call('POST', '/devices/remote-access', {
      data: [
        { device_id: 1, name: 'ab', destination_ip: 'here', destination_port: 70_000, protocol: 'HTTP' },
      ],
    });
    expect(reply.status).toBe(422);
    expect(list(reply.json, 'errors').map((error) => dig(error, 'source'))).toEqual(
      ['device_id', 'name', 'destination_ip', 'destination_port', 'protocol'].map(
        (field) => `data.0.${field}`,
      ),
    );
    expect((await call('POST', '/devices/remote-access', { data: [{}] })).status).toBe(422);
    expect((await call('POST', '/devices/remote-access', {})).status).toBe(422);
    const spaced = { data: [{ ...item, device_id: deviceId, name: 'with space' }] };
    expect((await call('POST', '/devices/remote-access', spaced)).status).toBe(201);
    rms.knobs.strictNames = true;
    expect((await call('POST', '/devices/remote-access', spaced)).status).toBe(422);
  });

  it('changes only the fields sent, through a channel', async () => {
    const access = rms.state.addAccess({ deviceId, name: 'Before', protocol: 'ssh', destinationPort: 22 });
    const reply = await call('PUT', `/devices/remote-access/${access.id}`, {
      name: 'After',
      destination_port: 2222,
    });
    expect(reply.status).toBe(200);
    expect(await outcome(reply, deviceId)).toMatchObject({ status: 'completed' });
    expect(rms.state.access(access.id)).toMatchObject({
      name: 'After',
      destinationPort: 2222,
      protocol: 'ssh',
    });
    expect((await call('PUT', `/devices/remote-access/${access.id}`, { name: 'x' })).status).toBe(422);
    expect((await call('PUT', '/devices/remote-access/1', {})).status).toBe(404);
  });

  // Reported by a public client in production; RMS OpenAPI 3.0.0, DELETE /devices/remote-access declares a list.
  it('deletes only the first of several ids', async () => {
    const first = rms.state.addAccess({ deviceId });
    const second = rms.state.addAccess({ deviceId });
    const reply = await call('DELETE', '/devices/remote-access', { id: [first.id, second.id] });
    expect(reply.status).toBe(200);
    expect(await outcome(reply, deviceId)).toMatchObject({ status: 'completed' });
    expect(rms.state.accesses(deviceId).map(({ id }) => id)).toEqual([second.id]);
    rms.knobs.deleteHandlesAll = true;
    const third = rms.state.addAccess({ deviceId });
    await call('DELETE', '/devices/remote-access', { id: [second.id, third.id] });
    expect(rms.state.accesses(deviceId)).toEqual([]);
  });

  it('tells in the channel of what cannot be deleted', async () => {
    const main = rms.state.addAccess({ deviceId, isMain: true });
    const reply = await call('DELETE', '/devices/remote-access', { id: [main.id] });
    expect(await outcome(reply, deviceId)).toMatchObject({ status: 'error', errorCode: expect.any(Number) });
    expect(rms.state.access(main.id)).toBeDefined();
    const missing = await call('DELETE', '/devices/remote-access', { id: [1] });
    expect(await outcome(missing, -1)).toMatchObject({ status: 'error', errorCode: -97 });
    expect((await call('DELETE', '/devices/remote-access')).status).toBe(422);
  });

  it('starts a session whose link comes as the last entry of a growing channel', async () => {
    const access = rms.state.addAccess({ deviceId });
    const started = await call('POST', `/devices/connect/${access.id}`, { duration: 600 });
    expect(started.status).toBe(200);
    const early = await poll(channelOf(started));
    expect([early.status, early.json]).toEqual([404, { code: 'CHANNEL_NOT_FOUND' }]);
    const lengths: number[] = [];
    let last: unknown;
    for (let polls = 0; polls < 4; polls += 1) {
      const entries = list((await poll(channelOf(started))).json, 'data', String(deviceId));
      lengths.push(entries.length);
      last = entries.at(-1);
      if (polls < 2) expect(dig(last, 'status')).toBe('pending');
    }
    expect(lengths).toEqual([1, 2, 3, 3]);
    const session = need(rms.state.activeSessions(access.id)[0]);
    expect(last).toEqual({ status: 'completed', value: 'Link is ready.', link: session.host });
    expect(session.endTime - session.startTime).toBe(600);
    expect(session.endTime * 1000).toBe(world.clock.now() + 600_000);
  });

  // RMS OpenAPI 3.0.0, rms_connect: minimum 10.
  it('refuses a duration under ten seconds or none', async () => {
    const access = rms.state.addAccess({ deviceId });
    for (const body of [{ duration: 9 }, { duration: '1800' }, { duration: 10.5 }, {}]) {
      const reply = await call('POST', `/devices/connect/${access.id}`, body);
      expect([reply.status, dig(reply.json, 'errors', 0, 'source')]).toEqual([422, 'duration']);
    }
    expect((await call('POST', `/devices/connect/${access.id}`, { duration: 10 })).status).toBe(200);
    expect((await call('POST', '/devices/connect/1', { duration: 60 })).status).toBe(404);
  });

  it('tells in the channel that the device is offline', async () => {
    const access = rms.state.addAccess({ deviceId });
    rms.state.setOnline(deviceId, false);
    const reply = await call('POST', `/devices/connect/${access.id}`, { duration: 60 });
    expect(reply.status).toBe(200);
    expect(await outcome(reply, deviceId)).toEqual({
      status: 'error',
      value: 'Device is offline.',
      errorCode: -4,
    });
    expect(rms.state.sessions(access.id)).toEqual([]);
    rms.knobs.channelErrorField = 'errorcode';
    const again = await call('POST', `/devices/connect/${access.id}`, { duration: 60 });
    expect(await outcome(again, deviceId)).toMatchObject({ errorcode: -4 });
  });

  it('closes a session through a channel', async () => {
    const session = rms.state.addSession({ accessId: rms.state.addAccess({ deviceId }).id });
    world.clock.advance(1000);
    const reply = await call('DELETE', `/devices/connect/sessions/${session.id}`);
    expect(reply.status).toBe(200);
    expect(await outcome(reply, deviceId)).toMatchObject({ status: 'completed' });
    expect(rms.state.activeSessions(session.accessId)).toEqual([]);
    expect((await call('DELETE', '/devices/connect/sessions/1')).status).toBe(404);
  });

  it('lets a write take effect only after its delay, polled or not', async () => {
    rms.knobs.channelDelayMs = 3000;
    rms.knobs.channelNotFoundPolls = 0;
    const access = rms.state.addAccess({ deviceId });
    const channel = channelOf(await call('POST', `/devices/connect/${access.id}`, { duration: 60 }));
    const entries = async (): Promise<readonly unknown[]> =>
      list((await poll(channel)).json, 'data', deviceId);
    expect(await entries()).toHaveLength(0);
    world.clock.advance(1000);
    expect(await entries()).toHaveLength(1);
    world.clock.advance(1999);
    expect(await entries()).toHaveLength(2);
    expect(rms.state.sessions(access.id)).toHaveLength(0);
    world.clock.advance(1);
    expect(rms.state.sessions(access.id)).toHaveLength(1);
    expect((await entries()).at(-1)).toMatchObject({ status: 'completed' });
  });

  it('forgets a channel after its lifetime and never knew a made-up one', async () => {
    rms.knobs.channelNotFoundPolls = 0;
    const access = rms.state.addAccess({ deviceId });
    const channel = channelOf(await call('POST', `/devices/connect/${access.id}`, { duration: 60 }));
    expect((await poll(channel)).status).toBe(200);
    world.clock.advance(rms.knobs.channelLifetimeMs + 1);
    expect((await poll(channel)).json).toEqual({ code: 'CHANNEL_NOT_FOUND' });
    rms.knobs.channelNotFoundAs = 'text';
    const unknown = await poll('private-status.1.x');
    expect([unknown.status, unknown.json]).toEqual([404, undefined]);
    expect((await ask(`${rms.statusUrl}/channel/${channel}`)).status).toBe(401);
    expect(rms.calls.count('GET /status/channel/{channel}')).toBe(4);
  });
});
