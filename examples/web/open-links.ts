import type { ApolloClient } from '@apollo/client';
import {
  LinkEventsDocument,
  type LinkEventsSubscription,
  type LinkRowFragment,
  OpenLinksDocument,
  type OpenLinksQuery,
} from 'drawbridge-client';

type LinkEvent = LinkEventsSubscription['sessionExpiry'];

const FIRST = 100;
const OVER: ReadonlySet<LinkRowFragment['status']> = new Set(['EXPIRED', 'CLOSED', 'FAILED']);

/** What a page shows, and how it hears of changes. */
export interface OpenLinks {
  stop(): void;
}

/**
 * The links that are open, now and as they change. The list is asked for once; from then on events keep it: a link that
 * is in the cache changes by itself, for it has an id, and so only its coming and going are left to do.
 */
export function watchOpenLinks(
  client: ApolloClient,
  show: (links: readonly LinkRowFragment[]) => void,
  fail: (thrown: unknown) => void,
): OpenLinks {
  // The list may have been written down before an end that was told already.
  const ended = new Set<string>();
  const query = { query: OpenLinksDocument, variables: { first: FIRST } };
  const list = client.watchQuery(query).subscribe({
    next: ({ data, dataState, error }) => {
      if (error !== undefined) fail(error);
      if (dataState === 'complete') show(data.sessions.nodes.filter(({ id }) => !ended.has(id)));
    },
    error: fail,
  });
  const events = client
    .subscribe({ query: LinkEventsDocument, variables: { warnAtSeconds: [60] } })
    .subscribe({
      next: ({ data, error }) => {
        if (error !== undefined) fail(error);
        const event = data?.sessionExpiry;
        if (event === undefined) return;
        if (OVER.has(event.session.status)) ended.add(event.session.id);
        client.cache.updateQuery(query, (known) => withEvent(known, event));
      },
      error: fail,
    });
  return {
    stop: () => {
      list.unsubscribe();
      events.unsubscribe();
    },
  };
}

/** The list after an event. Null: it was not asked for yet, and will hold what the event tells. */
function withEvent(known: OpenLinksQuery | null, { session }: LinkEvent): OpenLinksQuery | null {
  if (known === null) return null;
  const others = known.sessions.nodes.filter(({ id }) => id !== session.id);
  const isNew = others.length === known.sessions.nodes.length;
  if (!OVER.has(session.status) && !isNew) return known;
  const nodes = OVER.has(session.status) ? others : [session, ...others];
  return { ...known, sessions: { ...known.sessions, nodes } };
}
