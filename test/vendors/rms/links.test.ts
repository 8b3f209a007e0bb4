import type { DrawbridgeError } from '../../../src/domain/errors';
import type { VendorResponse } from '../../../src/transport/transport';
import { rms } from '../../../src/vendors/rms/index';
import { START } from '../../support/manual-clock';
import { answer, answersInTurn, type ScriptedTransport, toolsOn } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { finish, LATER, pausesOf } from '../run-steps';
import { channelBody, errorBody, sessionRow, updatesBody } from './fixtures';

const settings = settingsOf(rms.configuration, { token: 'rms-token' });
const ACCESS = {
  localId: '70810:2745',
  vendorDeviceId: '70810',
  name: 'Router_WebUI',
  protocol: 'HTTPS',
  host: '192.168.1.1',
  port: 443,
} as const;
const REFERENCE = {
  accessLocalId: '70810:2745',
  vendorDeviceId: '70810',
  vendorSessionId: '7',
  connectionRef: '7',
};
const LINK = 'e0dcb7ac5ca9d9.proxy1-connect.rms.teltonika-networks.com';
const POLL = 'GET /channel/private-status.1.abc';
const LIST = 'GET /devices/connect/2745/sessions?active=true';

const BEGUN = answer(200, channelBody());
const NOT_FOUND = answer(404, { code: 'CHANNEL_NOT_FOUND' });
const updates = (...rows: readonly Readonly<Record<string, unknown>>[]) => answer(200, updatesBody(...rows));
const COMPLETED = updates({ status: 'pending', value: 'a' }, { status: 'completed', value: 'b', link: LINK });
const CLOSED = updates({ status: 'completed', value: 'Session closed.' });
const TOOK_ON = { code: 'VENDOR_UNAVAILABLE', tookOn: { connectionRef: null } };
const sessions = (...rows: readonly unknown[]) => answer(200, { success: true, data: rows });
const link = (transport: ScriptedTransport) => {
  const { links } = rms.createDriver(settings, toolsOn(transport));
  if (links === undefined) throw new Error('the driver has no links');
  return links;
};
const request = (allowedIp: string | null = null) => ({ access: ACCESS, durationSeconds: 1800, allowedIp });
const openOn = (transport: ScriptedTransport) => link(transport).open(request(), {});
const opened = (...answers: readonly VendorResponse[]) => finish(openOn(answersInTurn(...answers)));
const closed = (...answers: readonly VendorResponse[]) =>
  finish(link(answersInTurn(...answers)).close(REFERENCE, {}));

