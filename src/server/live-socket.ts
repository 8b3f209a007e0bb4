import type { Duplex } from 'node:stream';
import { type WebSocket as GraphSocket, MessageType, parseMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Principal } from '../domain/principal';
import type { Clock } from '../domain/time';
import { Presence } from '../graph/presence';
import type { CallerWatch, Watch } from './caller-watch';
import type { Beating, Heartbeat } from './heartbeat';
import type { EventStream } from './operation';

/** Codes that a socket is closed with; the protocol's library closes with some more by itself. */
export const CLOSE = {
  /** The service stops: clients connect again, to the next one. */
  restart: 1012,
  /** It reads too slowly, or the token could not be checked just now: clients connect again after a while. */
  tryAgainLater: 1013,
  invalid: 4400,
  forbidden: 4403,
  initTimeout: 4408,
  internal: 4500,
} as const;

/** How long a client may take to say who it is. */
const INIT_WITHIN_MS = 3_000;

/** Messages that may wait for a socket that takes none: what 100 operations send at once, and some more. */
const MOST_WAITING = 250;

/** What sockets live with. */
export interface LiveSocketTools {
  readonly clock: Clock;
  readonly heartbeat: Heartbeat;
  readonly callers: CallerWatch;
  /** Told of what nobody foresaw. */
  readonly surprised: (thrown: unknown) => void;
}

/**
 * One WebSocket for as long as it lives. What is sent waits while the network takes nothing, so that whoever produces
 * it waits too; a peer that is gone, too slow or not let in any more is found and let go.
 */
export class LiveSocket implements GraphSocket, Beating {
  /** Who is behind it; undefined until it said so. */
  principal: Principal | undefined;
  /** The `authorization` of the request that became this socket, until it was looked at. */
  authorization: string | undefined;
  #working = 0;
  /** What is being asked, with the id that the client gave it, which need not be the only one; made with the first. */
  #asking: Map<Presence, string> | undefined;
  /** Subscriptions that are open on it; made with the first. */
  #open: Set<EventStream> | undefined;
  /** Made once something had to wait. */
  #waiting: (() => void)[] | undefined;
  #isStopping = false;
  #isAnswered = true;
  #flushed = 0;
  #watch: Watch | undefined;
  #cancelInit: (() => void) | undefined;
  readonly #leaveHeartbeat: () => void;

