import type { VendorResponse } from '../../../src/transport/transport';
import { rms } from '../../../src/vendors/rms/index';
import { answer, answersInTurn, type ScriptedTransport, toolsOn } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { finish } from '../run-steps';
import { accessRow, channelBody, errorBody, updatesBody } from './fixtures';

const settings = settingsOf(rms.configuration, { token: 'rms-token' });
const WANTED = {
  vendorDeviceId: '70810',
  name: 'HMI',
  protocol: 'VNC',
  host: '192.168.1.20',
  port: 5900,
} as const;
const MADE = { ...WANTED, localId: '70810:9', builtIn: false };
const ROW = {
  id: 9,
  name: 'HMI',
  destination_ip: '192.168.1.20',
  destination_port: '5900',
  protocol: 'vnc',
  is_main: 0,
};
const POLL = 'GET /channel/private-status.1.abc';
const LIST = 'GET /devices/remote-access?device_id=70810';

const MADE_LATER = answer(201, channelBody());
const BEGUN = answer(200, channelBody());
const NOT_FOUND = answer(404, { code: 'CHANNEL_NOT_FOUND' });
const ended = (status: string, value = 'x') => answer(200, updatesBody({ status, value }));
const COMPLETED = ended('completed');
const list = (...changes: readonly Readonly<Record<string, unknown>>[]) =>
  answer(200, { success: true, data: changes.map((change) => accessRow(change)) });
const times = (count: number, one: VendorResponse) => Array.from({ length: count }, () => one);
const writesOn = (transport: ScriptedTransport) => {
  const { remoteAccessWrites } = rms.createDriver(settings, toolsOn(transport));
  if (remoteAccessWrites === undefined) throw new Error('the driver configures nothing');
  return remoteAccessWrites;
};
const created = (...answers: readonly VendorResponse[]) =>
  finish(writesOn(answersInTurn(...answers)).create(WANTED, {}));
const updated = (...answers: readonly VendorResponse[]) =>
  finish(writesOn(answersInTurn(...answers)).update(MADE, { port: 5901 }, {}));
const removed = (...answers: readonly VendorResponse[]) =>
  finish(writesOn(answersInTurn(...answers)).remove(MADE, {}));

describe('a write to RMS that is done at once, without a channel', () => {
  const DONE = answer(200, { success: true });

  it('is what the list shows', async () => {
    expect(await created(DONE, list({}, ROW))).toMatchObject({ access: MADE });
    expect(await updated(DONE, list({ ...ROW, destination_port: 5901 }))).toMatchObject({
      access: { ...MADE, port: 5901 },
    });
    expect(await removed(DONE, list({}))).toHaveLength(1);
  });

  it('is none where the list never shows it', async () => {
    await expect(created(DONE, ...times(4, list({})))).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    await expect(removed(DONE, ...times(4, list(ROW)))).rejects.toMatchObject({ code: 'VENDOR_REJECTED' });
  });
});

