import { WebSocket } from 'ws';
import { serve } from './child';

/** How a socket of the clients' process begins, and what it follows. */
interface Joining {
  readonly url: string;
  readonly count: number;
  /** Shape: `subscribe` messages' payloads, one for each socket in turn; empty: a bare socket. */
  readonly payloads: readonly unknown[];
}

const AT_ONCE = 50;

const sockets: WebSocket[] = [];
/** When each socket had its message. */
let arrived: number[] = [];
let expected = 0;
let allArrived: () => void = () => {};

/** Opens many sockets, some at a time, and waits until each of them follows. */
async function join({ url, count, payloads }: Joining): Promise<void> {
  for (let opened = 0; opened < count; opened += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - opened) }, (_, place) =>
      open(url, payloads[(opened + place) % payloads.length]),
    );
    sockets.push(...(await Promise.all(some)));
  }
}

function open(url: string, payload: unknown): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    socket.once('error', reject);
    if (payload === undefined) socket.once('open', () => resolve(socket));
    else {
      socket.once('open', () => socket.send('{"type":"connection_init"}'));
      socket.once('message', () => {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
        // The first event says how the session stands.
        socket.once('message', () => resolve(socket));
      });
    }
  });
}

/** Waits for one message more on each socket: how many milliseconds passed from the first to the last. */
function expectOne(): void {
  arrived = [];
  expected = sockets.length;
  for (const socket of sockets) {
    socket.once('message', () => {
      arrived.push(performance.now());
      if (arrived.length === expected) allArrived();
    });
  }
}

async function spread(): Promise<number> {
  if (arrived.length < expected) {
    await new Promise<void>((resolve) => {
      allArrived = resolve;
    });
  }
  return Math.max(...arrived) - Math.min(...arrived);
}

serve({ join, expectOne, spread, leave: () => sockets.splice(0).map((socket) => socket.terminate()).length });