  constructor(
    private readonly ws: WebSocket,
    private readonly stream: Duplex,
    private readonly tools: LiveSocketTools,
  ) {
    this.#leaveHeartbeat = tools.heartbeat.add(this);
    this.#cancelInit = tools.clock.schedule(INIT_WITHIN_MS, () =>
      this.close(CLOSE.initTimeout, 'Connection initialisation timeout'),
    );
    ws.on('pong', () => {
      this.#isAnswered = true;
    });
    // What ends with an error closes too, and that is looked at.
    ws.on('error', ignore);
  }

  get protocol(): string {
    return this.ws.protocol;
  }

  /** The client sent its first message: from here on nothing waits for that. */
  begin(): void {
    this.#cancelInit?.();
    this.#cancelInit = undefined;
  }

  /** Somebody is behind it from now on, for as long as that caller is let in. */
  admit(principal: Principal): void {
    this.principal = principal;
    if (this.ws.readyState !== this.ws.OPEN) return;
    this.#watch = this.tools.callers.watch(principal, () => this.close(CLOSE.forbidden, 'Forbidden'));
  }

  /** An operation begins: the client waits for its answer until it says otherwise, or is gone. */
  asks(id: string): Presence {
    const presence = new Presence();
    this.#asking ??= new Map();
    this.#asking.set(presence, id);
    return presence;
  }

  /** An operation was answered, or what it subscribed to is open. */
  answered(presence: Presence): void {
    this.#asking?.delete(presence);
    if (this.#asking?.size === 0) this.#asking = undefined;
  }

  /** A subscription is open from now on, and ends with the socket at the latest. */
  follows(events: EventStream): void {
    this.#open ??= new Set();
    this.#open.add(events);
  }

  /** A subscription is over. */
  left(events: EventStream): void {
    this.#open?.delete(events);
    if (this.#open?.size === 0) this.#open = undefined;
  }

  /** What runs and what is open, by this side's own count: a client may use the id of what is not over yet once more. */
  get operations(): number {
    return (this.#asking?.size ?? 0) + (this.#open?.size ?? 0);
  }

  /** Sends a message, once the network has taken what was sent before. */
  async send(message: string): Promise<void> {
    if (this.stream.writableNeedDrain) await this.#drained();
    if (this.ws.readyState === this.ws.OPEN) this.ws.send(message);
  }

  close(code = 1000, reason = ''): void {
    this.ws.close(code, reason);
  }

  onMessage(take: (text: string) => Promise<void>): void {
    this.ws.on('message', (bytes) => {
      // What comes while the service stops is not begun: the client asks the next one.
      if (this.#isStopping) return;
      this.#isAnswered = true;
      this.#working += 1;
      const text = String(bytes);
      if (this.#asking !== undefined) this.#leave(completedBy(text));
      take(text)
        .catch((thrown: unknown) => {
          if (SENT_BY_SERVERS.has(typeOf(text))) return this.close(CLOSE.invalid, 'Invalid message received');
          this.tools.surprised(thrown);
          this.close(CLOSE.internal, 'Internal server error');
        })
        .finally(() => {
          this.#working -= 1;
          if (this.#isStopping) this.stop();
        });
    });
  }

  /** Closes once queries and mutations that run have been answered; subscriptions end here. */
  stop(): void {
    this.#isStopping = true;
    if (this.#working <= (this.#open?.size ?? 0)) this.close(CLOSE.restart, 'Service restart');
  }

  /** Ends at once, without a word. */
  terminate(): void {
    this.ws.terminate();
  }

  beat(): void {
    const flushed = this.#bytesFlushed();
    if (!this.#isAnswered && flushed === this.#flushed) {
      // One that reads nothing is told why, should it ever read again; the WebSocket server waits for that a moment.
      if (this.stream.writableLength > 0) this.close(CLOSE.tryAgainLater, 'Too slow');
      else this.terminate();
      return;
    }
    this.#isAnswered = false;
    if (this.ws.readyState === this.ws.OPEN) this.ws.ping();
    this.#flushed = this.#bytesFlushed();
  }

  /** The socket is closed. */
  closed(): void {
    this.#leaveHeartbeat();
    this.#watch?.stop();
    this.begin();
    for (const presence of this.#asking?.keys() ?? []) presence.leave();
    for (const events of [...(this.#open ?? [])]) events.return?.().catch(ignore);
  }

  /** The client does not wait for an operation any more. */
  #leave(id: string): void {
    for (const [presence, asked] of this.#asking ?? []) if (asked === id) presence.leave();
  }

  #bytesFlushed(): number {
    const { stream } = this;
    return ('bytesWritten' in stream ? Number(stream.bytesWritten) : 0) - stream.writableLength;
  }

  async #drained(): Promise<void> {
    if (this.#waiting === undefined) {
      this.#waiting = [];
      const wake = (): void => {
        for (const resolve of this.#waiting?.splice(0) ?? []) resolve();
      };
      this.stream.on('drain', wake).on('close', wake);
    }
    const waiting = this.#waiting;
    if (waiting.length >= MOST_WAITING) this.close(CLOSE.tryAgainLater, 'Too slow');
    while (this.stream.writableNeedDrain && this.ws.readyState === this.ws.OPEN) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }
}

/** What only servers may send: the protocol's library takes it for a mistake of the server. */
const SENT_BY_SERVERS: ReadonlySet<string> = new Set([
  MessageType.ConnectionAck,
  MessageType.Next,
  MessageType.Error,
]);

/** The id of the operation that a message says is not waited for any more; empty for any other message. */
function completedBy(text: string): string {
  const message = read(text);
  return message?.type === MessageType.Complete ? message.id : '';
}

function typeOf(text: string): string {
  return read(text)?.type ?? '';
}

function read(text: string): ReturnType<typeof parseMessage> | undefined {
  try {
    return parseMessage(text);
  } catch {
    // The protocol's library reads it too, and closes the socket for it.
    return undefined;
  }
}

function ignore(): void {}
