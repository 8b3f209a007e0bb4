import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault, TakenFault } from './faults';
import type { Answer } from './route';
import type { Timers } from './timers';

/** One request on its way to an answer. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly timers: Timers;
  /** Lets the vendor do its work, at most once, and gives its answer. */
  readonly commit: () => Answer;
  /** Notes the status answered. */
  readonly answered: (status: number) => void;
}

const PAGE =
  '<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Please sign in</h1></body></html>';
const CHUNK = 64 * 1024;

/** Sends the vendor's own answer. */
export function send(exchange: Exchange, answer: Answer): void {
  const { response } = exchange;
  exchange.answered(answer.status);
  if (response.destroyed) return;
  const body = bodyText(answer);
  response.writeHead(answer.status, {
    ...headersOf(answer, body),
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Plays a fault in place of, or upon, the vendor's answer. */
export async function play(exchange: Exchange, taken: TakenFault): Promise<void> {
  const { rule } = taken;
  if (rule.commit === true) exchange.commit();
  switch (rule.kind) {
    case 'status':
      return send(exchange, statusAnswer(rule.status, rule.body, rule.headers));
    case 'html':
      return send(exchange, {
        status: rule.status ?? 200,
        headers: { 'content-type': 'text/html' },
        text: PAGE,
      });
    case 'empty':
      return send(exchange, { status: rule.status ?? 200 });
    case 'json':
      return send(exchange, { status: rule.status ?? 200, json: rule.body });
    case 'redirect':
      return send(exchange, { status: rule.status ?? 302, headers: { location: rule.location } });
    case 'hang':
      return;
    case 'reset':
    case 'lose-request':
      return reset(exchange.response);
    case 'huge':
      return sendHuge(exchange, rule.bytes ?? Number.POSITIVE_INFINITY);
    case 'delay':
      await exchange.timers.wait(rule.ms);
      return send(exchange, exchange.commit());
    case 'hold':
      await taken.released;
      return send(exchange, exchange.commit());
    default:
      return spoil(exchange, taken);
  }
}

async function spoil(exchange: Exchange, { rule }: TakenFault): Promise<void> {
  const answer = exchange.commit();
  const text = bodyText(answer);
  const plain = { status: answer.status, headers: headersOf(answer, text) };
  switch (rule.kind) {
    case 'malformed':
      return send(exchange, { ...plain, text: `${text.slice(0, 1)},${text.slice(1)}` });
    case 'truncated':
      return send(exchange, { ...plain, text: text.slice(0, Math.floor(text.length / 2)) });
    case 'gzip':
      return sendCompressed(exchange, plain, compressed(text, rule));
    case 'reset-mid-body':
      return breakMidBody(exchange, answer.status, text);
    case 'drip':
      return drip(exchange, answer, { bytes: rule.bytes ?? 1, everyMs: rule.everyMs ?? 50 });
    default:
      return reset(exchange.response);
  }
}

/** Blanks behind a JSON text change nothing but its size. */
function compressed(text: string, { broken, bytes }: Extract<Fault, { kind: 'gzip' }>): Buffer {
  const body = gzipSync(text.padEnd(bytes ?? 0));
  return broken === true ? body.subarray(0, Math.floor(body.length / 2)) : body;
}

function sendCompressed(
  exchange: Exchange,
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  body: Buffer,
): void {
  exchange.answered(status);
  if (exchange.response.destroyed) return;
  exchange.response.writeHead(status, {
    ...headers,
    'content-encoding': 'gzip',
    'content-length': body.length,
  });
  exchange.response.end(body);
}

function statusAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> | undefined,
): Answer {
  const head = headers === undefined ? { status } : { status, headers };
  if (body === undefined) return head;
  return typeof body === 'string' ? { ...head, text: body } : { ...head, json: body };
}

function bodyText(answer: Answer): string {
  if (answer.text !== undefined) return answer.text;
  return answer.json === undefined ? '' : JSON.stringify(answer.json);
}

function headersOf(answer: Answer, body: string): Readonly<Record<string, string>> {
  return body === '' ? { ...answer.headers } : { 'content-type': 'application/json', ...answer.headers };
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function breakMidBody(exchange: Exchange, status: number, text: string): void {
  const { response } = exchange;
  exchange.answered(status);
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  // Ended without a reset, which could overtake the half that is already under way.
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
}

async function drip(
  exchange: Exchange,
  answer: Answer,
  pace: { readonly bytes: number; readonly everyMs: number },
): Promise<void> {
  const { response } = exchange;
  const text = bodyText(answer);
  const body = Buffer.from(text);
  exchange.answered(answer.status);
  response.writeHead(answer.status, { ...headersOf(answer, text), 'content-length': body.length });
  for (let sent = 0; sent < body.length && !response.destroyed; sent += pace.bytes) {
    response.write(body.subarray(sent, sent + pace.bytes));
    await exchange.timers.wait(pace.everyMs);
  }
  response.end();
}

async function sendHuge(exchange: Exchange, bytes: number): Promise<void> {
  const { response } = exchange;
  exchange.answered(200);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('["');
  const chunk = Buffer.alloc(CHUNK, 'a');
  for (let left = bytes - 4; left > 0 && !response.destroyed; left -= CHUNK) {
    const piece = left >= CHUNK ? chunk : chunk.subarray(0, left);
    await new Promise<void>((resolve) => {
      response.write(piece, () => resolve());
    });
  }
  response.end('"]');
}
