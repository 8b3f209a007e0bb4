import { askedService } from './asked-service';

const scene = askedService();
const { ask } = scene;

describe('a value that its type does not know', () => {
  const inline = [
    '{ devices(filter: { status: [BROKEN] }) { totalCount } }',
    '{ devices(filter: { status: ["ONLINE"] }) { totalCount } }',
    '{ devices(filter: { vendor: [TELTONIKA] }) { totalCount } }',
    '{ devices(orderBy: { field: COLOUR }) { totalCount } }',
    '{ devices(orderBy: { direction: ASC }) { totalCount } }',
    '{ devices(filter: { colour: "red" }) { totalCount } }',
    '{ devices(first: "50") { totalCount } }',
    '{ devices(first: 1.5) { totalCount } }',
    '{ sessions(filter: { expiresBefore: "yesterday" }) { totalCount } }',
    '{ sessions(filter: { expiresBefore: 5 }) { totalCount } }',
    '{ device { id } }',
    '{ device(id: null) { id } }',
    '{ nodes(ids: [null]) { id } }',
    '{ colour }',
    '{ device(id: "rms:device:1") }',
  ];

  it.each(inline)('is GRAPHQL_VALIDATION_FAILED where it stands in the document: %s', async (query) => {
    const answer = await ask(query);
    expect(answer.data).toBeUndefined();
    for (const { extensions } of answer.errors ?? [])
      expect(extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(answer.errors?.length).toBeGreaterThan(0);
  });

  const variables: readonly (readonly [string, unknown])[] = [
    ['DeviceFilter', { status: ['BROKEN'] }],
    ['DeviceFilter', { status: [1] }],
    ['DeviceFilter', { status: [null] }],
    ['DeviceFilter', { vendor: ['REMOTE-IT'] }],
    ['DeviceFilter', { search: 5 }],
    ['DeviceFilter', { colour: 'red' }],
    ['DeviceFilter', 'ONLINE'],
    ['DeviceOrder', { field: 'COLOUR' }],
    ['DeviceOrder', { field: 'NAME', direction: null }],
    ['DeviceOrder', {}],
    ['SessionFilter', { expiresBefore: 'yesterday' }],
    ['SessionFilter', { expiresBefore: '2026-13-01T00:00:00Z' }],
    ['SessionFilter', { expiresBefore: '2026-02-30T00:00:00Z' }],
    ['SessionFilter', { expiresBefore: '2026-01-01' }],
    ['SessionFilter', { expiresBefore: 5 }],
    ['SessionFilter', { expiresBefore: {} }],
    ['SessionFilter', { status: ['OVER'] }],
  ];

  it.each(variables)('is BAD_USER_INPUT where it comes as a variable: %s %j', async (type, value) => {
    const use = {
      DeviceFilter: 'devices(filter: $value)',
      DeviceOrder: 'devices(orderBy: $value)',
      SessionFilter: 'sessions(filter: $value)',
    }[type];
    const answer = await ask(`query ($value: ${type}) { ${use} { totalCount } }`, { value });
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it.each(['2026-11-20T10:15:30Z', '2026-11-20T10:15:30.123456Z', '2026-11-20T11:15:30+01:00'])(
    'is no instant with a zone like %s, which is taken',
    async (expiresBefore) => {
      const answer = await ask(
        'query ($value: DateTime) { sessions(filter: { expiresBefore: $value }) { totalCount } }',
        {
          value: expiresBefore,
        },
      );
      expect(answer).toEqual({ data: { sessions: { totalCount: 0 } } });
    },
  );

  it('is GRAPHQL_PARSE_FAILED where the document is none', async () => {
    const answer = await ask('{ devices(first: ');
    expect(answer.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  });

  it.each([
    ['sessions(filter: { device: ["rms:device:1", "bad"] }) { totalCount }', 'sessions'],
    ['sessions(filter: { device: ["rms:access:1:2"] }) { totalCount }', 'sessions'],
    ['fleet { sessionsExpiringWithin(seconds: -1) }', 'fleet'],
    ['fleet { byModel(first: 0) { count } }', 'fleet'],
  ])('is BAD_USER_INPUT where only the graph can tell: %s', async (field, root) => {
    const answer = await ask(`{ ${field} }`);
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(answer.errors?.[0]?.path?.[0]).toBe(root);
  });
});
