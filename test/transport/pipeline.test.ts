import { abandoned, DrawbridgeError } from '../../src/domain/errors';
import type { Fetch } from '../../src/transport/fetch';
import { openPipeline, type Pipeline } from '../../src/transport/pipeline';
import type { Answer } from '../../src/transport/pipeline-step';
import type { CallContext, EndpointCall, Transport, VendorRequest } from '../../src/transport/transport';
import { ManualClock } from '../support/manual-clock';

const OK: Answer = { status: 200, headers: {}, body: {} };
const READ: EndpointCall = { method: 'GET', path: '/things', permission: 'none' };
const WRITE: EndpointCall = { method: 'POST', path: '/things', permission: 'none' };
const DEVICE: EndpointCall = { method: 'GET', path: '/device', permission: 'none', answeredBy: 'device' };

interface Sent {
  readonly request: VendorRequest;
  answer(answer: Answer): void;
  readonly signal: AbortSignal;
}

/** A vendor whose answers come when the test says so, or as `answers` says. */
function setUp(options: { answers?: () => Answer; concurrency?: number; random?: () => number } = {}) {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const fetch: Fetch = {
    send: (request, _, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        sent.push({ request, answer: resolve, signal });
        if (options.answers !== undefined) resolve(options.answers());
      }),
    close: async () => undefined,
  };
  const outcomes: string[] = [];
  const pipeline: Pipeline = openPipeline({
    account: 'lab',
    fetch,
    clock,
    limitClock: clock,
    random: options.random ?? (() => 0),
    concurrency: options.concurrency ?? 4,
    timeoutMs: 5_000,
    deadlineMs: 10_000,
    report: ({ outcome }) => outcomes.push(outcome),
    refused: () => undefined,
    circuitChanged: () => undefined,
    credentialsRejected: () => undefined,
  });
  const authenticator = { headers: async () => ({}), renew: async () => false };
  const transport = pipeline.authenticated(authenticator, ({ status }) => status === 401);
  return { clock, sent, outcomes, pipeline, transport };
}

const status = (code: number, headers: Record<string, string> = {}): Answer => ({
  status: code,
  headers,
  body: undefined,
});

