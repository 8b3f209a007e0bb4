import { isIPv4 } from 'node:net';
import { DrawbridgeError } from '../../domain/errors';
import type { LinkReference, LinkRequest, OpenedLink } from '../../domain/link';
import type { CallContext } from '../../transport/transport';
import type { AccountSettings, DriverTools, LinkWrites } from '../driver';
import { parseEnvelope, validDate } from '../wire';
import { addressOf } from './address';
import { remoteitCatalogue } from './catalogue';
import { assertConnected, assertSuccess, isUnknownConnection, mayBeUnknownConnection } from './errors';
import { isPort } from './mapping';
import { type Connection, connectAnswer, pendingAnswer, stopAnswer } from './wire';

/** What `filteredIP` says where everybody is let in, or whoever comes first. Source: remoteit/sdk-go, proxy.go. */
const ANYBODY = /^(none|latching|0\.0\.0\.0|255\.255\.255\.255)$/i;

/** How long a connection lasts, where the answer does not tell. Source: forum.remote.it, proxy timeout behavior. */
const USUAL_LIFE_SECONDS = 28_800;

/**
 * Proxy connections. A connect may hand back one that is running already, and REST lists none, so that connecting
 * again is the only way to look.
 */
export function createLinkWrites(settings: AccountSettings, tools: DriverTools): LinkWrites {
  const defaultIp = settings.text('defaultIp');
  const hasFixedToken = settings.optional('token') !== undefined;
  return {
    endsOnTime: false,
    listsOpen: false,
    // A web link is public whatever is sent. Source: remoteit/docs, api-reference/devices/connect.md.
    refuses: ({ access, allowedIp }) =>
      allowedIp === null || isPort(access.protocol) ? undefined : 'ALLOWED_IP',
    open: async (request, context) => ({ done: await open(tools, { request, defaultIp }, context) }),
    listed: async () => [],
    close: async (link, context) => {
      await close(tools, { link, hasFixedToken }, context);
      return { done: null };
    },
  };
}

async function open(
  tools: DriverTools,
  { request, defaultIp }: { readonly request: LinkRequest; readonly defaultIp: string },
  context: CallContext,
): Promise<OpenedLink> {
  const { access, allowedIp } = request;
  const endpoint = remoteitCatalogue.connect;
  const json = {
    deviceaddress: access.vendorDeviceId,
    // The text, not the boolean, is what the vendor's own examples send.
    wait: 'true',
    // Never left out: then only the address of this service would be let in.
    hostip: allowedIp ?? defaultIp,
  };
  const answer = await tools.transport.send({ endpoint, json }, context);
  const pending = pendingAnswer.safeParse(answer.body);
  if (answer.status < 400 && pending.success) throw notYetUp(pending.data.id);
  assertConnected(answer, endpoint);
  const connection = parseEnvelope(connectAnswer, answer.body, 'a connection');
  const now = tools.now();
  const address = addressOf(connection, access.protocol);
  return {
    vendorSessionId: null,
    connectionRef: connection.id,
    foundRunning: false,
    ...(address ?? { url: null, host: null, port: null, flaw: withoutAddress() }),
    createdAt: new Date(now),
    vendorEndsAt: endOf(connection, now),
    admission: { letsIn: letsIn(connection), since: sinceOf(connection, now) },
  };
}

/** The connection may still come up: connecting again tells. */
function notYetUp(connectionRef: string | null): DrawbridgeError {
  const message = 'The vendor has not brought the connection up in time.';
  return new DrawbridgeError('VENDOR_TIMEOUT', message, { tookOn: { connectionRef } });
}

/** The connection is up, and nobody can use it: its id is told, so that it can be ended. */
function withoutAddress(): DrawbridgeError {
  const message = 'The vendor made a connection and did not tell its address. It is ended again.';
  return new DrawbridgeError('VENDOR_REJECTED', message, { retryable: true });
}

/** A connection that ran before, and was handed back, keeps the rule that it was opened with. */
function letsIn({ filteredIP }: Connection): string | null {
  if (filteredIP === null) return null;
  if (ANYBODY.test(filteredIP)) return 'ANYBODY';
  return isIPv4(filteredIP) ? filteredIP : null;
}

/** When it came up: its life is told beside what is left of it, or is the vendor's usual one. */
function sinceOf({ expirationsec, proxyExpirationSec }: Connection, now: number): Date | null {
  if (expirationsec === null || expirationsec < 0) return null;
  const lived = (proxyExpirationSec ?? USUAL_LIFE_SECONDS) - expirationsec;
  return validDate(new Date(now - Math.max(0, lived) * 1000));
}

/** Seconds from the answer; null where they cannot be read. */
function endOf({ expirationsec, proxyExpirationSec }: Connection, now: number): Date | null {
  const seconds = [expirationsec, proxyExpirationSec].find((told) => told !== null && told >= 0) ?? null;
  return seconds === null ? null : validDate(new Date(now + seconds * 1000));
}

async function close(
  tools: DriverTools,
  { link, hasFixedToken }: { readonly link: LinkReference; readonly hasFixedToken: boolean },
  context: CallContext,
): Promise<void> {
  const endpoint = remoteitCatalogue.disconnect;
  const json = { deviceaddress: link.vendorDeviceId, connectionid: link.connectionRef };
  const answer = await tools.transport.send({ endpoint, json }, context);
  if (isUnknownConnection(answer)) return;
  if (mayBeUnknownConnection(answer)) {
    if (hasFixedToken) await assertCredentials(tools, context);
    return;
  }
  assertSuccess(answer, endpoint);
  parseEnvelope(stopAnswer, answer.body, 'the end of a connection');
}

/**
 * A 401 of a stop means wrong ids, or credentials that are no good. After a new login it can only be the ids: then the
 * connection is over. A token that nobody renews is tried on a read, which has no ids.
 */
async function assertCredentials(tools: DriverTools, context: CallContext): Promise<void> {
  const endpoint = remoteitCatalogue.listDevices;
  const answer = await tools.transport.send({ endpoint }, context);
  assertSuccess(answer, endpoint);
}
