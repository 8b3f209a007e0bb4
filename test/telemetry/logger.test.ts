import { inspect } from 'node:util';
import { Secret } from '../../src/config/secret';
import { DrawbridgeError } from '../../src/domain/errors';
import { openKeptLog } from './log-lines';

const PLANTED = 'planted-5ecret-0123456789';

describe('the log', () => {
  it('writes one JSON object a line, with the level as a word and an ISO time', () => {
    const { log, lines, last } = openKeptLog();
    log.warn({ account: 'rms', attempts: 2, ok: false }, 'it was slow, 100 %s');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    expect(last()).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      account: 'rms',
      attempts: 2,
      ok: false,
      msg: 'it was slow, 100 %s',
    });
  });

  it('writes nothing below its level, and nothing at all when silent', () => {
    const warnings = openKeptLog({ level: 'warn' });
    warnings.log.debug({}, 'one');
    warnings.log.info({}, 'two');
    warnings.log.warn({}, 'three');
    warnings.log.error({}, 'four');
    expect(warnings.lines).toHaveLength(2);
    const silent = openKeptLog({ level: 'silent' });
    silent.log.error({}, 'five');
    silent.log.ready('http://127.0.0.1:4000/');
    expect(silent.lines).toEqual([]);
  });

  it('says that it is ready with the message ready and the URL', () => {
    const { log, last } = openKeptLog();
    log.ready('http://127.0.0.1:4000/graphql');
    expect(last()).toMatchObject({ level: 'info', msg: 'ready', url: 'http://127.0.0.1:4000/graphql' });
  });

  it('says on a terminal where the playground is, in plain words', () => {
    const { log, lines } = openKeptLog({ pretty: true });
    log.ready('http://127.0.0.1:4000/graphql');
    log.info({ account: 'rms' }, 'hello');
    expect(lines[0]).toMatch(/Drawbridge is ready: open http:\/\/127\.0\.0\.1:4000\/graphql in a browser\./);
    expect(lines[1]).toMatch(/INFO.*hello.*rms/s);
    expect(lines[1]?.startsWith('{')).toBe(false);
  });

  it('leaves out what stands under the key of a secret, at any depth', () => {
    const { log, last } = openKeptLog();
    const secrets = {
      url: PLANTED,
      token: PLANTED,
      accessToken: PLANTED,
      authorization: PLANTED,
      password: PLANTED,
      'x-api-key': PLANTED,
      developerKey: PLANTED,
      cookie: PLANTED,
      links: [PLANTED],
      body: { any: PLANTED },
    };
    log.info({ ...secrets, one: { two: [{ three: secrets }] }, map: new Map([['token', PLANTED]]) }, 'm');
    expect(JSON.stringify(last())).not.toContain(PLANTED);
    expect(last()).toMatchObject({
      url: '[redacted]',
      one: { two: [{ three: { 'x-api-key': '[redacted]' } }] },
    });
  });

  it('leaves out secrets of the configuration, and keeps counts, dates and what nobody needs to hide', () => {
    const { log, last } = openKeptLog();
    log.info(
      { held: new Secret(PLANTED), links: 3, hasToken: true, at: new Date(0), key: 'rms', none: null },
      'm',
    );
    expect(last()).toMatchObject({
      held: '[redacted]',
      links: 3,
      hasToken: true,
      at: '1970-01-01T00:00:00.000Z',
      key: 'rms',
      none: null,
    });
  });

  it('scrubs messages and texts', () => {
    const { log, last } = openKeptLog();
    log.info({ detail: `sent Bearer ${PLANTED}` }, `opened https://${PLANTED}.rt3.io/x`);
    expect(last()).toMatchObject({ detail: 'sent Bearer [redacted]', msg: 'opened https://[redacted]' });
  });

  it('survives a thing that holds itself', () => {
    const { log, lines } = openKeptLog();
    const self: Record<string, unknown> = {};
    self['self'] = self;
    log.info({ self }, 'm');
    expect(lines).toHaveLength(1);
  });
});

describe('an error in the log', () => {
  it('of the closed list is told by its code, message, account and causes, without a stack of its own', () => {
    const { log, last } = openKeptLog();
    const cause = Object.assign(new Error(`connect to https://u:${PLANTED}@host failed`), {
      code: 'ECONNREFUSED',
    });
    const source = { vendor: 'TELTONIKA_RMS', account: 'rms' } as const;
    log.error(
      { err: new DrawbridgeError('VENDOR_UNAVAILABLE', 'RMS did not answer.', { source, cause }) },
      'm',
    );
    expect(last()['err']).toEqual({
      type: 'DrawbridgeError',
      code: 'VENDOR_UNAVAILABLE',
      message: 'RMS did not answer.',
      account: 'rms',
      vendor: 'TELTONIKA_RMS',
      cause: {
        type: 'Error',
        code: 'ECONNREFUSED',
        message: 'connect to https://[redacted] failed',
        stack: expect.stringContaining('at '),
      },
    });
  });

  it('that nobody foresaw has its stack, without what its message or its fields held', () => {
    const { log, lines, last } = openKeptLog();
    const err = Object.assign(new TypeError(`bad\npassword=${PLANTED}`), { body: PLANTED, url: PLANTED });
    log.error({ err }, 'm');
    expect(lines[0]).not.toContain(PLANTED);
    expect(last()['err']).toMatchObject({ type: 'TypeError', message: 'bad\npassword=[redacted]' });
    expect(inspect(last()['err'])).toContain('logger.test');
  });

  it('may be several in one, or none at all', () => {
    const { log, last } = openKeptLog();
    log.error({ err: new AggregateError([new Error('one'), new Error('two')], 'both') }, 'm');
    expect(last()['err']).toMatchObject({
      message: 'both',
      errors: [{ message: 'one' }, { message: 'two' }],
    });
    log.error({ err: `Bearer ${PLANTED}` }, 'm');
    expect(last()['err']).toEqual({ thrown: 'Bearer [redacted]' });
  });
});
