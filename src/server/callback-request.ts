import { z } from 'zod';
import { badInput, DrawbridgeError } from '../domain/errors';

/** Where a router wants to be called back with the events of one subscription. */
export interface CallbackTarget {
  readonly url: string;
  readonly subscriptionId: string;
  /** Sent with every call, so that the router knows us. */
  readonly verifier: string;
  /** How often it wants to hear that the subscription lives; 0: never. */
  readonly heartbeatMs: number;
}

/** What the router's own heartbeat is where it does not say. */
const USUAL_HEARTBEAT_MS = 5_000;

/** Faster heartbeats would be calls without a use. */
const FASTEST_HEARTBEAT_MS = 1_000;

const TARGET = z.object({
  callbackUrl: z.string().max(2_000),
  subscriptionId: z.string().min(1).max(200),
  verifier: z.string().max(1_000),
  heartbeatIntervalMs: z.number().int().min(0).max(3_600_000).default(USUAL_HEARTBEAT_MS),
});

/**
 * Reads `extensions.subscription` of a router's request. Throws BAD_USER_INPUT where it cannot be read, and
 * POLICY_VIOLATION where it names an origin that the operator did not: whoever may subscribe could else make this
 * service send requests to whatever it reaches.
 */
export function readCallbackTarget(sent: unknown, origins: readonly string[]): CallbackTarget {
  const read = TARGET.safeParse(sent);
  if (!read.success) {
    throw badInput(
      'extensions.subscription of the callback protocol has callbackUrl, subscriptionId, verifier and heartbeatIntervalMs.',
    );
  }
  const { callbackUrl, subscriptionId, verifier, heartbeatIntervalMs } = read.data;
  const url = URL.canParse(callbackUrl) ? new URL(callbackUrl) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || !origins.includes(url.origin)) {
    throw new DrawbridgeError(
      'POLICY_VIOLATION',
      'Events are not sent to that callback URL: its origin is none of those in CALLBACK_ORIGINS.',
    );
  }
  const heartbeatMs = heartbeatIntervalMs === 0 ? 0 : Math.max(heartbeatIntervalMs, FASTEST_HEARTBEAT_MS);
  return { url: url.href, subscriptionId, verifier, heartbeatMs };
}
