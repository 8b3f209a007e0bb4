import type { SessionFacts } from '../../domain/session';
import type { CallContext } from '../../transport/transport';
import type { DriverTools, SessionListing } from '../driver';
import { parseEnvelope, parseRow } from '../wire';
import { rmsCatalogue } from './catalogue';
import { assertSuccess } from './errors';
import { parseAccessLocalId, toSession } from './mapping';
import { errorEnvelope, sessionEnvelope, sessionRow } from './wire';

/** Whose links are wanted: all that RMS still knows, or only those that it holds for active. */
export interface SessionsRequest {
  readonly localId: string;
  readonly usableOnly: boolean;
}

/** The links of one remote access, newest first; none where RMS does not know it. */
export async function listSessions(
  tools: DriverTools,
  { localId, usableOnly }: SessionsRequest,
  context: CallContext,
): Promise<SessionListing> {
  const access = parseAccessLocalId(localId);
  if (access === undefined) return { sessions: [], complete: true };
  const endpoint = rmsCatalogue.listSessions;
  const answer = await tools.transport.send(
    {
      endpoint,
      params: { access_id: access.accessId },
      query: usableOnly ? [['active', 'true']] : [],
    },
    context,
  );
  // A 404 of anything but RMS itself says that the address is wrong, not that there are no links.
  if (answer.status === 404 && errorEnvelope.safeParse(answer.body).success)
    return { sessions: [], complete: true };
  assertSuccess(answer, endpoint);
  const { data } = parseEnvelope(sessionEnvelope, answer.body, 'sessions');
  const byId = new Map<string, SessionFacts>();
  let complete = true;
  for (const row of data) {
    const parsed = parseRow(sessionRow, row, 'session', tools.dropped);
    if (parsed === undefined) complete = false;
    else byId.set(parsed.id, toSession(parsed));
  }
  return { sessions: [...byId.values()].sort(newestFirst), complete };
}

function newestFirst(left: SessionFacts, right: SessionFacts): number {
  return (right.createdAt?.getTime() ?? 0) - (left.createdAt?.getTime() ?? 0);
}