describe('creating a remote access at RMS', () => {
  it('looks into the list where the channel never comes to be', async () => {
    const lost = times(10, NOT_FOUND);
    expect(await created(MADE_LATER, ...lost, list({}, ROW))).toMatchObject({ access: MADE });
    await expect(created(MADE_LATER, ...lost, list({}))).rejects.toMatchObject({ retryable: true });
  });

  it('sends one row in a list, waits and finds it in the list', async () => {
    const transport = answersInTurn(MADE_LATER, NOT_FOUND, COMPLETED, list({}, ROW));
    expect(await finish(writesOn(transport).create(WANTED, {}))).toEqual({
      access: MADE,
      listed: [expect.anything(), MADE],
    });
    expect(transport.lines).toEqual(['POST /devices/remote-access', POLL, POLL, LIST]);
    expect(transport.requests[0]?.json).toEqual({
      data: [
        {
          device_id: 70_810,
          name: 'HMI',
          destination_ip: '192.168.1.20',
          destination_port: 5900,
          protocol: 'vnc',
          credentials_required: false,
        },
      ],
    });
  });

  it('leaves out a protocol that has no word', async () => {
    const transport = answersInTurn(MADE_LATER, COMPLETED, list({ ...ROW, protocol: null }));
    const made = await finish(writesOn(transport).create({ ...WANTED, protocol: 'OTHER' }, {}));
    expect(made.access.protocol).toBe('OTHER');
    expect(JSON.stringify(transport.requests[0]?.json)).not.toContain('protocol');
  });

  it('takes the newest of several that are as wanted', async () => {
    const rows = [{ id: 99 }, { id: 100 }, { id: 98 }, { id: 101, name: 'HMI_2' }];
    const made = await created(MADE_LATER, COMPLETED, list(...rows.map((row) => ({ ...ROW, ...row }))));
    expect(made.access.localId).toBe('70810:100');
  });

  it('looks again where the list is late, and looks where RMS only warned', async () => {
    expect(await created(MADE_LATER, COMPLETED, list(), answer(503), list(ROW))).toEqual({
      access: MADE,
      listed: [MADE],
    });
    expect(await created(MADE_LATER, ended('warning'), list(ROW))).toMatchObject({ access: MADE });
  });

  it.each([
    [[MADE_LATER, COMPLETED, ...times(4, list())], 'VENDOR_UNAVAILABLE', false],
    [[MADE_LATER, ended('warning'), ...times(4, list())], 'VENDOR_REJECTED', false],
    [[MADE_LATER, ended('error')], 'VENDOR_REJECTED', false],
    [[MADE_LATER, ended('error', 'Device is offline.')], 'DEVICE_OFFLINE', true],
    [[answer(422, errorBody('data.0.name'))], 'VENDOR_REJECTED', false],
  ])('fails after the answers %#', async (answers, code, retryable) => {
    await expect(created(...answers)).rejects.toMatchObject({ code, retryable });
  });

  it('asks for no device whose id a number cannot hold', async () => {
    const made = writesOn(answersInTurn()).create({ ...WANTED, vendorDeviceId: '9999999999999999' }, {});
    await expect(made).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('changing a remote access at RMS', () => {
  it('sends what changes and nothing else, waits and reads it back', async () => {
    const transport = answersInTurn(BEGUN, COMPLETED, list({}, { ...ROW, destination_port: 5901 }));
    expect(await finish(writesOn(transport).update(MADE, { port: 5901 }, {}))).toEqual({
      access: { ...MADE, port: 5901 },
      listed: [expect.anything(), { ...MADE, port: 5901 }],
    });
    expect(transport.lines).toEqual(['PUT /devices/remote-access/9', POLL, LIST]);
    expect(transport.requests[0]?.json).toEqual({ destination_port: 5901 });
  });

  it('sends each field under its own name', async () => {
    const transport = answersInTurn(answer(404));
    const changes = { name: 'A', host: '10.0.0.1', port: 1, protocol: 'OTHER' } as const;
    const changed = finish(writesOn(transport).update(MADE, changes, {}));
    await expect(changed).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(transport.requests[0]?.json).toEqual({
      name: 'A',
      destination_ip: '10.0.0.1',
      destination_port: 1,
      protocol: null,
    });
  });

  it('asks nothing where nothing changes', async () => {
    expect(await finish(writesOn(answersInTurn()).update(MADE, {}, {}))).toEqual({
      access: MADE,
      listed: null,
    });
  });

  it.each([
    ['RMS only warned', [BEGUN, ended('warning')]],
    ['the list is late', [BEGUN, COMPLETED, list(ROW)]],
    ['the channel is lost', [BEGUN, ...times(10, NOT_FOUND)]],
  ])('is done where it shows though %s', async (_, answers) => {
    expect((await updated(...answers, list({ ...ROW, destination_port: '5901' }))).access.port).toBe(5901);
  });

  it.each([
    ['does not show', [BEGUN, COMPLETED, ...times(4, list(ROW))], 'VENDOR_REJECTED'],
    ['does not show after a warning', [BEGUN, ended('warning'), ...times(4, list(ROW))], 'VENDOR_REJECTED'],
    ['failed', [BEGUN, ended('failed')], 'VENDOR_REJECTED'],
    ['was never heard of', [BEGUN, ...times(10, NOT_FOUND), list(ROW)], 'VENDOR_UNAVAILABLE'],
  ] as const)('fails where it %s', async (_, answers, code) => {
    await expect(updated(...answers)).rejects.toMatchObject({ code });
  });
});

// A public client in production found that the server does not go through a list of ids.
describe('deleting a remote access at RMS', () => {
  it('sends one id, waits and looks whether it is gone', async () => {
    const transport = answersInTurn(BEGUN, COMPLETED, list({}));
    expect(await finish(writesOn(transport).remove(MADE, {}))).toHaveLength(1);
    expect(transport.lines).toEqual(['DELETE /devices/remote-access', POLL, LIST]);
    expect(transport.requests[0]?.json).toEqual({ id: [9] });
  });

  it.each([
    ['is not known', [answer(404), list({})]],
    ['is listed for a moment', [BEGUN, COMPLETED, list(ROW), list({})]],
    [
      'is gone though the channel speaks of no device',
      [BEGUN, answer(200, { data: { '-1': [{ status: 'error' }] } }), list()],
    ],
    ['is gone and its channel too', [BEGUN, ...times(10, NOT_FOUND), list()]],
  ])('is done where it %s', async (_, answers) => {
    expect(await removed(...answers)).not.toContainEqual(MADE);
  });

  it.each([
    ['stays listed', [BEGUN, COMPLETED, ...times(4, list(ROW))], 'VENDOR_REJECTED'],
    ['failed', [BEGUN, ended('error'), list(ROW)], 'VENDOR_REJECTED'],
    ['failed at an offline device', [BEGUN, ended('error', 'offline'), list(ROW)], 'DEVICE_OFFLINE'],
    ['is not known and listed', [answer(404), list(ROW)], 'NOT_FOUND'],
  ] as const)('fails where it %s', async (_, answers, code) => {
    await expect(removed(...answers)).rejects.toMatchObject({ code });
  });
});
