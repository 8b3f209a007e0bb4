import type { Session } from '../../domain/session';

/** A link that a plan takes for there, with nothing that only its vendor could tell. */
export function imaginedSession(
  known: Pick<Session, 'id' | 'account' | 'vendor' | 'deviceId' | 'remoteAccessId' | 'observedAt'>,
): Session {
  return {
    ...known,
    vendorRef: null,
    url: null,
    host: null,
    port: null,
    status: 'ACTIVE',
    createdAt: null,
    expiresAt: null,
    createdBy: null,
    reason: null,
  };
}
