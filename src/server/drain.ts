import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** While the server closes, connections that have fallen idle are ended this often. */
const SWEEP_MS = 100;

/**
 * Lets a closing server end as soon as its requests are answered. Node ends by itself only the connections that are
 * idle at that moment: not those that fall idle later, which a client may keep for a minute, nor those that never
 * asked for anything, as browsers open them ahead. An upgraded connection is left to whoever took it over.
 */
export function drainConnections(fastify: FastifyInstance): void {
  const { server } = fastify;
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.prependListener('request', ({ socket }) => silent.delete(socket));
  server.prependListener('upgrade', ({ socket }) => silent.delete(socket));
  fastify.addHook('preClose', async () => {
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      for (const socket of silent) socket.destroy();
    }, SWEEP_MS);
    server.once('close', () => clearInterval(sweep));
  });
}
