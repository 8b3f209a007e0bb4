import { DrawbridgeError } from '../../domain/errors';
import type { LinkReference, LinkRequest, OpenedLink } from '../../domain/link';
import type { RemoteAccessFacts } from '../../domain/remote-access';
import type { SessionFacts } from '../../domain/session';
import type { CallContext } from '../../transport/transport';
import type { DriverTools, LinkWrites, ListedLink, SessionListing, Step } from '../driver';
import { rmsCatalogue } from './catalogue';
import { type ChannelEnd, followChannel } from './channel';
import { lookFor } from './looks';
import { accessOf } from './mapping';
import { listSessions } from './sessions';

/**
 * RMS Connect links. Each call makes one of its own: its channel tells the address, and the list which session has
 * that address, so that callers at the same moment get each their own.
 */
export function createLinkWrites(tools: DriverTools): LinkWrites {
  return {
    endsOnTime: true,
    listsOpen: true,
    // RMS has no way to restrict who uses a link. Source: RMS OpenAPI 3.0.0, rms_connect.
    refuses: ({ allowedIp }) => (allowedIp === null ? undefined : 'ALLOWED_IP'),
    open: (request, context) => open(tools, request, context),
    listed: (access, context) => listed(tools, access, context),
    close: (link, context) => close(tools, link, context),
  };
}

async function open(
  tools: DriverTools,
  { access, durationSeconds }: LinkRequest,
  context: CallContext,
): Promise<Step<ListedLink>> {
  const { deviceId, accessId } = accessOf(access.localId);
  const endpoint = rmsCatalogue.openLink;
  const answer = await tools.transport.send(
    { endpoint, params: { access_id: accessId }, json: { duration: durationSeconds } },
    context,
  );
  return followChannel(tools, answer, {
    endpoint,
    deviceId,
    ended: (end, later) => findOpened(tools, { localId: access.localId, end }, later),
    lost: async () => {
      throw untold('The vendor took a link on and tells nothing of what became of it.');
    },
  });
}

/** Throws VENDOR_UNAVAILABLE where the link was made and cannot be told apart from others by its address. */
async function findOpened(
  tools: DriverTools,
  { localId, end }: { readonly localId: string; readonly end: ChannelEnd },
  context: CallContext,
): Promise<Step<ListedLink>> {
  const { link, failure } = end;
  if (failure !== null) throw failure;
  if (link === null) throw untold('The vendor made a link and did not tell its address.');
  return lookFor(
    {
      find: async (later) => {
        const listing = await listSessions(tools, { localId, usableOnly: true }, later);
        const session = newest(
          listing.sessions.filter(({ url }) => url !== null && bare(url) === bare(link)),
        );
        return session === undefined ? undefined : { done: { ...toOpenedLink(session), listing } };
      },
      missed: () => unknownOutcome('The vendor made a link and does not list it.'),
    },
    context,
  );
}

async function listed(
  tools: DriverTools,
  access: RemoteAccessFacts,
  context: CallContext,
): Promise<readonly OpenedLink[]> {
  const { localId } = access;
  // Those that are over too: one that got lost may have ended before anybody could look for it.
  return (await listSessions(tools, { localId, usableOnly: false }, context)).sessions.map(toOpenedLink);
}

async function close(
  tools: DriverTools,
  link: LinkReference,
  context: CallContext,
): Promise<Step<SessionListing | null>> {
  const { deviceId } = accessOf(link.accessLocalId);
  const sessionId = link.vendorSessionId ?? link.connectionRef;
  const endpoint = rmsCatalogue.closeLink;
  const answer = await tools.transport.send({ endpoint, params: { session_id: sessionId } }, context);
  if (answer.status === 404) return { done: null };
  const gone = (missed: () => DrawbridgeError) => ({
    find: async (later: CallContext) => {
      const request = { localId: link.accessLocalId, usableOnly: true };
      const listing = await listSessions(tools, request, later);
      return isOpen(tools, listing, sessionId) ? undefined : { done: listing };
    },
    missed,
  });
  return followChannel(tools, answer, {
    endpoint,
    deviceId,
    // The list decides: whether closing works as described was seen by nobody. Source: RMS OpenAPI 3.0.0 alone.
    ended: ({ failure, warned }, later) => {
      const missed = () =>
        failure ?? new DrawbridgeError('VENDOR_REJECTED', 'The vendor closed the link and still lists it.');
      return lookFor(gone(missed), later, failure === null || warned ? undefined : 1);
    },
    lost: (later) =>
      lookFor(
        gone(() => unknownOutcome('The vendor did not close the link.')),
        later,
        1,
      ),
  });
}

/** The end counts too: whether `active` leaves out every link that is over is not certain. */
function isOpen(tools: DriverTools, { sessions, complete }: SessionListing, sessionId: string): boolean {
  const session = sessions.find(({ vendorSessionId }) => vendorSessionId === sessionId);
  if (session === undefined) return !complete;
  return (session.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) > tools.now();
}

function toOpenedLink(session: SessionFacts): OpenedLink {
  const { vendorSessionId, url, host, port, createdAt, expiresAt } = session;
  return {
    vendorSessionId,
    connectionRef: vendorSessionId,
    foundRunning: false,
    url,
    host,
    port,
    createdAt,
    vendorEndsAt: expiresAt,
  };
}

/** The one with the highest id: ids are numbers that grow. */
function newest(sessions: readonly SessionFacts[]): SessionFacts | undefined {
  return [...sessions].sort((left, right) => Number(right.vendorSessionId) - Number(left.vendorSessionId))[0];
}

/** An address without what the channel and the list write differently. */
function bare(url: string): string {
  return url
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/\/+$/, '')
    .toLowerCase();
}

/** The list has to tell, and who else opened links through the same way in. */
function untold(message: string): DrawbridgeError {
  return new DrawbridgeError('VENDOR_UNAVAILABLE', message, { tookOn: { connectionRef: null } });
}

function unknownOutcome(message: string): DrawbridgeError {
  return new DrawbridgeError('VENDOR_UNAVAILABLE', message);
}
