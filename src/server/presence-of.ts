import type { FastifyReply } from 'fastify';
import { Presence } from '../graph/presence';
import { whenClosed } from './when-closed';

/** Follows a caller that closes its connection before it was answered. */
export function presenceOf({ raw }: FastifyReply): Presence {
  const presence = new Presence();
  whenClosed(raw, () => {
    if (!raw.writableFinished) presence.leave();
  });
  return presence;
}