/** Everything that can go on without the clock has gone on. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: DrawbridgeError) => error.code,
  );

const send = (transport: Transport, endpoint: EndpointCall, context: CallContext = {}) =>
  transport.send({ endpoint }, context);

describe('a retry', () => {
  it('of reads that keep failing is one for ten calls, beside three to begin with', async () => {
    const { sent, transport } = setUp({ answers: () => status(429) });
    for (let call = 0; call < 200; call += 1) await send(transport, READ);
    expect(sent.length - 200).toBeLessThanOrEqual(23);
    expect(sent.length - 200).toBeGreaterThanOrEqual(20);
  });

  it('waits for a part of its pause that chance draws: full jitter, twice as long the second time', async () => {
    const { clock, sent, transport } = setUp({ answers: () => status(503), random: () => 0.5 });
    const call = send(transport, READ);
    await settled();
    expect(sent).toHaveLength(1);
    clock.advance(99);
    await settled();
    expect(sent).toHaveLength(1);
    clock.advance(1);
    await settled();
    expect(sent).toHaveLength(2);
    clock.advance(199);
    await settled();
    expect(sent).toHaveLength(2);
    clock.advance(1);
    expect((await call).status).toBe(503);
    expect(sent).toHaveLength(3);
  });

  it('that waits holds no place in the line', async () => {
    const { clock, sent, transport } = setUp({ concurrency: 1, random: () => 0.9 });
    const first = send(transport, READ);
    await settled();
    sent[0]?.answer(status(500));
    await settled();
    const second = send(transport, READ);
    await settled();
    expect(sent).toHaveLength(2);
    sent[1]?.answer(OK);
    expect(await codeOf(second)).toBe('ok');
    clock.advance(1_000);
    await settled();
    sent[2]?.answer(OK);
    expect(await codeOf(first)).toBe('ok');
  });

  it('is never made of a write, of what belongs to an action, or of what a device answers itself', async () => {
    const { sent, transport, clock } = setUp({ answers: () => status(502) });
    await send(transport, WRITE);
    await send(transport, READ, { until: clock.monotonic() + 45_000 });
    await send(transport, DEVICE);
    expect(sent).toHaveLength(3);
  });

  it('waits for a short pause that the vendor asks for, and leaves a long one to the caller', async () => {
    const { clock, sent, transport } = setUp();
    const call = send(transport, READ);
    await settled();
    sent[0]?.answer(status(429, { 'retry-after': '2' }));
    await settled();
    clock.advance(2_010);
    await settled();
    sent[1]?.answer(status(429, { 'retry-after': '3' }));
    expect((await call).headers['retry-after']).toBe('3');
  });
});

describe('a pause that the vendor asked for', () => {
  it('is kept by every call, also by one that stood in line when it began', async () => {
    const { clock, sent, transport } = setUp({ concurrency: 1 });
    const first = send(transport, WRITE);
    const waiting = codeOf(send(transport, WRITE));
    await settled();
    sent[0]?.answer(status(429, { 'retry-after': '60' }));
    expect((await first).status).toBe(429);
    expect(await waiting).toBe('VENDOR_RATE_LIMITED');
    await expect(send(transport, READ)).rejects.toMatchObject({ retryAfterSeconds: 60, unsent: true });
    clock.advance(60_000);
    const later = send(transport, READ);
    await settled();
    sent[1]?.answer(OK);
    expect((await later).status).toBe(200);
  });

  it('lets what ends a link wait, and be the first to go', async () => {
    const { clock, sent, transport } = setUp();
    const first = send(transport, WRITE);
    await settled();
    sent[0]?.answer(status(429, { 'retry-after': '30' }));
    await first;
    const end = send(transport, WRITE, { purpose: 'finish', until: clock.monotonic() + 45_000 });
    clock.advance(30_000);
    await settled();
    expect(sent).toHaveLength(2);
    sent[1]?.answer(OK);
    expect((await end).status).toBe(200);
  });

  it('that is longer than its action is told at once, so that it comes back then', async () => {
    const { clock, sent, transport } = setUp();
    const first = send(transport, WRITE);
    await settled();
    sent[0]?.answer(status(429, { 'retry-after': '120' }));
    await first;
    const end = send(transport, WRITE, { purpose: 'finish', until: clock.monotonic() + 45_000 });
    await expect(end).rejects.toMatchObject({ code: 'VENDOR_RATE_LIMITED', retryAfterSeconds: 120 });
  });
});

describe('the line', () => {
  it('is not filled by devices that hang', async () => {
    const { sent, transport } = setUp({ concurrency: 8 });
    for (let call = 0; call < 20; call += 1) void codeOf(send(transport, DEVICE));
    await settled();
    expect(sent).toHaveLength(6);
    const read = send(transport, READ);
    await settled();
    sent[6]?.answer(OK);
    expect((await read).status).toBe(200);
  });

  it('is left at once by whoever is not waited for, and its place goes to the next', async () => {
    const { sent, transport, outcomes } = setUp({ concurrency: 1 });
    const leaving = new AbortController();
    const first = send(transport, READ);
    const second = codeOf(send(transport, READ, { signal: leaving.signal }));
    const third = send(transport, READ);
    await settled();
    leaving.abort(abandoned());
    expect(await second).toBe('VENDOR_TIMEOUT');
    sent[0]?.answer(OK);
    await first;
    await settled();
    sent[1]?.answer(OK);
    expect((await third).status).toBe(200);
    expect(sent).toHaveLength(2);
    expect(outcomes).toEqual(['ok', 'ok']);
  });
});

test('how a try ended is told apart by what an operator does about it', async () => {
  let answer = OK;
  const { transport, outcomes } = setUp({ answers: () => answer });
  for (const code of [200, 401, 403, 429, 500]) {
    answer = status(code);
    await send(transport, WRITE);
  }
  answer = { ...OK, unreadable: 'no JSON' };
  await codeOf(send(transport, WRITE));
  expect(outcomes).toEqual([
    'ok',
    'http_4xx',
    'http_4xx',
    'vendor_rate_limited',
    'http_5xx',
    'vendor_unavailable',
  ]);
});

describe('a call that nobody waits for any more', () => {
  it('is broken off, says nothing of its vendor, and is not sent again', async () => {
    const { sent, transport, outcomes, pipeline } = setUp();
    for (let call = 0; call < 20; call += 1) {
      const leaving = new AbortController();
      const ended = codeOf(send(transport, READ, { signal: leaving.signal }));
      await settled();
      leaving.abort(abandoned());
      expect(await ended).toBe('VENDOR_TIMEOUT');
      expect(sent.at(-1)?.signal.aborted).toBe(true);
    }
    expect(sent).toHaveLength(20);
    expect(new Set(outcomes)).toEqual(new Set(['abandoned']));
    expect(pipeline.circuit()).toBe('CLOSED');
  });
});

describe('an open circuit', () => {
  it('lets through what ends a link, whose success closes it for all', async () => {
    let vendor = status(500);
    const { sent, transport, pipeline, clock } = setUp({ answers: () => vendor });
    for (let call = 0; call < 3; call += 1) await codeOf(send(transport, READ));
    expect(pipeline.circuit()).toBe('OPEN');
    const before = sent.length;
    expect(await codeOf(send(transport, WRITE))).toBe('VENDOR_UNAVAILABLE');
    expect(sent).toHaveLength(before);
    vendor = OK;
    const end = send(transport, WRITE, { purpose: 'finish', until: clock.monotonic() + 45_000 });
    expect((await end).status).toBe(200);
    expect(await codeOf(send(transport, READ))).toBe('ok');
  });

  it('is not opened by refusals, nor by devices that do not answer', async () => {
    let code = 403;
    const { transport, pipeline } = setUp({ answers: () => status(code) });
    for (code of [400, 403, 404, 409, 422]) await codeOf(send(transport, READ));
    code = 500;
    for (let call = 0; call < 30; call += 1) await codeOf(send(transport, DEVICE));
    expect(pipeline.circuit()).toBe('CLOSED');
  });
});

describe('a time limit', () => {
  it('ends a try after five seconds, and a read with all its tries after ten', async () => {
    const { clock, sent, transport } = setUp();
    const call = codeOf(send(transport, READ));
    await settled();
    clock.advance(5_000);
    await settled();
    expect(sent).toHaveLength(2);
    clock.advance(5_000);
    expect(await call).toBe('VENDOR_TIMEOUT');
    expect(sent).toHaveLength(2);
    expect(clock.waiting).toBe(0);
  });

  it('of a read counts the time in line, and of an action is the action’s own', async () => {
    const { clock, transport, sent } = setUp({ concurrency: 1 });
    const slow: EndpointCall = { ...WRITE, timeoutMs: 40_000 };
    const action = codeOf(send(transport, slow, { until: 45_000 }));
    const read = codeOf(send(transport, READ));
    await settled();
    clock.advance(10_000);
    expect(await read).toBe('VENDOR_TIMEOUT');
    expect(sent).toHaveLength(1);
    clock.advance(30_000);
    expect(await action).toBe('VENDOR_TIMEOUT');
  });
});
