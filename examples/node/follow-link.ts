import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  FindDeviceDocument,
  FollowLinkDocument,
  type FollowLinkSubscription,
  type FollowLinkSubscriptionVariables,
  OpenAccessDocument,
  type SessionStatus,
} from 'drawbridge-client';
import { print } from 'graphql';
import type { Client } from 'graphql-ws';
import { connect } from './client';

/*
 * Opens a link into the first device that is found, and stays with it to its end:
 *   node follow-link.js http://127.0.0.1:4000/graphql "cold store" 600
 * A token, where one is needed, stands in DRAWBRIDGE_TOKEN.
 */

type LinkEvent = FollowLinkSubscription['sessionExpiry'];

const FINAL: ReadonlySet<SessionStatus> = new Set(['EXPIRED', 'CLOSED', 'FAILED']);

const [, , url = 'http://127.0.0.1:4000/graphql', search = '', seconds = '600'] = process.argv;
const token = process.env['DRAWBRIDGE_TOKEN'];

void main().catch((thrown: unknown) => {
  console.error(thrown);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const client = connect({
    url,
    ...(token === undefined ? {} : { token: async () => token }),
    reconnected: () => console.log('RECONNECTED'),
  });
  const { devices } = await once(client, FindDeviceDocument, { search });
  const device = devices.nodes.find(({ capabilities }) => capabilities.includes('CREATE_LINK'));
  const protocol = device?.remoteAccesses?.[0]?.protocol;
  if (device === undefined || protocol === undefined)
    throw new Error(`nothing can be opened for "${search}"`);
  const input = {
    deviceId: device.id,
    protocol,
    durationSeconds: Number(seconds),
    // An answer that gets lost is asked for again, and no second link is made.
    idempotencyKey: crypto.randomUUID(),
  };
  const { session } = (await once(client, OpenAccessDocument, { input })).openAccess;
  console.log(`LINK ${session.url ?? `${session.host}:${session.port}`}`);
  for await (const { type, session: now, secondsRemaining } of follow(client, session.id)) {
    console.log(`${type} ${now.status} ${secondsRemaining ?? ''}`.trimEnd());
  }
  await client.dispose();
}

/** Everything that happens to a link, until it is over. After a cut it goes on with CURRENT: nothing final is missed. */
async function* follow(client: Client, sessionId: string): AsyncGenerator<LinkEvent> {
  const variables: FollowLinkSubscriptionVariables = { sessionIds: [sessionId], warnAtSeconds: [60, 10] };
  const events = client.iterate<FollowLinkSubscription>({ query: print(FollowLinkDocument), variables });
  for await (const { data, errors } of events) {
    if (errors !== undefined) throw new AggregateError(errors);
    if (data === null || data === undefined) continue;
    yield data.sessionExpiry;
    if (FINAL.has(data.sessionExpiry.session.status)) return;
  }
}

/** One query or mutation, over the same connection. */
async function once<Result, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  for await (const { data, errors } of client.iterate<Result>({ query: print(document), variables })) {
    if (errors !== undefined) throw new AggregateError(errors, errors[0]?.message);
    if (data !== null && data !== undefined) return data;
  }
  throw new Error('the answer never came');
}
