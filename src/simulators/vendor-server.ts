import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CallLog, createCallLog, type WritableCallLog } from './call-log';
import { answerControl, isControl } from './control';
import { type Exchange, play, send } from './fault-playing';
import { createFaults, type Faults, type TakeableFaults } from './faults';
import type { Prng } from './prng';
import type { Answer, Call, Route } from './route';
import { createTimers, type Timers } from './timers';

/** A believable span of answer times in milliseconds; both 0 for none. */
export interface LatencySpan {
  readonly min: number;
  readonly max: number;
}

/** What a vendor brings to its server. */
interface VendorServerOptions {
  /** In order of precedence: the first that fits answers. */
  readonly routes: readonly Route[];
  /** Answers where no route fits. */
  readonly unmatched: (call: Call) => Answer;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly latency: LatencySpan;
  /** Draws the answer times. */
  readonly prng: Prng;
  readonly now: () => number;
}

/** A listening vendor. */
interface VendorServer {
  /** "http://host:port", without a path. */
  readonly origin: string;
  readonly calls: CallLog;
  readonly faults: Faults;
  /** Stops listening, breaks every connection and clears every timer. */
  close(): Promise<void>;
}

interface Fit {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Starts a vendor's HTTP server. */
export async function startVendorServer(options: VendorServerOptions): Promise<VendorServer> {
  const calls = createCallLog();
  const faults = createFaults();
  const timers = createTimers();
  const templates = options.routes.map((route) => ({ route, segments: route.path.split('/') }));
  const serve = new Conversation({ options, templates, calls, faults, timers });
  const server = createServer((request, response) => {
    serve.answer(request, response).catch((error: unknown) => {
      // A defect of the simulator itself: told to the client, so that a test shows it.
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`simulator defect: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
  // Longer than a client keeps an idle connection, so that the simulator is not the one to end it in mid-request.
  server.keepAliveTimeout = 65_000;
  const address = await listen(server, options);
  return {
    origin: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${address.port}`,
    calls,
    faults,
    close: () => shut(server, timers, faults),
  };
}

interface ConversationParts {
  readonly options: VendorServerOptions;
  readonly templates: readonly { readonly route: Route; readonly segments: readonly string[] }[];
  readonly calls: WritableCallLog;
  readonly faults: TakeableFaults;
  readonly timers: Timers;
}

class Conversation {
  constructor(private readonly parts: ConversationParts) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { options, calls, faults, timers } = this.parts;
    const body = await readBody(request);
    if (body === undefined) return;
    const url = new URL(request.url ?? '/', 'http://simulator');
    const method = request.method ?? 'GET';
    const fit = this.#fit(method, url.pathname);
    const call: Call = {
      method,
      path: url.pathname,
      params: fit?.params ?? {},
      query: url.searchParams,
      headers: request.headers,
      body: parseBody(body),
      remoteAddress: request.socket.remoteAddress ?? options.host,
    };
    if (isControl(call.path)) {
      send(
        { response, timers, answered: () => {}, commit: () => ({ status: 200 }) },
        answerControl(call, calls, faults),
      );
      return;
    }
    const route = fit?.route.name ?? `${method} unmatched`;
    const open = calls.begin({
      route,
      method,
      path: call.path,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: call.body,
      status: 0,
      at: options.now(),
    });
    response.once('close', () => open.closed());
    // A client that hangs up in the middle of an answer is what some faults are for, and no error here.
    response.on('error', () => open.closed());
    const exchange: Exchange = {
      response,
      timers,
      answered: (status) => open.answered(status),
      commit: once(() => (fit === undefined ? options.unmatched(call) : fit.route.answer(call))),
    };
    const taken = faults.take(route, `${url.pathname}${url.search}`, call.body);
    await timers.wait(this.#latency(fit?.route.latencyFactor ?? 1));
    // A client that has given up by now does not undo the vendor's work.
    if (taken === undefined) send(exchange, exchange.commit());
    else await play(exchange, taken);
  }

  #latency(factor: number): number {
    const { latency, prng } = this.parts.options;
    return latency.max <= 0 ? 0 : (latency.min + prng.next() * (latency.max - latency.min)) * factor;
  }

  #fit(method: string, path: string): Fit | undefined {
    const segments = path.split('/');
    for (const { route, segments: template } of this.parts.templates) {
      if (route.method !== method) continue;
      const params = matchSegments(template, segments);
      if (params !== undefined) return { route, params };
    }
    return undefined;
  }
}

function matchSegments(
  template: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (template.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) {
      if (segment === '') return undefined;
      params[part.slice(1, -1)] = decode(segment);
    } else if (part !== segment) {
      return undefined;
    }
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray percent sign: taken as it stands.
    return segment;
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString('utf8');
  } catch {
    // The client went away before it had sent its request: there is nobody to answer.
    return undefined;
  }
}

function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the route sees the text and refuses it in its own words.
    return text;
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function listen(server: Server, options: VendorServerOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the simulator got no port'));
      else resolve(address);
    });
  });
}

function shut(server: Server, timers: Timers, faults: Faults): Promise<void> {
  timers.clear();
  faults.clear();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
