import type { FastifyReply } from 'fastify';
import { Presence } from '../graph/presence';

/** Follows a caller that closes its connection before it was answered. */
export function presenceOf({ raw }: FastifyReply): Presence {
  const presence = new Presence();
  raw.once('close', () => {
    if (!raw.writableFinished) presence.leave();
  });
  return presence;
}
