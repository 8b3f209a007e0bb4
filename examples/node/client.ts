import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** How a script reaches Drawbridge. */
export interface ConnectionOptions {
  /** Where operations are sent: http://127.0.0.1:4000/graphql. */
  readonly url: string;
  /** Asked before each connection, so that a token that has run out is replaced. Undefined: none is sent. */
  readonly token?: () => Promise<string>;
  /** Told of each connection after the first. */
  readonly reconnected?: () => void;
}

/** A silent connection is asked for a sign of life after this. */
const KEEP_ALIVE_MS = 10_000;

/** The first wait before another try, and the longest. */
const WAIT_MS = { first: 250, longest: 30_000 };

/**
 * A client that comes back: after a cut line, a restart of the service, or the end of its token. Whatever it had
 * subscribed to it subscribes to again, and is told first how everything stands.
 */
export function connect({ url, token, reconnected }: ConnectionOptions): Client {
  let connections = 0;
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: async () => (token === undefined ? {} : { authorization: `Bearer ${await token()}` }),
    keepAlive: KEEP_ALIVE_MS,
    // One connection for one operation after the other.
    lazyCloseTimeout: 1_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    // Every close but those that say that this client is at fault; 4403 asks for another token.
    shouldRetry: () => true,
    retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, waitMs(retries))),
    on: {
      connected: () => {
        connections += 1;
        if (connections > 1) reconnected?.();
      },
    },
  });
  // A line that was cut tells nothing: what does not answer a ping in time is closed from here.
  let unanswered: NodeJS.Timeout | undefined;
  client.on('ping', (received) => {
    if (!received) unanswered = setTimeout(() => client.terminate(), KEEP_ALIVE_MS / 2);
  });
  client.on('pong', (received) => {
    if (received) clearTimeout(unanswered);
  });
  client.on('closed', () => clearTimeout(unanswered));
  return client;
}

/** Twice as long each time, and never the same for two clients, so that they do not all come back at once. */
function waitMs(retries: number): number {
  const longest = Math.min(WAIT_MS.longest, WAIT_MS.first * 2 ** retries);
  return longest * (0.5 + Math.random() / 2);
}
