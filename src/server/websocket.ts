import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GraphQLSchema, parse } from 'graphql';
import {
  type Context,
  type ExecutionResult,
  handleProtocols,
  makeServer,
  type SubscribePayload,
} from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { asDrawbridgeError, badInput, DrawbridgeError } from '../domain/errors';
import type { BoundedLog } from '../telemetry/bounded-log';
import type { Logger } from '../telemetry/logger';
import type { Metrics } from '../telemetry/metrics';
import type { Authenticate } from './authenticate';
import type { CallerRights } from './event-groups';
import { CLOSE, LiveSocket, type LiveSocketTools } from './live-socket';
import { namesLoopback } from './loopback-only';
import {
  type EventStream,
  type OperationAnswer,
  type OperationResult,
  type RunOperation,
  readOperation,
} from './operation';
import { isOwnPage } from './origin';
import { type ShowErrors, ShownError } from './shown-errors';
import { readSocketWishes } from './wishes';

/** What WebSockets are served with. */
export interface WebSocketOptions extends Omit<LiveSocketTools, 'surprised'> {
  readonly run: RunOperation;
  readonly schema: GraphQLSchema;
  readonly authenticate: Authenticate;
  /** What callers who stay may do by now. */
  readonly rights: CallerRights;
  readonly showErrors: ShowErrors;
  readonly metrics: Metrics;
  /** Told of what was refused before the GraphQL server saw it. */
  readonly refusals: BoundedLog;
  readonly logger: Logger;
  /** The name of one operation in the log. */
  readonly newId: () => string;
  readonly corsOrigins: readonly string[];
  /** True: only a loopback name is served, because everyone is let in. */
  readonly loopbackOnly: boolean;
  /** A larger message closes the socket with 1009. */
  readonly largestMessageBytes: number;
  /** The largest age that a caller can ask for. */
  readonly staleMaxSeconds: number;
}

/** The WebSockets of the service. */
export interface WebSockets {
  /** Takes no more, lets queries and mutations that run finish, and closes all with a code to connect again on. */
  stop(): void;
}

type SocketContext = Context<Record<string, unknown> | undefined, LiveSocket>;

const MOST_OPERATIONS = 100;

/** A socket whose peer does not answer the close is ended after this. */
const CLOSE_WITHIN_MS = 5_000;

/** While the service stops: how long operations may run on, and when sockets are ended whatever they do. */
const FINISH_WITHIN_MS = 7_000;
const END_AFTER_MS = 8_500;

/** Serves WebSockets at a path of an HTTP server, by the protocol graphql-transport-ws. */
export function serveWebSockets(server: Server, path: string, options: WebSocketOptions): WebSockets {
  const { metrics, clock, logger } = options;
  const protocol = makeProtocol(options);
  const sockets = new Set<LiveSocket>();
  const tools: LiveSocketTools = {
    ...options,
    surprised: (thrown) => logger.error({ err: thrown }, 'a message of a socket could not be taken'),
  };
  let isStopping = false;
  const upgrader = new WebSocketServer(upgraderOptions(options));
  const open = (ws: WebSocket, stream: Duplex, authorization: string | undefined): void => {
    const socket = new LiveSocket(ws, stream, tools);
    socket.authorization = authorization;
    sockets.add(socket);
    metrics.openSockets(sockets.size);
    const closed = protocol.opened(socket, socket);
    ws.once('close', (code: number, reason: Buffer) => {
      socket.closed();
      sockets.delete(socket);
      metrics.openSockets(sockets.size);
      metrics.socketClosed(code);
      closed(code, String(reason)).catch(tools.surprised);
    });
  };
  server.on('upgrade', (request, stream, head) => {
    const refusal = isStopping ? 503 : refusalOf(request, path, options);
    if (refusal !== undefined) return refuse(stream, refusal);
    upgrader.handleUpgrade(request, stream, head, (ws) => open(ws, stream, request.headers.authorization));
  });
  return {
    stop: () => {
      isStopping = true;
      for (const socket of sockets) socket.stop();
      const cancels = [
        clock.schedule(FINISH_WITHIN_MS, () => {
          for (const socket of sockets) socket.close(CLOSE.restart, 'Service restart');
        }),
        clock.schedule(END_AFTER_MS, () => {
          for (const socket of sockets) socket.terminate();
        }),
      ];
      server.once('close', () => {
        for (const cancel of cancels) cancel();
      });
    },
  };
}

function upgraderOptions({ largestMessageBytes }: WebSocketOptions) {
  return {
    noServer: true,
    // It would cost each socket more memory than all the rest, for messages of a few hundred bytes.
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: largestMessageBytes,
    closeTimeout: CLOSE_WITHIN_MS,
    handleProtocols,
  };
}

