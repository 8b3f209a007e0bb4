import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { measureMemory, serve } from './child';

/** The least that a WebSocket server in Node.js can be: it holds sockets, and sends all of them one text. */
async function main(): Promise<void> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  serve({
    url: () => `ws://127.0.0.1:${port}/graphql`,
    memory: measureMemory,
    broadcast: (text: string) => {
      for (const socket of sockets.clients) socket.send(text);
    },
  });
}

void main();
