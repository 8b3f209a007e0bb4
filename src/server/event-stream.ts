import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badInput } from '../domain/errors';
import type { Principal } from '../domain/principal';
import type { CallerLimits } from '../graph/limits/caller-limits';
import type { Metrics } from '../telemetry/metrics';
import type { CallerWatch } from './caller-watch';
import { drained } from './drained';
import type { Follower } from './entry';
import type { Beating, Heartbeat } from './heartbeat';
import { type EventStream, type OperationRequest, type RunOperation, readOperation } from './operation';
import { presenceOf } from './presence-of';
import { rateHeaders } from './rate-headers';
import type { ShowErrors } from './shown-errors';
import { whenClosed } from './when-closed';
import { readWishes } from './wishes';

/** What event streams are served with. */
export interface EventStreamOptions {
  readonly run: RunOperation;
  readonly showErrors: ShowErrors;
  readonly heartbeat: Heartbeat;
  readonly callers: CallerWatch;
  /** Tells what is left to a caller. */
  readonly callerLimits: Pick<CallerLimits, 'policiesOf'>;
  readonly metrics: Metrics;
  /** The largest age that a caller can ask for. */
  readonly staleMaxSeconds: number;
}

/** Server-sent events, one stream an operation: the protocol graphql-sse in its distinct connections mode. */
export class EventStreams {
  readonly #open = new Set<OpenStream>();
  #isStopping = false;

  constructor(private readonly options: EventStreamOptions) {}

  /** Answers one operation of a caller as a stream of events. */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    { principal, left }: Follower,
  ): Promise<FastifyReply> {
    try {
      return await this.#answer(request, reply, principal);
    } finally {
      left();
    }
  }

  /** Ends all that is open, without `complete`: clients connect again. */
  stop(): void {
    this.#isStopping = true;
    for (const open of this.#open) open.end();
  }

  /** Resolves once the stream is over. */
  async #answer(request: FastifyRequest, reply: FastifyReply, principal: Principal): Promise<FastifyReply> {
    const { run, showErrors, staleMaxSeconds, callerLimits } = this.options;
    const operation = readRequest(request);
    if (operation === undefined) {
      return stream(reply, { errors: showErrors([badInput('This is no operation.')], request.id) });
    }
    const answer = await run({
      request: operation,
      principal,
      requestId: request.id,
      presence: presenceOf(reply),
      wishes: readWishes(request.headers, staleMaxSeconds),
      way: {
        readsOnly: request.method === 'GET',
        ended: () => this.options.metrics.subscriptionBy('sse', -1),
      },
    });
    void reply.headers(rateHeaders(callerLimits.policiesOf(principal)));
    if (answer.kind === 'result') return stream(reply, answer.result);
    if (answer.kind === 'events') return this.#follow(reply, answer.events, principal);
    // What is wrong with the document is told in the stream, as the protocol has it; who may not ask at all, or not so
    // often, is told before.
    if (answer.status === 400) return stream(reply, { errors: answer.errors });
    for (const [name, value] of answer.headers) void reply.header(name, value);
    return reply.code(answer.status).send({ errors: answer.errors });
  }

  async #follow(reply: FastifyReply, events: EventStream, principal: Principal): Promise<FastifyReply> {
    const { heartbeat, callers, metrics, showErrors } = this.options;
    metrics.subscriptionBy('sse', 1);
    const open = new OpenStream(begin(reply), events);
    this.#open.add(open);
    const leaveHeartbeat = heartbeat.add(open);
    const watch = callers.watch(principal, () => open.end());
    if (this.#isStopping) open.end();
    try {
      await open.run(showErrors);
    } finally {
      watch.stop();
      leaveHeartbeat();
      this.#open.delete(open);
    }
    return reply;
  }
}

/** One subscription on its way to a client. */
class OpenStream implements Beating {
  #wasFull = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly events: EventStream,
  ) {
    whenClosed(response, () => this.#leave());
    response.on('error', () => {});
    // Some browsers wait for the first byte before they take the stream for open.
    response.write(':\n\n');
  }

  /** Sends what happens until it is over, or until the client has gone. Takes the next event only once one is sent. */
  async run(showErrors: ShowErrors): Promise<void> {
    const { response } = this;
    try {
      for await (const result of this.events) {
        if (this.#isGone()) return;
        if (!response.write(printed('next', result))) await drained(response);
      }
    } catch (thrown) {
      if (!this.#isGone()) response.write(printed('next', { errors: showErrors([thrown]) }));
    }
    if (!this.#isGone()) response.end(COMPLETE);
  }

  beat(): void {
    const { response } = this;
    const isFull = response.writableNeedDrain;
    // It took nothing since the last time: whoever is there connects again and learns how all stands.
    if (isFull && this.#wasFull) response.destroy();
    else if (!isFull) response.write(':\n\n');
    this.#wasFull = isFull;
  }

  /** Ends the stream without saying that the subscription is over. */
  end(): void {
    if (this.response.writableNeedDrain) this.response.destroy();
    else this.response.end();
    this.#leave();
  }

  #isGone(): boolean {
    return this.response.writableEnded || this.response.destroyed;
  }

  #leave(): void {
    // Nobody waits for it: what it could throw, it throws where the events are read.
    this.events.return?.().catch(() => {});
  }
}

const COMPLETE = 'event: complete\ndata: \n\n';

function printed(event: string, shown: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(shown)}\n\n`;
}

/** One result, and the end. */
async function stream(reply: FastifyReply, result: unknown): Promise<FastifyReply> {
  begin(reply).end(`${printed('next', result)}${COMPLETE}`);
  return reply;
}

/** From here on the response is ours, with the headers that were set so far. */
function begin(reply: FastifyReply): ServerResponse {
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
  reply.hijack();
  return raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // A proxy that gathers the answer before it sends it on would send nothing.
    'x-accel-buffering': 'no',
  });
}

/** The operation of a POST's body, or of a GET's query. */
function readRequest({ method, body, query }: FastifyRequest): OperationRequest | undefined {
  if (method !== 'GET') return readOperation(body);
  if (typeof query !== 'object' || query === null) return undefined;
  const { variables, extensions, ...others } = query as Readonly<Record<string, unknown>>;
  try {
    return readOperation({ ...others, variables: json(variables), extensions: json(extensions) });
  } catch {
    // What is no JSON is no operation.
    return undefined;
  }
}

function json(text: unknown): unknown {
  return typeof text === 'string' && text !== '' ? JSON.parse(text) : undefined;
}
