import { countCalls } from '../graph/call-budget-table';
import { type FleetSupergraph, GATEWAYS, type GatewayName, startFleetSupergraph } from './fleet-supergraph';

const COLD = { headers: { 'cache-control': 'no-cache' } };
const NONE = { rms: 0, remoteit: 0, everyware: 0 };

/** A web page at Rotterdam Maasvlakte: its vendor opens a link in one call. */
const PANEL = 'remoteit:device:80:00:00:5d:b9:00:00:02';

describe.each(Object.keys(GATEWAYS) as GatewayName[])('behind %s', (name) => {
  let fleet: FleetSupergraph;

  beforeAll(async () => {
    fleet = await startFleetSupergraph(name);
  });

  afterAll(() => fleet?.close());

  beforeEach(() => {
    fleet.service.simulators.rms.faults.clear();
    fleet.forget();
  });

  /** What an operation cost behind the gateway: operations for each subgraph, those for entities, and vendor calls. */
  const cost = () => {
    const entities = (operations: readonly { readonly query: string }[]) =>
      operations.filter(({ query }) => query.includes('_entities')).length;
    const { toDrawbridge, toSites, service } = fleet;
    return {
      drawbridge: [toDrawbridge.operations.length, entities(toDrawbridge.operations)],
      sites: [toSites.operations.length, entities(toSites.operations)],
      vendors: countCalls(service.simulators),
    };
  };

  test('composes without a hint', () => {
    expect(fleet.supergraph.hints).toEqual([]);
  });

  test('a site shows its devices of all vendors: one call for entities, one for each vendor', async () => {
    const { data, errors } = await fleet.query<{ site: { devices: { name: string; vendor: string }[] } }>(
      '{ site(id: "maasvlakte") { name devices { name vendor } } }',
      COLD,
    );
    expect(errors).toBeUndefined();
    expect(data.site.devices).toHaveLength(7);
    expect(new Set(data.site.devices.map(({ vendor }) => vendor)).size).toBe(3);
    for (const { name } of data.site.devices) expect(name).toMatch(/Maasvlakte/);
    expect(cost()).toEqual({
      drawbridge: [1, 1],
      sites: [1, 0],
      vendors: { rms: 1, remoteit: 1, everyware: 1 },
    });
  });

  test('every site at once costs no more than one', async () => {
    const { data, errors } = await fleet.query<{ sites: { devices: { name: string }[] }[] }>(
      '{ sites { customer { name } devices { name } } }',
      COLD,
    );
    expect(errors).toBeUndefined();
    expect(data.sites.flatMap(({ devices }) => devices)).toHaveLength(23);
    expect(cost()).toMatchObject({ drawbridge: [1, 1], sites: [1, 0] });
    expect(countCalls(fleet.service.simulators)).toMatchObject({ rms: 1, remoteit: 1 });
  });

  test('a page of devices shows their sites: one call for entities, none for it at a vendor', async () => {
    const { data, errors } = await fleet.query<{ devices: { nodes: { site: { name: string } | null }[] } }>(
      '{ devices(first: 100, filter: { account: ["rms"] }) { nodes { name site { name customer { name } } } } }',
      COLD,
    );
    expect(errors).toBeUndefined();
    expect(data.devices.nodes.filter(({ site }) => site !== null)).toHaveLength(12);
    expect(cost()).toEqual({ drawbridge: [1, 0], sites: [1, 1], vendors: { ...NONE, rms: 1 } });
  });

  test('a filter of the neighbour asks for what only Drawbridge knows (@requires)', async () => {
    const { data, errors } = await fleet.query<{
      site: { devicesIn: { name: string; status: string }[]; devices: { status: string }[] };
    }>(
      '{ site(id: "leeds-depot") { devicesIn(status: [ONLINE]) { name status } devices { status } } }',
      COLD,
    );
    expect(errors).toBeUndefined();
    expect(data.site.devices).toHaveLength(6);
    expect(data.site.devicesIn.map(({ status }) => status)).toEqual(['ONLINE', 'ONLINE', 'ONLINE', 'ONLINE']);
    const { drawbridge, sites } = cost();
    expect({ drawbridge, sites }).toEqual({ drawbridge: [2, 2], sites: [2, 1] });
  });

  test('what the neighbour knows by itself costs no call to Drawbridge (@provides)', async () => {
    const { data, errors } = await fleet.query(
      '{ sites { gateway { account vendorDeviceId vendor } } }',
      COLD,
    );
    expect(errors).toBeUndefined();
    expect(data['sites']).toContainEqual({
      gateway: { account: 'rms', vendorDeviceId: '70961', vendor: 'TELTONIKA_RMS' },
    });
    // Hive Gateway asks Drawbridge all the same.
    const spared = { drawbridge: [0, 0], sites: [1, 0], vendors: NONE };
    const asked = { ...spared, drawbridge: [1, 1], vendors: { ...NONE, rms: 1 } };
    expect(cost()).toEqual(name === 'Hive Gateway' ? asked : spared);
  });

  test('a way goes there and back: site, device, its ways in, their device, its site', async () => {
    const { data, errors } = await fleet.query<{
      site: { devices: { remoteAccesses: { device: { site: { id: string } } }[] }[] };
    }>('{ site(id: "molo-vii") { devices { remoteAccesses { name device { site { id } } } } } }', COLD);
    expect(errors).toBeUndefined();
    const back = data.site.devices.flatMap(({ remoteAccesses }) => remoteAccesses);
    expect(back.length).toBeGreaterThan(3);
    expect(new Set(back.map(({ device }) => device.site.id))).toEqual(new Set(['molo-vii']));
    const { drawbridge, sites } = cost();
    expect({ drawbridge, sites }).toEqual({ drawbridge: [1, 1], sites: [2, 1] });
  });

  test('a mutation opens a link, and its answer tells the site', async () => {
    const { data, errors } = await fleet.query<{
      openAccess: { session: { id: string; url: string; device: { site: { name: string } } } };
    }>(
      `mutation { openAccess(input: { deviceId: "${PANEL}", protocol: HTTPS, durationSeconds: 600 }) {
         session { id status url device { site { name } } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.openAccess.session).toMatchObject({
      status: 'ACTIVE',
      device: { site: { name: 'Rotterdam Maasvlakte' } },
    });
    const closed = await fleet.query(
      `mutation { closeSession(id: "${data.openAccess.session.id}") { session { status } } }`,
    );
    expect(closed.data).toEqual({ closeSession: { session: { status: 'CLOSED' } } });
  });

  test('a vendor that fails costs its own devices only, each with an error at its place', async () => {
    fleet.service.simulators.rms.faults.add({ kind: 'status', status: 503 });
    const { data, errors = [] } = await fleet.query<{ site: { devices: ({ name: string } | null)[] } }>(
      '{ site(id: "durban-south") { name devices { name status } } }',
      COLD,
    );
    expect(data.site.devices.map((device) => device === null)).toEqual([true, false, false, false, false]);
    const own = errors.filter(({ extensions }) => extensions['code'] === 'VENDOR_UNAVAILABLE');
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({
      extensions: { account: 'rms', vendor: 'TELTONIKA_RMS', retryable: true },
    });
  });

  describe('the caller', () => {
    test('is the same behind the gateway: the token goes to both subgraphs', async () => {
      await fleet.query('{ devices(first: 1) { nodes { site { name } } } }', { as: 'reader' });
      const tokens = [...fleet.toDrawbridge.operations, ...fleet.toSites.operations].map(
        ({ headers }) => headers['authorization'],
      );
      expect(tokens).toEqual(['Bearer reader', 'Bearer reader']);
    });

    test('who sees one account gets null for the devices of others, by either key', async () => {
      const { data } = await fleet.query<{ site: { devices: ({ name: string } | null)[] } }>(
        '{ site(id: "durban-south") { devices { name } } }',
        { as: 'rms-only' },
      );
      expect(data.site.devices.map((device) => device !== null)).toEqual([true, false, false, false, false]);
    });

    test('who lacks a scope is told so at the place', async () => {
      const { data, errors } = await fleet.query(
        '{ site(id: "molo-vii") { name devices { name vpnStatus { connected } } } }',
        { as: 'reader' },
      );
      expect(data).toMatchObject({ site: { name: 'Trieste Molo VII' } });
      expect(errors?.map(({ extensions }) => extensions['code'])).toContain('FORBIDDEN');
    });

    test('who says nothing gets nothing of Drawbridge', async () => {
      const { data, errors } = await fleet.query<{ site: { devices: unknown[] } }>(
        '{ site(id: "molo-vii") { devices { name } } }',
        { as: null },
      );
      expect(data.site.devices).toEqual([null, null, null, null, null]);
      expect(errors?.map(({ extensions }) => extensions['code'])).toContain('UNAUTHENTICATED');
      expect(countCalls(fleet.service.simulators)).toEqual(NONE);
    });
  });
});
