import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';

/** A message of graphql-transport-ws. */
export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** How a socket was closed. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket without a library that would keep to the protocol. */
export class RawSocket {
  readonly received: Message[] = [];
  readonly closed: Promise<Closed>;
  #taken = 0;
  #wake: () => void = () => {};
  #isClosed = false;

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (bytes) => {
      this.received.push(JSON.parse(String(bytes)));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      ws.once('close', (code, reason) => {
        this.#isClosed = true;
        this.#wake();
        resolve({ code, reason: String(reason) });
      });
    });
    ws.on('error', () => {});
  }

  /** Opens a socket at a service; rejects where it is refused. */
  static async open(
    url: string,
    {
      protocols = ['graphql-transport-ws'],
      ...options
    }: ClientOptions & { readonly protocols?: string[] } = {},
  ): Promise<RawSocket> {
    const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, protocols, options);
    const socket = new RawSocket(ws);
    await once(ws, 'open');
    return socket;
  }

  /** Opens one and says who it is. */
  static async begin(url: string, payload?: Readonly<Record<string, unknown>>): Promise<RawSocket> {
    const socket = await RawSocket.open(url);
    socket.send({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
    await socket.next();
    return socket;
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, others: Readonly<Record<string, unknown>> = {}): void {
    this.send({ type: 'subscribe', id, payload: { query, ...others } });
  }

  /** The next message; fails where the socket closes before. */
  async next(): Promise<Message> {
    for (;;) {
      const message = this.received[this.#taken];
      if (message !== undefined) {
        this.#taken += 1;
        return message;
      }
      if (this.#isClosed) throw new Error(`closed with ${(await this.closed).code}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.ws.close();
  }
}
