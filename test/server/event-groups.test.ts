import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSchema, type DocumentNode, parse } from 'graphql';
import type { Principal, Scope } from '../../src/domain/principal';
import type { Services } from '../../src/graph/context';
import { EventGroups, type Subscribed } from '../../src/server/event-groups';
import type { EventStream } from '../../src/server/operation';
import { addService, createLink, tokensFile } from '../links/asking';
import { ManualClock } from '../support/manual-clock';
import { RawSocket } from '../support/raw-socket';
import { startTestService } from '../support/service';

const SCHEMA =
  'type Query { a: Int } type Subscription { happened: Happening } type Happening { number: Int seenBy: String }';

/** A source whose events a test makes. */
class Source implements AsyncIterator<object> {
  #wake: ((result: IteratorResult<object>) => void) | undefined;
  isLeft = false;

  next(): Promise<IteratorResult<object>> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async return(): Promise<IteratorResult<object>> {
    this.isLeft = true;
    this.#wake?.({ done: true, value: undefined });
    return { done: true, value: undefined };
  }

  push(event: object): void {
    this.#wake?.({ done: false, value: event });
  }
}

function open() {
  const listeners: (() => void)[] = [];
  let rights = (principal: Principal): Principal | undefined => principal;
  let executed = 0;
  const schema = buildSchema(SCHEMA);
  const happened = schema.getSubscriptionType()?.getFields()['happened'];
  if (happened !== undefined) {
    happened.resolve = (event: object, _, { principal }: { principal: Principal }) => {
      executed += 1;
      return { ...event, seenBy: [...principal.scopes].join(' ') };
    };
  }
  const groups = new EventGroups({
    schema,
    services: { clock: new ManualClock() } as unknown as Services,
    showErrors: () => [],
    rights: { now: (principal) => rights(principal), onChange: (listener) => void listeners.push(listener) },
  });
  return {
    groups,
    executions: () => executed,
    changeRights: (now: typeof rights) => {
      rights = now;
      for (const listener of listeners) listener();
    },
  };
}

const DOCUMENT: DocumentNode = parse('subscription { happened { number seenBy } }');

const subscribed = (more: Partial<Subscribed> = {}, ...scopes: readonly Scope[]): Subscribed => ({
  document: DOCUMENT,
  documentHash: 'hash',
  variables: {},
  principal: { subject: 'somebody', scopes: new Set(scopes) },
  requestId: 'request',
  wishes: { explain: false },
  ...more,
});

async function seen(event: object, sources: readonly Source[], streams: readonly EventStream[]) {
  const answers = streams.map((stream) => stream.next());
  for (const source of sources) source.push(event);
  return (await Promise.all(answers)).map(({ value }) => value?.data?.happened);
}

test('an event that many see alike is executed once for all of them', async () => {
  const { groups, executions } = open();
  const sources = Array.from({ length: 100 }, () => new Source());
  const streams = sources.map((source, place) =>
    groups.open(
      source,
      subscribed({ principal: { subject: `caller ${place}`, scopes: new Set(['devices:read']) } }),
    ),
  );
  const happened = await seen({ number: 7 }, sources, streams);
  expect(happened).toEqual(Array(100).fill({ number: 7, seenBy: 'devices:read' }));
  expect(executions()).toBe(1);
});

test('two events that look alike are two events', async () => {
  const { groups, executions } = open();
  const sources = [new Source(), new Source()];
  const streams = sources.map((source) => groups.open(source, subscribed()));
  await seen({ number: 7 }, sources, streams);
  await seen({ number: 7 }, sources, streams);
  expect(executions()).toBe(2);
});

test.each<[string, Subscribed]>([
  ['another document', subscribed({ documentHash: 'other' })],
  ['other variables', subscribed({ variables: { ids: ['a'] } })],
  [
    'another operation of the document',
    subscribed({ operationName: 'Other', document: parse('subscription Other { happened { number } }') }),
  ],
  ['other scopes', subscribed({}, 'links:use')],
  [
    'other accounts',
    subscribed({ principal: { subject: 's', scopes: new Set(), accounts: new Set(['rms']) } }),
  ],
  ['another age', subscribed({ wishes: { explain: false, maxAgeMs: 0 } })],
  ['the wish to know the cost', subscribed({ wishes: { explain: true } })],
])('%s: executed by itself', async (_, other) => {
  const { groups, executions } = open();
  const sources = [new Source(), new Source(), new Source(), new Source()];
  const streams = sources.map((source, place) => groups.open(source, place % 2 === 0 ? subscribed() : other));
  await seen({ number: 7 }, sources, streams);
  expect(executions()).toBe(2);
});

test('once rights have changed each sees what it may by then', async () => {
  const { groups, changeRights } = open();
  const [one, other] = [subscribed({}, 'links:use'), subscribed({}, 'links:use')];
  const sources = [new Source(), new Source()];
  const streams = [one, other].map((each, place) => groups.open(sources[place] ?? new Source(), each));
  expect(await seen({ number: 1 }, sources, streams)).toMatchObject([
    { seenBy: 'links:use' },
    { seenBy: 'links:use' },
  ]);
  changeRights((principal) =>
    principal === one.principal ? { ...principal, scopes: new Set() } : principal,
  );
  expect(await seen({ number: 2 }, sources, streams)).toMatchObject([
    { seenBy: '' },
    { seenBy: 'links:use' },
  ]);
  changeRights(() => undefined);
  expect(await seen({ number: 3 }, sources, streams)).toMatchObject([{ seenBy: '' }, { seenBy: '' }]);
});

test('who leaves ends its source, and is told as over once', async () => {
  const { groups } = open();
  const source = new Source();
  const ended = jest.fn();
  const stream = groups.open(source, subscribed(), ended);
  const waiting = stream.next();
  await stream.return?.();
  expect(await waiting).toMatchObject({ done: true });
  expect(source.isLeft).toBe(true);
  expect(ended).toHaveBeenCalledTimes(1);
});

test('two callers follow one link by the same operation: only one of them may see its address', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const service = await startTestService({
    clock: new ManualClock(),
    simulators: { devices: 3 },
    env: tokensFile(path.join(folder, 'tokens.json'), [
      { subject: 'user' },
      { subject: 'watcher', scopes: ['remote_access:read'] },
    ]),
  });
  const headers = { authorization: 'Bearer user' };
  const { session } = await createLink(service, addService(service.simulators).access, {}, headers);
  const [user, watcher] = await Promise.all(
    ['user', 'watcher'].map((authorization) => RawSocket.begin(service.url, { authorization })),
  );
  for (const socket of [user, watcher]) {
    socket?.subscribe(
      '1',
      'subscription ($ids: [ID!]!) { sessionExpiry(sessionIds: $ids) { type session { host } } }',
      {
        variables: { ids: [session.id] },
      },
    );
  }
  const host = async (socket: RawSocket | undefined) => {
    const payload = (await socket?.next())?.payload as {
      data: { sessionExpiry: { session: { host: unknown } } };
    };
    return payload.data.sessionExpiry.session.host;
  };
  expect([await host(user), await host(watcher)]).toEqual([session.host, null]);
  expect(session.host).not.toBeNull();
  user?.close();
  watcher?.close();
  await service.close();
  await rm(folder, { recursive: true });
});
