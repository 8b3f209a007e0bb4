import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { DrawbridgeError } from '../domain/errors';
import type { Principal } from '../domain/principal';
import type { Clock } from '../domain/time';
import type { CallerLimits } from '../graph/limits/caller-limits';
import type { Metrics } from '../telemetry/metrics';
import { CallbackEmitter, SUBSCRIPTION_PROTOCOL } from './callback-emitter';
import { readCallbackTarget } from './callback-request';
import type { CallerWatch } from './caller-watch';
import type { Follower } from './entry';
import { type EventStream, type RunOperation, readOperation } from './operation';
import { rateHeaders } from './rate-headers';
import type { ShowErrors } from './shown-errors';
import { readWishes } from './wishes';

/** While the service stops, routers that do not answer are waited for no longer. */
const TELL_WITHIN_MS = 6_000;

/** What routers are called back with. */
export interface CallbackOptions {
  readonly run: RunOperation;
  readonly showErrors: ShowErrors;
  readonly clock: Clock;
  readonly callers: CallerWatch;
  /** Tells what is left to a caller. */
  readonly callerLimits: Pick<CallerLimits, 'policiesOf'>;
  readonly metrics: Metrics;
  /** Origins that events may be sent to; none: the protocol is refused. */
  readonly callbackOrigins: readonly string[];
  /** The largest age that a caller can ask for. */
  readonly staleMaxSeconds: number;
  readonly fetch: typeof globalThis.fetch;
}

/**
 * Subscriptions of routers by the HTTP callback protocol: the answer comes at once, and every event is a request to
 * the router.
 */
export class Callbacks {
  readonly #open = new Set<OpenCallback>();
  #isStopping = false;

  constructor(private readonly options: CallbackOptions) {}

  /** Answers a router's request. */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    { principal, left }: Follower,
  ): Promise<unknown> {
    const follows = await this.#answer(request, reply, principal).catch((thrown: unknown) => {
      left();
      throw thrown;
    });
    if (follows === undefined) left();
    else void follows.done.then(left);
    return reply;
  }

  /** Answers, and what is told to the router from now on; undefined: nothing is. */
  async #answer(
    request: FastifyRequest,
    reply: FastifyReply,
    principal: Principal,
  ): Promise<OpenCallback | undefined> {
    const { run, staleMaxSeconds, metrics, callerLimits } = this.options;
    const operation = readOperation(request.body);
    const opened: { emitter?: CallbackEmitter } = {};
    const answer = await run({
      request: operation ?? {},
      principal,
      requestId: request.id,
      wishes: readWishes(request.headers, staleMaxSeconds),
      way: {
        admit: async () => {
          opened.emitter = await this.#admit(operation?.extensions?.['subscription']);
        },
        ended: () => metrics.subscriptionBy('callback', -1),
      },
    });
    void reply.headers(rateHeaders(callerLimits.policiesOf(principal)));
    if (answer.kind === 'refused') {
      for (const [name, value] of answer.headers) void reply.header(name, value);
      void reply.code(answer.status).send({ errors: answer.errors });
      return undefined;
    }
    if (answer.kind === 'result') {
      void reply.send(answer.result);
      return undefined;
    }
    if (opened.emitter === undefined)
      throw new Error('a subscription was opened that no router was asked about');
    metrics.subscriptionBy('callback', 1);
    void reply.headers(SUBSCRIPTION_PROTOCOL).send({ data: null });
    return this.#follow(opened.emitter, answer.events, principal);
  }

  /** Ends all that is open, and says why; resolves once the routers know, or did not answer. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const told = Promise.all([...this.#open].map((open) => open.end(STOPPING)));
    const waited = new Promise<void>((resolve) => {
      const cancel = this.options.clock.schedule(TELL_WITHIN_MS, resolve);
      told.then(cancel, cancel);
    });
    await Promise.race([told, waited]);
  }

  /** The protocol wants the router asked before anything begins. */
  async #admit(sent: unknown): Promise<CallbackEmitter> {
    const { callbackOrigins, clock, fetch } = this.options;
    const emitter = new CallbackEmitter(readCallbackTarget(sent, callbackOrigins), clock, fetch);
    if (await emitter.check()) return emitter;
    throw new DrawbridgeError(
      'BAD_USER_INPUT',
      'The callback URL was asked whether it knows this subscription, and did not say so.',
    );
  }

  #follow(emitter: CallbackEmitter, events: EventStream, principal: Principal): OpenCallback {
    const open = new OpenCallback(emitter, events, this.options.showErrors);
    this.#open.add(open);
    if (this.#isStopping) void open.end(STOPPING);
    const watch = this.options.callers.watch(principal, () => void open.end(TOKEN_ENDED));
    emitter.keepAlive(() => void open.leave());
    void open.done.then(() => {
      watch.stop();
      emitter.stop();
      this.#open.delete(open);
    });
    return open;
  }
}

/** One subscription on its way to a router. */
class OpenCallback {
  /** Resolves once nothing more is sent. */
  readonly done: Promise<void>;
  #failure: GraphQLFormattedError | undefined;
  #isLeft = false;

  constructor(
    private readonly emitter: CallbackEmitter,
    private readonly events: EventStream,
    private readonly showErrors: ShowErrors,
  ) {
    this.done = this.#run();
  }

  /** Ends it with an error that the router passes on to its client. */
  end(failure: GraphQLFormattedError): Promise<void> {
    this.#failure ??= failure;
    this.events.return?.().catch(() => {});
    return this.done;
  }

  /** Ends it without a word: nobody listens. */
  leave(): void {
    this.#isLeft = true;
    this.events.return?.().catch(() => {});
  }

  async #run(): Promise<void> {
    let errors: readonly GraphQLFormattedError[] | undefined;
    try {
      for await (const payload of this.events) {
        if (this.#isLeft || !(await this.emitter.send({ action: 'next', payload }))) return this.leave();
      }
    } catch (thrown) {
      errors = this.showErrors([thrown]);
    }
    if (this.#isLeft) return;
    if (this.#failure !== undefined) errors = [this.#failure];
    await this.emitter.send({ action: 'complete', ...(errors === undefined ? {} : { errors }) });
  }
}

const STOPPING: GraphQLFormattedError = {
  message: 'The service stops: subscribe again.',
  extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: true },
};

const TOKEN_ENDED: GraphQLFormattedError = {
  message: 'The token is not valid any more: subscribe with another one.',
  extensions: { code: 'UNAUTHENTICATED' },
};
