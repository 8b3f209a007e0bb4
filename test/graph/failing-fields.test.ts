import {
  failingVendors,
  KINDS,
  type Kind,
  NESTED_QUERY,
  NOT_THERE,
  type Node,
  OWN_KINDS,
  type Page,
  UNAVAILABLE,
  VENDOR,
  type VendorName,
} from './failing-vendors';

const scene = failingVendors();
const { ask, faultsOf, expectNothingTold } = scene;

interface Nested {
  readonly field: 'remoteAccesses' | 'sessions' | 'vpnStatus';
  readonly name: VendorName;
  readonly route: string;
  /** Whether a device's field is asked there. */
  readonly asks: (node: Node) => boolean;
}

const NESTED: readonly (readonly [string, Nested, readonly Kind[]])[] = [
  [
    'remote accesses of RMS',
    { field: 'remoteAccesses', name: 'rms', route: 'GET /devices/remote-access', asks: () => true },
    [...KINDS, ...OWN_KINDS.rms, NOT_THERE],
  ],
  [
    'sessions of RMS',
    {
      field: 'sessions',
      name: 'rms',
      route: 'GET /devices/connect/{access_id}/sessions',
      asks: ({ status, sessions }) => status === 'ONLINE' || (sessions ?? []).length > 0,
    },
    [...KINDS, ...OWN_KINDS.rms],
  ],
  [
    'VPN states of RMS',
    { field: 'vpnStatus', name: 'rms', route: 'GET /devices/device-vpn-status', asks: () => true },
    [...KINDS, ...OWN_KINDS.rms, NOT_THERE],
  ],
  [
    'VPN states of Everyware',
    {
      field: 'vpnStatus',
      name: 'everyware',
      route: 'GET /{scopeId}/devices/{deviceId}/vpn',
      asks: ({ vpnStatus }) => vpnStatus !== null,
    },
    [
      ...KINDS,
      ['an exception at 200', OWN_KINDS.everyware[0]?.[1] ?? { kind: 'empty' }, UNAVAILABLE],
      ['words where truths stand', { kind: 'json', body: { connected: 'yes' } }, UNAVAILABLE],
    ],
  ],
];

/** A pause that a vendor asks for holds up the whole account. */
const forOneField = (kinds: readonly Kind[]): readonly Kind[] =>
  kinds.filter(([, , { retryAfterSeconds }]) => retryAfterSeconds === undefined);

describe.each(NESTED)('%s', (_, { field, name, route, asks }, kinds) => {
  it.each(forOneField(kinds))(
    'that answer with %s are null with the error at their own path',
    async (_kind, fault, expected) => {
      const healthy = await ask<{ devices: Page }>(NESTED_QUERY);
      expect(healthy.errors).toBeUndefined();
      const { nodes } = healthy.data.devices;
      const hit = nodes.map((node) => node.account === name && asks(node));
      expect(hit).toContain(true);
      faultsOf(name).add({ ...fault, route });
      const logFrom = scene.service.log.length;
      const broken = await ask<{ devices: Page }>(NESTED_QUERY);
      // Without its ways in a device's sessions cannot be asked for either.
      const falls = (node: Node, index: number): Node => {
        if (hit[index] !== true) return node;
        const sessions = field === 'remoteAccesses' && node.status === 'ONLINE' ? { sessions: null } : {};
        return { ...node, [field]: null, ...sessions };
      };
      expect(broken.data.devices).toEqual({ problems: [], nodes: nodes.map(falls) });
      const errors = (broken.errors ?? []).filter(({ path }) => path?.at(-1) === field);
      const paths = hit.flatMap((isHit, index) =>
        isHit ? [['devices', 'nodes', index, field].join('/')] : [],
      );
      expect(errors.map(({ path }) => path?.join('/')).sort()).toEqual(paths.sort());
      for (const { extensions } of broken.errors ?? []) {
        expect(extensions).toMatchObject({
          code: expected.code,
          requestId: expect.any(String),
          vendor: VENDOR[name],
          account: name,
          retryable: expect.any(Boolean),
          ...(expected.retryAfterSeconds === undefined
            ? {}
            : { retryAfterSeconds: expected.retryAfterSeconds }),
        });
      }
      expectNothingTold(broken, logFrom);
    },
  );

  it('that fail once are right again in the next read', async () => {
    const healthy = await ask<{ devices: Page }>(NESTED_QUERY);
    faultsOf(name).add({ kind: 'status', status: 500, route });
    await ask(NESTED_QUERY);
    faultsOf(name).clear();
    const again = await scene.service.query<{ devices: Page }>(NESTED_QUERY);
    expect(again.errors).toBeUndefined();
    expect(again.data).toEqual(healthy.data);
  });
});
