import { parse } from 'graphql';
import { startTestService, type TestService } from '../support/service';
import { composeWith, type Neighbour, type Neighbourhood, openNeighbourhood } from './neighbour';

/** The first router of the simulated fleet, and one of its ways in. */
const ROUTER = { id: 'rms:device:70802', account: 'rms', vendorDeviceId: '70802' };
const WAY_IN = 'WebUI';

let service: TestService;
let withNode: TestService;
let opened: Neighbourhood | undefined;

beforeAll(async () => {
  service = await startTestService();
  withNode = await startTestService({ env: { SUPERGRAPH_NODE: '1' } });
});

afterAll(async () => {
  await service?.close();
  await withNode?.close();
});

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

async function ask(neighbour: Neighbour, query: string, drawbridge = service): Promise<unknown> {
  opened = await openNeighbourhood(drawbridge, neighbour);
  return opened.query(query);
}

describe('@key', () => {
  /** A neighbour that knows one thing, by one key. */
  const watching = (type: string, key: string, fields: string, thing: unknown): Neighbour => ({
    sdl: `type Query { watched: ${type} } ${type === 'Device' ? '' : 'type Device @key(fields: "id", resolvable: false) { id: ID! }'}
          type ${type} @key(fields: "${key}", resolvable: false) { ${fields} }`,
    resolvers: { Query: { watched: () => thing } },
  });

  test('of one field', async () => {
    const neighbour = watching('Device', 'id', 'id: ID!', { id: ROUTER.id });
    expect(await ask(neighbour, '{ watched { id name } }')).toEqual({
      watched: { id: ROUTER.id, name: 'Packaging line 52 – Tromsø' },
    });
  });

  test('of several fields', async () => {
    const { account, vendorDeviceId } = ROUTER;
    const neighbour = watching(
      'Device',
      'account vendorDeviceId',
      'account: String! vendorDeviceId: String!',
      {
        account,
        vendorDeviceId,
      },
    );
    expect(await ask(neighbour, '{ watched { id model } }')).toMatchObject({ watched: { id: ROUTER.id } });
  });

  test('with a field of another type inside', async () => {
    const neighbour = watching('RemoteAccess', 'device { id } name', 'device: Device! name: String!', {
      device: { id: ROUTER.id },
      name: WAY_IN,
    });
    expect(await ask(neighbour, '{ watched { id protocol port } }')).toMatchObject({
      watched: { id: expect.stringMatching(/^rms:access:/), protocol: 'HTTPS' },
    });
  });

  test('more than once, on one type: a neighbour may have both', async () => {
    const neighbour: Neighbour = {
      sdl: `type Query { watched: Device }
            type Device @key(fields: "id") @key(fields: "account vendorDeviceId") {
              id: ID! account: String! vendorDeviceId: String! shelf: String
            }`,
      resolvers: {
        Query: { watched: () => ROUTER },
        Device: { shelf: () => 'B 4', __resolveReference: () => ROUTER },
      },
    };
    expect(
      await ask(neighbour, `{ watched { name shelf account } device(id: "${ROUTER.id}") { shelf } }`),
    ).toEqual({
      watched: { name: 'Packaging line 52 – Tromsø', shelf: 'B 4', account: 'rms' },
      device: { shelf: 'B 4' },
    });
  });
});

describe('@link', () => {
  test('names Federation 2 and what is used of it: nothing in the composed graph has a strange name', async () => {
    const supergraph = await composeWith(service, { sdl: 'type Query { nothing: Int }' });
    const names = parse(supergraph).definitions.flatMap((node) =>
      'name' in node && node.name ? [node.name.value] : [],
    );
    expect(names).toContain('Device');
    expect(names.filter((name) => /^_|__/.test(name.replace(/^(join|link|requiresScopes)__/, '')))).toEqual(
      [],
    );
  });
});

describe('@shareable', () => {
  const list = (directive: string): Neighbour => ({
    sdl: `type Query { tickets: TicketConnection! }
          type TicketConnection { nodes: [Ticket!]! pageInfo: PageInfo! }
          type Ticket { title: String! }
          type PageInfo ${directive} {
            hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String
          }`,
    resolvers: {
      Query: {
        tickets: () => ({
          nodes: [{ title: 'door alarm' }],
          pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: 'a', endCursor: 'a' },
        }),
      },
    },
  });

  test('lets a neighbour page its own lists with the same PageInfo', async () => {
    const page = '{ nodes { __typename } pageInfo { hasNextPage endCursor } }';
    expect(await ask(list('@shareable'), `{ tickets ${page} devices(first: 1) ${page} }`)).toEqual({
      tickets: { nodes: [{ __typename: 'Ticket' }], pageInfo: { hasNextPage: false, endCursor: 'a' } },
      devices: {
        nodes: [{ __typename: 'Device' }],
        pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
      },
    });
  });

  test('is wanted of both: a neighbour that does not share is told so', async () => {
    await expect(composeWith(service, list(''))).rejects.toThrow(/Non-shareable field "PageInfo/);
  });
});