/** The protocol; what operations are and who may begin them is decided elsewhere. */
function makeProtocol(options: WebSocketOptions) {
  const { schema, showErrors } = options;
  // Operations are run as they are subscribed to, for all ways in alike. What is left for the library is to send what
  // came of it, and it takes that from whatever it is told to execute.
  const document = parse('{ __typename }');
  return makeServer<Record<string, unknown> | undefined, LiveSocket>({
    // Each socket has its own, on the clock that everything has.
    connectionInitWaitTimeout: 0,
    onConnect: (context) => connect(context, options),
    onSubscribe: async (context, id, payload) => {
      const answer = await begin(context, { id, payload }, options);
      if (answer.kind === 'refused') return answer.errors.map((error) => new ShownError(error));
      return { schema, document, contextValue: answer.kind === 'events' ? answer.events : answer.result };
    },
    // The library would have errors as objects of GraphQL.js; what it is given is shown already, and goes on as it is.
    execute: ({ contextValue }) => contextValue as AsyncIterable<ExecutionResult> | ExecutionResult,
    onNext: (_context, _id, _payload, _args, result) => result as OperationResult,
    onError: (_context, _id, _payload, errors) => showErrors(errors),
  });
}

/** Lets a caller in, or answers false, which closes with 4403. */
async function connect(context: SocketContext, { authenticate }: WebSocketOptions): Promise<boolean> {
  const { extra: socket, connectionParams = {} } = context;
  socket.begin();
  const token =
    connectionParams['authorization'] ?? connectionParams['Authorization'] ?? socket.authorization;
  // Neither is needed any more, and there may be ten thousand of them.
  Reflect.deleteProperty(context, 'connectionParams');
  socket.authorization = undefined;
  try {
    socket.admit(await authenticate(asHeader(token)));
    return true;
  } catch (thrown) {
    if (asDrawbridgeError(thrown).retryable)
      socket.close(CLOSE.tryAgainLater, 'The token could not be checked just now');
    return false;
  }
}

/** The value of an `authorization` header from what a client sent: some send the token alone. */
function asHeader(token: unknown): string | undefined {
  if (typeof token !== 'string') return undefined;
  return /^\S+$/.test(token) ? `Bearer ${token}` : token;
}

/** Begins what a client subscribes to. */
async function begin(
  { extra: socket, subscriptions }: SocketContext,
  { id, payload }: { readonly id: string; readonly payload: SubscribePayload },
  { run, rights, metrics, newId, showErrors, refusals, staleMaxSeconds }: WebSocketOptions,
): Promise<OperationAnswer> {
  // A socket lives longer than the rights with which it began.
  const principal = socket.principal === undefined ? undefined : rights.now(socket.principal);
  const requestId = newId();
  const refused = (thrown: DrawbridgeError): OperationAnswer => {
    refusals({ requestId, codes: [thrown.code] }, 'a request was refused');
    return { kind: 'refused', errors: showErrors([thrown], requestId), status: 400, headers: new Map() };
  };
  const request = readOperation(payload);
  if (principal === undefined || request === undefined) return refused(badInput('This is no operation.'));
  if (Math.max(Object.keys(subscriptions).length - 1, socket.operations) >= MOST_OPERATIONS)
    return refused(TOO_MANY);
  const presence = socket.asks(id);
  let events: EventStream | undefined;
  const answer = await run({
    request,
    principal,
    requestId,
    presence,
    wishes: readSocketWishes(request.extensions ?? {}, staleMaxSeconds),
    way: {
      ended: () => {
        if (events !== undefined) socket.left(events);
        metrics.subscriptionBy('websocket', -1);
      },
    },
  });
  socket.answered(presence);
  if (answer.kind === 'events') {
    // The library keeps what was sent for as long as the subscription lives; nobody reads it again.
    Reflect.deleteProperty(payload, 'query');
    Reflect.deleteProperty(payload, 'variables');
    events = answer.events;
    socket.follows(events);
    metrics.subscriptionBy('websocket', 1);
  }
  return answer;
}

/** The status with which a WebSocket is refused before it is one; undefined where it is not. */
function refusalOf(
  { url = '', headers }: IncomingMessage,
  path: string,
  { corsOrigins, loopbackOnly }: Pick<WebSocketOptions, 'corsOrigins' | 'loopbackOnly'>,
): number | undefined {
  if (url.split('?')[0] !== path) return 404;
  if (loopbackOnly && !namesLoopback(headers.host ?? '')) return 421;
  return isOwnPage(headers, corsOrigins) ? undefined : 403;
}

function refuse(stream: Duplex, status: number): void {
  stream.on('error', () => {});
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

const TOO_MANY = new DrawbridgeError(
  'OPERATION_TOO_EXPENSIVE',
  `One socket carries ${MOST_OPERATIONS} operations at once: complete some, or open another socket.`,
);