describe('a link of RMS', () => {
  it('is asked for, waited for at its channel and found in the list by its address', async () => {
    const transport = answersInTurn(
      BEGUN,
      NOT_FOUND,
      updates(),
      COMPLETED,
      sessions(sessionRow({ url: LINK })),
    );
    expect(await finish(openOn(transport))).toEqual({
      vendorSessionId: '1',
      connectionRef: '1',
      foundRunning: false,
      url: `https://${LINK}`,
      host: null,
      port: null,
      createdAt: new Date('2020-09-02T10:19:54.000Z'),
      vendorEndsAt: new Date('2020-09-02T10:47:59.000Z'),
      listing: { sessions: [expect.objectContaining({ vendorSessionId: '1' })], complete: true },
    });
    expect(transport.lines).toEqual(['POST /devices/connect/2745', POLL, POLL, POLL, LIST]);
    expect(transport.requests.map(({ json }) => json)).toEqual([
      { duration: 1800 },
      ...Array.from({ length: 4 }, () => undefined),
    ]);
    expect(transport.requests[1]?.endpoint.origin).toBe('status');
    expect(transport.contexts.slice(1).every((context) => context === LATER)).toBe(true);
  });

  it('is looked for after half a second at first, and every two seconds later', async () => {
    const transport = answersInTurn(
      BEGUN,
      ...Array.from({ length: 6 }, () => updates()),
      COMPLETED,
      sessions(),
    );
    expect(await pausesOf(openOn(transport))).toEqual([500, 1000, 1500, 2000, 2000, 2000, 2000, 500]);
  });

  it.each([
    ['https://a.example', 'a.example'],
    ['a.example', 'https://A.example/'],
  ])(
    'is the one with the address of its channel, where that is %j and the list has %j',
    async (told, url) => {
      const done = updates({ status: 'completed', link: told });
      const rows = sessions(sessionRow({ id: 9, url: 'b.example' }), sessionRow({ id: 5, url }));
      expect((await opened(BEGUN, done, rows)).vendorSessionId).toBe('5');
    },
  );

  it('is the newest where several have its address', async () => {
    const rows = [9, 10, 8].map((id) => sessionRow({ id, url: LINK }));
    expect((await opened(BEGUN, COMPLETED, sessions(...rows))).vendorSessionId).toBe('10');
  });

  // OpenAPI types `data` as one object, though its text says list.
  it('is found where the list is one object', async () => {
    const body = { success: true, data: sessionRow({ url: LINK }) };
    expect((await opened(BEGUN, COMPLETED, answer(200, body))).url).toBe(`https://${LINK}`);
  });

  it('is looked for again where the list is late, and a few times only', async () => {
    const rows = sessions(sessionRow({ url: LINK }));
    expect((await opened(BEGUN, COMPLETED, sessions(), answer(503), rows)).vendorSessionId).toBe('1');
    const late = opened(BEGUN, COMPLETED, ...Array.from({ length: 4 }, () => sessions()));
    await expect(late).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  it.each([['done'], ['finished'], ['SUCCESS']])('is there with the word %j', async (status) => {
    const rows = sessions(sessionRow({ url: LINK }));
    const last = { status, link: LINK };
    expect((await opened(BEGUN, updates(last), rows)).vendorSessionId).toBe('1');
    const { status: word, ...rest } = last;
    const older = updates({ ...rest, response_state: word });
    expect((await opened(BEGUN, older, rows)).vendorSessionId).toBe('1');
  });

  it('has its address in an earlier update too', async () => {
    const done = updates({ status: 'running', link: LINK }, { status: 'completed' });
    expect((await opened(BEGUN, done, sessions(sessionRow({ url: LINK })))).vendorSessionId).toBe('1');
  });

  it('is nobody’s where its address is not told', async () => {
    const done = updates({ status: 'completed' });
    await expect(opened(BEGUN, done)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  it.each([['error'], ['failed'], ['expired'], ['cancelled'], ['warning']])(
    'is none with the word %j',
    async (status) => {
      const failed = opened(BEGUN, updates({ status, value: 'pl4nt3d' }));
      await expect(failed).rejects.toMatchObject({ code: 'VENDOR_REJECTED', retryable: false });
      await failed.catch((error: DrawbridgeError) => expect(error.message).not.toContain('pl4nt3d'));
    },
  );

  it.each([
    [{ errorCode: -12 }, '(error -12)'],
    [{ errorcode: 'NO_CREDIT' }, '(error NO_CREDIT)'],
    [{ errorCode: 'some prose of the vendor' }, 'do it: An RMS'],
  ])('fails with the code of %j', async (change, expected) => {
    const failed = opened(BEGUN, updates({ status: 'error', ...change }));
    await expect(failed).rejects.toMatchObject({ message: expect.stringContaining(expected) });
  });

  it.each([['Device is offline.'], ['Device not connected'], ['Host unreachable']])(
    'fails with DEVICE_OFFLINE at %j',
    async (value) => {
      const failed = opened(BEGUN, updates({ status: 'error', value }));
      await expect(failed).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' });
    },
  );

  it('is waited for over updates that cannot be read, and those of others', async () => {
    const rows = sessions(sessionRow({ url: LINK }));
    const odd = [{ data: [] }, { data: { '5': [], '6': [] } }, { data: { '70810': 'x' } }, updatesBody({})];
    const answers = odd.map((body) => answer(200, body));
    expect((await opened(BEGUN, ...answers, COMPLETED, rows)).vendorSessionId).toBe('1');
  });

  it.each([
    [answer(404)],
    [answer(400)],
    [answer(400, { code: 'CHANNEL_NOT_FOUND' })],
    [answer(200, { code: 'CHANNEL_NOT_FOUND' })],
  ])(
    'is waited for where its channel is not there yet, and then looked for, as told by %j',
    async (missing) => {
      const answers = Array.from({ length: 20 }, () => missing);
      expect(await pausesOf(openOn(answersInTurn(BEGUN, ...answers)))).toHaveLength(10);
      await expect(opened(BEGUN, ...answers)).rejects.toMatchObject(TOOK_ON);
    },
  );

  it.each([
    ['its channel', [BEGUN, CLOSED]],
    ['an answer without a channel', [answer(200, { success: true })]],
  ])('is looked for, and not asked about any more, where %s tells no address', async (_, answers) => {
    await expect(opened(...answers)).rejects.toMatchObject(TOOK_ON);
  });

  it('gets over two polls in a row that fail, and waits as long as it is told to', async () => {
    const pause = answer(429, undefined, { 'retry-after': '7' });
    const rows = sessions(sessionRow({ url: LINK }));
    const transport = answersInTurn(BEGUN, answer(502), pause, updates(), answer(502), COMPLETED, rows);
    expect(await pausesOf(openOn(transport))).toEqual([500, 1000, 7000, 2000, 2000]);
    const failing = opened(BEGUN, answer(502), answer(502), answer(503));
    await expect(failing).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    await expect(opened(BEGUN, answer(401))).rejects.toMatchObject({ code: 'VENDOR_UNAUTHORIZED' });
  });

  it.each([
    ['its channel', [answer(422, errorBody('channel'))]],
    ['the list', [COMPLETED, answer(422, errorBody('active')), answer(422, errorBody('active'))]],
  ])('is not known to be none where RMS refuses to tell %s', async (_, answers) => {
    const refused = Array.from({ length: 10 }, () => answer(422, errorBody(null)));
    await expect(opened(BEGUN, ...answers, ...refused)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  it.each([
    [answer(404, errorBody(null)), 'NOT_FOUND', ''],
    [answer(422, errorBody('duration')), 'VENDOR_REJECTED', '(duration)'],
    [answer(200, errorBody('duration', 'pl4nt3d')), 'VENDOR_REJECTED', '(duration)'],
    [answer(200, {}), 'VENDOR_UNAVAILABLE', ''],
    [answer(200, { success: true, meta: { channel: 5 } }), 'VENDOR_UNAVAILABLE', ''],
  ])('fails at once where the answer is %j', async (refused, code, words) => {
    const failed = opened(refused);
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('cannot be restricted to an address, ends by itself and is listed', () => {
    const links = link(answersInTurn());
    expect(links).toMatchObject({ endsOnTime: true, listsOpen: true });
    expect(links.refuses(request('203.0.113.7'))).toBe('ALLOWED_IP');
    expect(links.refuses(request())).toBeUndefined();
  });

  it('of an access that cannot be one of RMS is asked for nowhere', async () => {
    const access = { ...ACCESS, localId: 'x' };
    const failed = link(answersInTurn()).open({ ...request(), access }, {});
    await expect(failed).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the links that RMS knows', () => {
  it('come in one call, also those that are over; none where the way in is not known', async () => {
    const transport = answersInTurn(
      sessions(sessionRow(), sessionRow({ id: 2 })),
      answer(404, errorBody(null)),
    );
    const found = await link(transport).listed(ACCESS, {});
    expect(found.map(({ connectionRef }) => connectionRef)).toEqual(['1', '2']);
    expect(await link(transport).listed(ACCESS, {})).toEqual([]);
    const all = 'GET /devices/connect/2745/sessions';
    expect(transport.lines).toEqual([all, all]);
  });
});

describe('closing a link of RMS', () => {
  const still = sessions(sessionRow({ id: 7, end_time: START / 1000 + 60 }));
  const past = sessions(sessionRow({ id: 7, end_time: START / 1000 - 1 }), sessionRow({ id: 8 }));

  it('asks for it, waits and looks whether it is gone', async () => {
    const transport = answersInTurn(BEGUN, NOT_FOUND, CLOSED, sessions(sessionRow({ id: 8 })));
    expect(await finish(link(transport).close(REFERENCE, {}))).toMatchObject({
      sessions: [{ vendorSessionId: '8' }],
      complete: true,
    });
    expect(transport.lines).toEqual(['DELETE /devices/connect/sessions/7', POLL, POLL, LIST]);
    expect(transport.requests[0]?.json).toBeUndefined();
  });

  it.each([
    ['is not known', [answer(404)]],
    ['is listed with an end that has passed', [BEGUN, CLOSED, past]],
    ['is listed for a moment', [BEGUN, CLOSED, still, still, sessions()]],
    ['is gone though the channel failed', [BEGUN, updates({ status: 'error' }), sessions()]],
    ['is gone though the channel warned', [BEGUN, updates({ status: 'warning' }), still, sessions()]],
    ['is gone and its channel too', [BEGUN, ...Array.from({ length: 10 }, () => NOT_FOUND), sessions()]],
    ['belonged to a way in that is gone', [BEGUN, CLOSED, answer(404, errorBody(null))]],
  ])('is done where it %s', async (_, answers) => {
    expect(await closed(...answers)).toBeDefined();
  });

  it.each([
    ['stays listed', [BEGUN, CLOSED, still, still, still, still], 'VENDOR_REJECTED'],
    ['failed', [BEGUN, updates({ status: 'error' }), still], 'VENDOR_REJECTED'],
    [
      'failed at an offline device',
      [BEGUN, updates({ status: 'error', value: 'Offline' }), still],
      'DEVICE_OFFLINE',
    ],
    [
      'was never heard of',
      [BEGUN, ...Array.from({ length: 10 }, () => NOT_FOUND), still],
      'VENDOR_UNAVAILABLE',
    ],
  ] as const)('fails where it %s', async (_, answers, code) => {
    await expect(closed(...answers)).rejects.toMatchObject({ code });
  });
});
