import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { bearer, type CallersFile, callersFile } from '../support/callers';
import { startTestService, type TestService } from '../support/service';

const QUERY = '{ fleet { totalDevices } }';
const SHA256 = createHash('sha256').update(QUERY).digest('hex');

let callers: CallersFile;
let service: TestService;

beforeAll(async () => {
  callers = await callersFile({ ana: {}, closed: { scopes: ['devices:read'] } });
  service = await startTestService({ simulators: { devices: 6 }, env: callers.env });
});

afterAll(async () => {
  await service?.close();
  await callers?.remove();
});

interface Answer {
  readonly status: number;
  readonly type: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service answers
  readonly body: any;
}

async function post(
  body: unknown,
  headers: Record<string, string> = bearer('ana'),
  of = service,
): Promise<Answer> {
  const answer = await fetch(`${of.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
}

const vendorCalls = () =>
  service.simulators.rms.calls.total +
  service.simulators.remoteit.calls.total +
  service.simulators.everyware.calls.total;

describe('an operation that is too large', () => {
  test.each([
    ['tokens', `{ viewer { ${'subject '.repeat(2000)} } }`],
    [
      'depth',
      '{ devices { nodes { remoteAccesses { device { remoteAccesses { device { remoteAccesses { device { remoteAccesses { device { id } } } } } } } } } } }',
    ],
    ['aliases', `{ viewer { ${Array.from({ length: 16 }, (_, index) => `a${index}: subject`).join(' ')} } }`],
    ['rootFields', `{ ${'__typename '.repeat(11)} }`],
    ['directives', `{ viewer { ${'... @skip(if: false) { subject } '.repeat(51)} } }`],
    [
      'cost',
      '{ a: devices(first: 500) { nodes { sessions { id } vpnStatus { connected } } } b: devices(first: 500) { nodes { sessions { id } remoteAccesses { sessions { id } } } } c: devices(first: 500) { nodes { remoteAccesses { sessions { id } } } } }',
    ],
  ])(
    'by its %s is 400 with both figures and the id of the request, and no vendor is asked',
    async (limit, query) => {
      const before = vendorCalls();
      const { status, body } = await post({ query }, { ...bearer('ana'), 'x-request-id': 'run-1' });
      expect(status).toBe(400);
      expect(body.errors).toEqual([
        {
          message: expect.stringMatching(/asks for \d+ .*, and \d+ are allowed/),
          extensions: {
            code: 'OPERATION_TOO_EXPENSIVE',
            limit,
            asked: expect.any(Number),
            allowed: expect.any(Number),
            requestId: 'run-1',
          },
        },
      ]);
      expect(body).not.toHaveProperty('data');
      expect(vendorCalls()).toBe(before);
      const line = service.log.findLast((text) => text.includes('"run-1"'));
      expect(JSON.parse(line ?? '{}')).toMatchObject({
        msg: 'operation',
        outcome: 'refused',
        vendorCalls: 0,
      });
    },
  );

  test('is refused in the form that the client asked for', async () => {
    const accept = 'application/graphql-response+json';
    const { status, type } = await post({ query: '{ nothing }' }, { ...bearer('ana'), accept });
    expect([status, type]).toEqual([400, expect.stringContaining(accept)]);
  });

  test('is refused by GET and in the same words a second time', async () => {
    const query = `{ ${'__typename '.repeat(11)} }`;
    const get = async () =>
      fetch(`${service.url}/graphql?query=${encodeURIComponent(query)}`, { headers: bearer('ana') });
    for (const answer of [await get(), await get()]) {
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('"asked":11,"allowed":10');
    }
  });

  test('in several operations the one that is named counts for its cost', async () => {
    const query = `query Small { viewer { subject } } query Large { a: devices(first: 500) { nodes { remoteAccesses { sessions { id } } sessions { id } vpnStatus { connected } } } b: devices(first: 500) { nodes { remoteAccesses { sessions { id } } sessions { id } } } }`;
    expect((await post({ query, operationName: 'Small' })).body).toEqual({
      data: { viewer: { subject: 'ana' } },
    });
    expect((await post({ query, operationName: 'Large' })).status).toBe(400);
  });
});

describe('who may not explore', () => {
  const typo = 'query ($status: [DeviceStatus!]) { devices(filter: { status: $status }) { nodes { id } } }';

  test.each([
    ['a field', { query: '{ devics { totalCount } }' }],
    ['an argument', { query: '{ devices(frist: 1) { totalCount } }' }],
    ['a type', { query: '{ node(id: "x") { ... on Devic { id } } }' }],
    ['an enum value in the document', { query: '{ devices(filter: { status: [ONLIN] }) { totalCount } }' }],
    ['an enum value in a variable', { query: typo, variables: { status: ['ONLIN'] } }],
    ['a selection', { query: '{ devices }' }],
  ])('is not told which name of %s was meant; who may is', async (_, body) => {
    const open = await post(body);
    const closed = await post(body, bearer('closed'));
    expect(JSON.stringify(open.body.errors)).toContain('Did you mean');
    expect(JSON.stringify(closed.body.errors)).not.toMatch(/did you mean/i);
    expect([closed.status, closed.body.errors.length]).toEqual([open.status, open.body.errors.length]);
    expect(closed.body.errors[0].message).not.toBe('');
  });

  test('asks for no schema, and whoever may gets what tools ask for', async () => {
    const body = { query: getIntrospectionQuery() };
    expect((await post(body)).body.data.__schema.types.length).toBeGreaterThan(10);
    const closed = await post(body, bearer('closed'));
    expect([closed.status, closed.body.errors[0].extensions.code]).toEqual([
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });
});

describe('persisted documents', () => {
  const persisted = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

  test('are kept once they were sent with their hash, and found by it', async () => {
    const unknown = await post(persisted(SHA256));
    expect([unknown.status, unknown.body.errors[0].extensions.code]).toEqual([
      200,
      'PERSISTED_QUERY_NOT_FOUND',
    ]);
    const sent = await post({ query: QUERY, ...persisted(SHA256) });
    expect(sent.body).toEqual({ data: { fleet: { totalDevices: 6 } } });
    expect((await post(persisted(SHA256))).body).toEqual(sent.body);
    expect((await post({ documentId: `sha256:${SHA256}` })).body).toEqual(sent.body);
  });

  test('are not kept under a hash that is not theirs, nor where they are refused', async () => {
    const other = 'a'.repeat(64);
    expect((await post({ query: QUERY, ...persisted(other) })).status).toBe(400);
    expect((await post(persisted(other))).body.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  describe('with a list of trusted ones', () => {
    let trusted: TestService;
    const list = {
      first: QUERY,
      [SHA256]: QUERY,
      named: 'query Me { viewer { subject } }',
    };

    beforeAll(async () => {
      const file = path.join(path.dirname(callers.file), 'trusted.json');
      writeFileSync(file, JSON.stringify(list));
      trusted = await startTestService({
        simulators: { devices: 6 },
        env: { ...callers.env, TRUSTED_DOCUMENTS: file, BATCHED_OPERATIONS: '10' },
      });
    });

    afterAll(() => trusted?.close());

    test('they run by name or as they are written, whatever the blanks', async () => {
      const data = { fleet: { totalDevices: 6 } };
      for (const body of [
        persisted(SHA256),
        persisted('first'),
        { documentId: 'first' },
        { query: QUERY },
        { query: QUERY, ...persisted(SHA256) },
        { query: '{fleet{totalDevices}} # by hand' },
      ]) {
        expect((await post(body, undefined, trusted)).body).toEqual({ data });
      }
    });

    test.each([
      ['another document', { query: '{ viewer { scopes } }' }, 'PERSISTED_QUERY_NOT_SUPPORTED'],
      [
        'another one with its hash',
        {
          query: '{ __typename }',
          ...persisted(createHash('sha256').update('{ __typename }').digest('hex')),
        },
        'PERSISTED_QUERY_NOT_SUPPORTED',
      ],
      ['what is no document', { query: '{' }, 'PERSISTED_QUERY_NOT_SUPPORTED'],
      ['the schema', { query: getIntrospectionQuery() }, 'PERSISTED_QUERY_NOT_SUPPORTED'],
      ['an unknown name', persisted('nobody'), 'PERSISTED_QUERY_NOT_FOUND'],
      ['a name that every object has', persisted('constructor'), 'PERSISTED_QUERY_NOT_FOUND'],
    ])('nothing else does: %s', async (_, body, code) => {
      const answer = await post(body, undefined, trusted);
      expect(answer.body.data).toBeUndefined();
      expect(
        answer.body.errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code),
      ).toEqual([code]);
    });

    test('nor in a list of operations', async () => {
      const { body } = await post([{ query: QUERY }, { query: '{ __typename }' }], undefined, trusted);
      expect(body.map(({ data }: { data: unknown }) => data)).toEqual([
        { fleet: { totalDevices: 6 } },
        undefined,
      ]);
    });

    test('a request holds ten operations, and no more', async () => {
      const many = (count: number) => Array.from({ length: count }, () => ({ query: QUERY }));
      expect((await post(many(10), undefined, trusted)).body).toHaveLength(10);
      const eleven = await post(many(11), undefined, trusted);
      expect([eleven.status, eleven.body.errors[0].extensions]).toMatchObject([
        400,
        {
          code: 'OPERATION_TOO_EXPENSIVE',
          limit: 'operations',
          asked: 11,
          allowed: 10,
          requestId: expect.any(String),
        },
      ]);
    });
  });
});

test('a list of operations is refused where nobody switched it on', async () => {
  const { status, body } = await post([{ query: QUERY }, { query: QUERY }]);
  expect([status, body.errors[0].extensions.code]).toEqual([400, 'OPERATION_TOO_EXPENSIVE']);
});

test('of a name that a caller makes up for its operation the log holds a part', async () => {
  const name = 'x'.repeat(100_000);
  expect((await post({ query: `query ${name} { __typename }` })).status).toBe(200);
  expect(service.log.at(-1)).toContain(`"operation":"${'x'.repeat(200)}"`);
});
