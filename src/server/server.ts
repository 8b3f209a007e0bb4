import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Clock } from '../domain/time';
import type { Services } from '../graph/context';
import type { CallerLimits } from '../graph/limits/caller-limits';
import type { OperationGate } from '../graph/limits/operation-gate';
import type { Planner } from '../graph/planner';
import type { BoundedLog } from '../telemetry/bounded-log';
import type { Logger } from '../telemetry/logger';
import type { Metrics } from '../telemetry/metrics';
import type { Tracing } from '../telemetry/tracing';
import { createApollo } from './apollo';
import type { Authenticate } from './authenticate';
import { Callbacks } from './callbacks';
import { CallerWatch } from './caller-watch';
import { type CallerRights, EventGroups } from './event-groups';
import { EventStreams } from './event-stream';
import type { HealthSources } from './health';
import { Heartbeat } from './heartbeat';
import { createHttp, GRAPHQL, LARGEST_BODY_BYTES } from './http';
import { createRunOperation } from './operation';
import type { Playground } from './playground/playground';
import { createShowErrors } from './shown-errors';
import { serveWebSockets } from './websocket';

/** What the server is made from. */
export interface ServerOptions {
  readonly schema: GraphQLSchema;
  /** Plans operations that are not to be carried out. */
  readonly planner: Planner;
  /** The schema's text. */
  readonly sdl: string;
  readonly services: Services;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly authenticate: Authenticate;
  /** What callers who stay may do by now. */
  readonly rights: CallerRights;
  readonly playground: Playground;
  readonly health: HealthSources;
  readonly explore: 'open' | 'scope';
  readonly corsOrigins: readonly string[];
  /** The rules that every operation meets before it runs. */
  readonly gate: OperationGate;
  readonly callerLimits: CallerLimits;
  /** Told of requests that never became operations. */
  readonly refusals: BoundedLog;
  /** True: only a loopback name is served, because everyone is let in. */
  readonly loopbackOnly: boolean;
  /** How many operations one request may hold; 0: one. */
  readonly batchedOperations: number;
  /** Origins of routers that may be called back. */
  readonly callbackOrigins: readonly string[];
  /** The largest age that a caller can ask for. */
  readonly staleMaxSeconds: number;
  readonly newId: () => string;
  /** Calls routers back. */
  readonly fetch: typeof globalThis.fetch;
}

/** The graph on every way in. It listens once it is told to. */
export interface GraphServer {
  readonly http: FastifyInstance;
  /** Takes no new work, lets what runs finish, and tells all who follow something to connect again. */
  close(): Promise<void>;
}

/** Puts the ways in together: plain HTTP, WebSockets, event streams, callbacks. All run operations by the same rules. */
export async function createServer(options: ServerOptions): Promise<GraphServer> {
  const { clock, logger, rights, schema, services } = options;
  const showErrors = createShowErrors(logger);
  const groups = new EventGroups({ schema, services, showErrors, rights });
  const apollo = createApollo({
    ...options,
    groups,
    showErrors,
    monotonic: () => clock.monotonic(),
    batching: options.batchedOperations > 1,
  });
  await apollo.start();
  const live = {
    ...options,
    showErrors,
    run: createRunOperation({ ...options, apollo, showErrors }),
    heartbeat: new Heartbeat(clock),
    callers: new CallerWatch(clock, rights),
    largestMessageBytes: LARGEST_BODY_BYTES,
  };
  const eventStreams = new EventStreams(live);
  const callbacks = new Callbacks(live);
  const http = createHttp({ ...options, apollo, showErrors, eventStreams, callbacks });
  const webSockets = serveWebSockets(http.server, GRAPHQL, live);
  let called: Promise<void> | undefined;
  // The server is closed once every connection is: so those that would stay are ended as it begins to close.
  http.addHook('preClose', async () => {
    webSockets.stop();
    eventStreams.stop();
    called = callbacks.stop();
  });
  return {
    http,
    close: async () => {
      await http.close();
      await called;
      await apollo.stop();
    },
  };
}
