import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * True where a `host` header names this machine itself: localhost, a name below it, 127.0.0.0/8 or ::1. Where everyone is
 * let in, nothing else is served: a page of another site whose name was made to point here would be let in too.
 */
export function namesLoopback(host: string): boolean {
  const name = host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Refuses requests for another name than this machine's own. */
export function serveLoopbackOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ headers: { host } }, reply) => {
    if (host === undefined || namesLoopback(host)) return;
    const message = 'Everyone is let in here, so only requests for a loopback name are served.';
    await reply.code(421).send({ errors: [{ message, extensions: { code: 'FORBIDDEN' } }] });
  });
}