describe('@tag', () => {
  test('is in the composed graph, where contracts are cut by it', async () => {
    const supergraph = await composeWith(service, { sdl: 'type Query { nothing: Int }' });
    expect(supergraph).toMatch(/\burl: String .*@tag\(name: "secret"\)/);
    expect(supergraph).toMatch(/\bvendorAccounts: .*@tag\(name: "operators"\)/);
  });
});

describe('@override', () => {
  test('lets an inventory take over a field: Drawbridge is not asked for it any more', async () => {
    const neighbour: Neighbour = {
      sdl: `type Query { nothing: Int }
            type Device @key(fields: "id") { id: ID! serialNumber: String @override(from: "drawbridge") }`,
      resolvers: {
        Device: {
          serialNumber: ({ id }: { readonly id: string }) => `inventory of ${id}`,
          __resolveReference: (known: object) => known,
        },
      },
    };
    expect(await ask(neighbour, `{ device(id: "${ROUTER.id}") { name serialNumber } }`)).toEqual({
      device: { name: 'Packaging line 52 – Tromsø', serialNumber: `inventory of ${ROUTER.id}` },
    });
  });
});

describe('@inaccessible', () => {
  const NOTHING: Neighbour = { sdl: 'type Query { nothing: Int }' };
  const NODE = `{ node(id: "${ROUTER.id}") { id __typename } }`;

  test('hides Node, and what implements it stays', async () => {
    await expect(ask(NOTHING, NODE)).rejects.toThrow(/Cannot query field \\"node\\" on type \\"Query\\"/);
    expect(await opened?.query(`{ device(id: "${ROUTER.id}") { id } }`)).toEqual({
      device: { id: ROUTER.id },
    });
  });

  test('is gone with SUPERGRAPH_NODE=1', async () => {
    expect(await ask(NOTHING, NODE, withNode)).toEqual({ node: { id: ROUTER.id, __typename: 'Device' } });
  });

  test('is gone with SUPERGRAPH_NODE=1 also beside a neighbour whose types have the same interface', async () => {
    const neighbour: Neighbour = {
      sdl: 'type Query { ticket: Node } interface Node { id: ID! } type Ticket implements Node @key(fields: "id") { id: ID! }',
      resolvers: { Query: { ticket: () => ({ __typename: 'Ticket', id: '7' }) } },
    };
    const both = `{ ticket { id __typename } node(id: "${ROUTER.id}") { id } }`;
    expect(await ask(neighbour, both, withNode)).toEqual({
      ticket: { id: '7', __typename: 'Ticket' },
      node: { id: ROUTER.id },
    });
  });
});

describe('@composeDirective', () => {
  test("keeps a neighbour's own directive on a type of Drawbridge", async () => {
    const neighbour: Neighbour = {
      sdl: `extend schema @link(url: "https://example.com/runbook/v1.0", import: ["@runbook"]) @composeDirective(name: "@runbook")
            directive @runbook(page: String!) on FIELD_DEFINITION
            type Query { nothing: Int }
            type Device @key(fields: "id") { id: ID! alarm: String @runbook(page: "alarms") }`,
    };
    const supergraph = await composeWith(service, neighbour);
    expect(supergraph).toMatch(/alarm: String .*@runbook\(page: "alarms"\)/);
  });
});

describe('@interfaceObject', () => {
  const NOTES: Neighbour = {
    sdl: `type Query { nothing: Int }
          type Node @interfaceObject @key(fields: "id") { id: ID! notes: [String!]! }`,
    resolvers: {
      Node: {
        notes: ({ id }: { readonly id: string }) => [`note on ${id}`],
        __resolveReference: (known: object) => known,
      },
    },
  };

  test('adds a field to everything with an id, though Node itself is hidden', async () => {
    const query = `{ device(id: "${ROUTER.id}") { notes remoteAccesses(protocol: SSH) { id notes } } }`;
    const { device } = (await ask(NOTES, query)) as {
      device: { notes: string[]; remoteAccesses: { id: string; notes: string[] }[] };
    };
    expect(device.notes).toEqual([`note on ${ROUTER.id}`]);
    expect(device.remoteAccesses.length).toBeGreaterThan(0);
    for (const { id, notes } of device.remoteAccesses) expect(notes).toEqual([`note on ${id}`]);
  });

  test('adds it to Node too where that is shown', async () => {
    expect(await ask(NOTES, `{ node(id: "${ROUTER.id}") { __typename notes } }`, withNode)).toEqual({
      node: { __typename: 'Device', notes: [`note on ${ROUTER.id}`] },
    });
  });
});
