import { expectedDevices } from '../services/simulated-fleet';
import { askedService, FIELDS, LONG } from './asked-service';

const scene = askedService();
const { clock, ask, vendorCalls } = scene;

describe('an id', () => {
  const malformed = [
    '',
    ' ',
    'rms',
    'rms:device',
    'rms:device:',
    'device:1',
    ':device:1',
    'RMS:device:1',
    'rms:Device:1',
    'rms:thing:1',
    'rms::1',
    'rms device 1',
    'r/m/s:device:1',
    `${'r'.repeat(33)}:device:1`,
    `rms:device:${LONG}`,
    'rms:device:1\n2',
    'rms:device:\u0000',
    'ключ:device:1',
    '__proto__:device:1',
  ];

  it.each(malformed)('that cannot be one is BAD_USER_INPUT: %j', async (id) => {
    const before = vendorCalls();
    for (const [field] of FIELDS) {
      const answer = await ask(`query ($id: ID!) { ${field}(id: $id) { id } }`, { id });
      expect(answer).toMatchObject({
        data: { [field]: null },
        errors: [{ path: [field], extensions: { code: 'BAD_USER_INPUT' } }],
      });
    }
    const node = await ask('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(node).toMatchObject({
      data: { node: null },
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(vendorCalls()).toBe(before);
  });

  it.each(FIELDS)(
    'of another kind is BAD_USER_INPUT for %s, with a message that says what one looks like',
    async (field, kind) => {
      for (const other of ['device', 'access', 'session'].filter((candidate) => candidate !== kind)) {
        const answer = await ask(`{ ${field}(id: "rms:${other}:1") { id } }`);
        expect(answer.data).toEqual({ [field]: null });
        expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
        expect(answer.errors?.[0]?.message).toContain(`<account>:${kind}:`);
      }
    },
  );

  it('of an account that is not there is null, and costs nothing', async () => {
    const before = vendorCalls();
    expect(
      await ask(`{
        device(id: "nowhere:device:1") { id }
        remoteAccess(id: "nowhere:access:1:2") { id }
        session(id: "nowhere:session:1:2:3") { id }
        node(id: "nowhere:device:1") { id }
      }`),
    ).toEqual({ data: { device: null, remoteAccess: null, session: null, node: null } });
    expect(vendorCalls()).toBe(before);
  });

  const strange = [
    '0',
    '-1',
    '1e3',
    '007',
    '1.0',
    '1,2',
    '1/2',
    '../devices',
    '..',
    '.',
    '%2e%2e',
    '%00',
    '*',
    '?x=1',
    '#',
    '1 OR 1=1',
    "'; --",
    'ünïcödé 横浜 🚧',
    '\u202E\u200B',
    '١٢',
    '9999999999999999999999',
    'a'.repeat(490),
    '__proto__',
    'constructor',
    '1:2:3:4:5',
    '80:00:00',
  ];

  it.each(strange)('that no vendor has is null for every account and kind: %j', async (local) => {
    const { rms } = scene.service.simulators;
    const devices = expectedDevices(scene.service.simulators, clock.now());
    const ids = ['rms', 'remoteit', 'everyware'].flatMap((account) =>
      ['device', 'access', 'session'].map((kind) => `${account}:${kind}:${local}`),
    );
    const answer = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(answer).toEqual({ data: { nodes: ids.map(() => null) } });
    expect(devices.map(({ id }) => id)).not.toContain(ids[0]);
    // What is no id of RMS never reaches it: a comma there would ask for more than one device.
    for (const { query, path } of rms.calls.entries) {
      expect(query['id'] ?? '').toMatch(/^[1-9\d,]*$/);
      expect(path).not.toContain('..');
    }
  });

  it('of RMS with a comma in it is not taken for two', async () => {
    const [first, second] = scene.service.simulators.rms.state.devices();
    const before = scene.service.simulators.rms.calls.count();
    expect(await ask(`{ device(id: "rms:device:${first?.id},${second?.id}") { id } }`)).toEqual({
      data: { device: null },
    });
    expect(scene.service.simulators.rms.calls.count()).toBe(before);
  });

  it('of remote.it is the same in either case, and is told as its vendor spells it', async () => {
    const { address } = scene.service.simulators.remoteit.state
      .rows()
      .find(({ title }) => title === 'SSH') ?? {
      address: '',
    };
    for (const spelled of [address.toLowerCase(), address.toUpperCase()]) {
      const answer = await ask(
        `{ device(id: "remoteit:device:${spelled}") { id } remoteAccess(id: "remoteit:access:${spelled}") { id device { id name } } }`,
      );
      expect(answer.data).toMatchObject({
        device: { id: `remoteit:device:${address}` },
        remoteAccess: { id: `remoteit:access:${address}`, device: { id: `remoteit:device:${address}` } },
      });
    }
  });

  it('of Everyware is another one in another case', async () => {
    const { id } = scene.service.simulators.everyware.state.devices()[0] ?? { id: '' };
    const swapped = [...id].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
    const answer = await ask(
      `{ a: device(id: "everyware:device:${id}") { id } b: device(id: "everyware:device:${swapped}") { id } }`,
    );
    expect(answer).toEqual({ data: { a: { id: `everyware:device:${id}` }, b: null } });
  });

  it('of an access that another device has is null', async () => {
    const { state } = scene.service.simulators.rms;
    const [access] = state.accesses();
    const other = state.devices().find(({ id }) => id !== access?.deviceId);
    const answer = await ask(`{
      own: remoteAccess(id: "rms:access:${access?.deviceId}:${access?.id}") { id }
      other: remoteAccess(id: "rms:access:${other?.id}:${access?.id}") { id }
    }`);
    expect(answer.data).toEqual({ own: { id: `rms:access:${access?.deviceId}:${access?.id}` }, other: null });
  });
});

describe('nodes', () => {
  it('tells good ids in order, null for unknown ones, and an error at the index of a bad one', async () => {
    const { rms, remoteit, everyware } = scene.service.simulators;
    const [router] = rms.state.devices();
    const [access] = rms.state.accesses();
    const [row] = remoteit.state.rows();
    const [gateway] = everyware.state.devices();
    const ids = [
      `rms:device:${router?.id}`,
      'bad',
      'rms:device:1',
      `rms:access:${access?.deviceId}:${access?.id}`,
      'nowhere:device:1',
      `everyware:device:${gateway?.id}`,
      'rms:thing:1',
      `remoteit:device:${row?.address}`,
      `rms:device:${router?.id}`,
      'rms:session:1:2:3',
    ];
    const answer = await ask<{ nodes: unknown[] }>(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Device { name } } }',
      { ids },
    );
    const device = { __typename: 'Device', id: ids[0], name: router?.name };
    expect(answer.data.nodes).toEqual([
      device,
      null,
      null,
      { __typename: 'RemoteAccess', id: ids[3] },
      null,
      { __typename: 'Device', id: ids[5], name: gateway?.displayName ?? gateway?.clientId },
      null,
      { __typename: 'Device', id: ids[7], name: row?.alias },
      device,
      null,
    ]);
    expect(answer.errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
      [['nodes', 1], 'BAD_USER_INPUT'],
      [['nodes', 6], 'BAD_USER_INPUT'],
    ]);
  });

  it('takes a thousand ids and not one more', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `nowhere:device:${index}`);
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    expect((await ask<{ nodes: unknown[] }>(query, { ids: ids(1000) })).data.nodes).toHaveLength(1000);
    const refused = await ask(query, { ids: ids(1001) });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await ask(query, { ids: [] })).toEqual({ data: { nodes: [] } });
  });
});
