import {
  FACTS,
  failingVendors,
  KINDS,
  LISTS,
  NAMES,
  NOT_THERE,
  OWN_KINDS,
  UNAVAILABLE,
  VENDOR,
  type VendorName,
} from './failing-vendors';

const scene = failingVendors();
const { ask, faultsOf, expectNothingTold } = scene;

describe('one device', () => {
  const idOf = (name: VendorName): string => {
    const { rms, remoteit, everyware } = scene.service.simulators;
    if (name === 'rms') return `rms:device:${rms.state.devices()[0]?.id}`;
    if (name === 'remoteit') return `remoteit:device:${remoteit.state.rows()[0]?.address}`;
    return `everyware:device:${everyware.state.devices()[0]?.id}`;
  };
  const QUERY = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Device { ${FACTS} } } }`;
  const ROUTES = { ...LISTS, everyware: { ...LISTS.everyware, route: 'GET /{scopeId}/devices/{deviceId}' } };

  describe.each(NAMES)('of %s', (name) => {
    const kinds =
      name === 'everyware'
        ? [...KINDS, OWN_KINDS.everyware[0] ?? NOT_THERE]
        : [...KINDS, ...OWN_KINDS[name], NOT_THERE];
    it.each(kinds)(
      'that is answered with %s is an error at its index, and its neighbours stand',
      async (_, fault, expected) => {
        const ids = NAMES.map(idOf);
        const healthy = await ask<{ nodes: unknown[] }>(QUERY, { ids });
        expect(healthy.errors).toBeUndefined();
        faultsOf(name).add({ ...fault, route: ROUTES[name].route });
        const logFrom = scene.service.log.length;
        const broken = await ask<{ nodes: unknown[] }>(QUERY, { ids });
        const index = NAMES.indexOf(name);
        expect(broken.data.nodes).toEqual(healthy.data.nodes.map((node, at) => (at === index ? null : node)));
        expect(broken.errors).toMatchObject([
          {
            path: ['nodes', index],
            extensions: { code: expected.code, account: name, vendor: VENDOR[name] },
          },
        ]);
        expectNothingTold(broken, logFrom);
      },
    );
  });

  it('of Everyware that is answered with another device is an error, never that device', async () => {
    const [first, second] = scene.service.simulators.everyware.state.devices();
    const body = { type: 'device', id: second?.id, clientId: 'other' };
    faultsOf('everyware').add({ kind: 'json', body, route: 'GET /{scopeId}/devices/{deviceId}' });
    const answer = await ask(`{ device(id: "everyware:device:${first?.id}") { id name } }`);
    expect(answer).toMatchObject({ data: { device: null }, errors: [{ extensions: UNAVAILABLE }] });
  });

  it('is null without an error where its vendor says that it has none', async () => {
    const ids = ['rms:device:1', 'everyware:device:AQ', 'remoteit:device:80:00:00:00:00:00:00:01'];
    expect(await ask(QUERY, { ids })).toEqual({ data: { nodes: [null, null, null] } });
  });

  it('of Everyware that went away while its VPN is asked has no VPN state, and no error', async () => {
    const id = idOf('everyware');
    const body = {
      type: 'deviceNotConnectedExceptionInfo',
      kapuaErrorCode: 'DEVICE_NOT_CONNECTED',
      httpErrorCode: '409',
    };
    faultsOf('everyware').add({
      kind: 'status',
      status: 409,
      body,
      route: 'GET /{scopeId}/devices/{deviceId}/vpn',
    });
    const answer = await ask(`{ device(id: "${id}") { id vpnStatus { connected } } }`);
    expect(answer).toEqual({ data: { device: { id, vpnStatus: null } } });
  });
});
