import {
  BODY,
  failingVendors,
  KINDS,
  LIST_QUERY,
  type Lists,
  problemOf,
  UNAUTHORIZED,
  type VendorName,
  without,
} from './failing-vendors';

const scene = failingVendors();
const { clock, ask, faultsOf, expectNothingTold } = scene;

describe('a login', () => {
  const LOGINS: readonly (readonly [VendorName, string, () => void])[] = [
    ['remoteit', 'POST /user/login', () => scene.service.simulators.remoteit.state.expireTokens()],
    [
      'everyware',
      'POST /authentication/user',
      () => scene.service.simulators.everyware.tokens.invalidateAll(),
    ],
  ];
  const kinds = KINDS.filter(([kind]) => !['401', '403', '400'].includes(kind));

  afterEach(() => {
    // A failed login is remembered for a while.
    clock.advance(31_000);
  });

  describe.each(LOGINS)('of %s', (name, route, expire) => {
    it.each(kinds)('that is answered with %s leaves out its account alone', async (_, fault, expected) => {
      const healthy = await ask<Lists>(LIST_QUERY);
      expect(healthy.errors).toBeUndefined();
      expect(healthy.data.page.problems).toEqual([]);
      expire();
      faultsOf(name).add({ ...fault, route });
      const logFrom = scene.service.log.length;
      const broken = await ask<Lists>(LIST_QUERY);
      expect(broken.errors).toBeUndefined();
      expect(broken.data.page).toEqual({
        nodes: without(healthy.data.page.nodes, name),
        totalCount: null,
        pageInfo: { hasNextPage: false },
        problems: [problemOf(name, expected)],
      });
      expectNothingTold(broken, logFrom, broken.data.page.problems);
    });

    it.each(['401', '403'])(
      'that is refused with %s speaks of the credentials, without them',
      async (status) => {
        await ask<Lists>(LIST_QUERY);
        expire();
        faultsOf(name).add({ kind: 'status', status: Number(status), body: BODY, route });
        const logFrom = scene.service.log.length;
        const broken = await ask<Lists>(LIST_QUERY);
        expect(broken.data.page.problems).toEqual([problemOf(name, UNAUTHORIZED)]);
        expectNothingTold(broken, logFrom, broken.data.page.problems);
      },
    );
  });
});
