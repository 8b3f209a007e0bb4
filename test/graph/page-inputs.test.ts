import { Cursors, listName } from '../../src/services/cursor';
import { deriveKeys } from '../../src/stores/store-key';
import { askedService } from './asked-service';

const STORE_KEY = Buffer.alloc(32, 'cursors');

const scene = askedService({ STORE_KEY: STORE_KEY.toString('base64') });
const { ask, vendorCalls } = scene;

describe('the size of a page', () => {
  it.each([0, -1, 501, 2_147_483_647, -2_147_483_648])(
    '%i is BAD_USER_INPUT, and asks no vendor',
    async (first) => {
      const before = vendorCalls();
      for (const list of ['devices', 'sessions', 'devices(orderBy: { field: NAME }']) {
        const name = list.split('(')[0] ?? '';
        const args = list.includes('(') ? `${list}, first: $first)` : `${list}(first: $first)`;
        const answer = await ask(`query ($first: Int) { ${args} { nodes { id } } }`, { first });
        expect(answer.data).toBeNull();
        expect(answer.errors).toMatchObject([{ path: [name], extensions: { code: 'BAD_USER_INPUT' } }]);
      }
      expect(vendorCalls()).toBe(before);
    },
  );

  it('is 50 where it is left out or null', async () => {
    for (const args of ['', '(first: null)']) {
      const answer = await ask<{ devices: { nodes: unknown[] } }>(`{ devices${args} { nodes { id } } }`);
      expect(answer.data.devices.nodes).toHaveLength(50);
    }
  });
});

describe('a cursor', () => {
  const encode = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
  /** What the service writes and reads cursors with: nobody else can. */
  const cursors = new Cursors(deriveKeys([STORE_KEY], 'cursors'));
  const BY_VENDOR = listName('devices', {});
  const BY_NAME = listName('ordered-devices', {}, { field: 'NAME', direction: 'ASC' });
  const cursorOf = async (list: string): Promise<string> => {
    const answer = await ask<Record<string, { pageInfo: { endCursor: string } }>>(
      `{ page: ${list} { pageInfo { endCursor } } }`,
    );
    return answer.data['page']?.pageInfo.endCursor ?? '';
  };
  const refused = async (list: string, after: string): Promise<void> => {
    const before = vendorCalls();
    const answer = await ask(
      `query ($after: String) { page: ${list.replace(')', ', after: $after)')} { nodes { id } } }`,
      { after },
    );
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ path: ['page'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(vendorCalls()).toBe(before);
  };
  const LISTS = ['devices(first: 2)', 'devices(first: 2, orderBy: { field: NAME })', 'sessions(first: 2)'];

  it.each(LISTS)('of %s that is broken is BAD_USER_INPUT', async (list) => {
    const broken = [
      '',
      'x',
      'null',
      '{}',
      encode(null),
      encode([]),
      encode('text'),
      encode({}),
      'ä'.repeat(9),
      'A'.repeat(5000),
    ];
    for (const after of broken) await refused(list, after);
  });

  it.each([
    ['devices(first: 2)', BY_VENDOR],
    ['devices(first: 2, orderBy: { field: NAME })', BY_NAME],
  ])('of %s with a content of the wrong kind is BAD_USER_INPUT', async (list, name) => {
    const { l: _, ...good } = cursors.decode(name, await cursorOf(list));
    for (const field of Object.keys(good)) {
      for (const value of [undefined, {}, true, [1], -1.5]) {
        // Null and numbers are values that an order may compare by.
        if (field === 'v' && typeof value === 'number') continue;
        await refused(list, cursors.encode(name, { ...good, [field]: value }));
      }
    }
  });

  it('that a caller made is BAD_USER_INPUT, however right its content is', async () => {
    const content = cursors.decode(BY_VENDOR, await cursorOf('devices(first: 2)'));
    await refused('devices(first: 2)', encode(content));
    await refused('devices(first: 2)', new Cursors([STORE_KEY]).encode(BY_VENDOR, content));
  });

  it('of another filter or order is BAD_USER_INPUT', async () => {
    const lists = [
      'devices(first: 2)',
      'devices(first: 2, filter: { status: [ONLINE] })',
      'devices(first: 2, filter: { status: [OFFLINE] })',
      'devices(first: 2, filter: { search: "a" })',
      'devices(first: 2, orderBy: { field: NAME })',
      'devices(first: 2, orderBy: { field: NAME, direction: DESC })',
      'devices(first: 2, orderBy: { field: STATUS })',
      'devices(first: 2, filter: { status: [ONLINE] }, orderBy: { field: NAME })',
    ];
    const found = new Map<string, string>();
    for (const list of lists) found.set(list, await cursorOf(list));
    for (const list of lists) {
      for (const [other, cursor] of found) if (other !== list) await refused(list, cursor);
      await refused('sessions(first: 2)', found.get(list) ?? '');
    }
  });

  it('far behind the end of a list leads to an empty page', async () => {
    const cursor = cursors.decode(BY_VENDOR, await cursorOf('devices(first: 2)'));
    const far = cursors.encode(BY_VENDOR, { ...cursor, o: Number.MAX_SAFE_INTEGER, n: [] });
    const answer = await ask<{ devices: unknown }>(
      'query ($after: String) { devices(after: $after, filter: null) { nodes { id account } problems { code } } }',
      { after: far },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.devices).toMatchObject({ problems: [] });
  });

  it('keeps nothing of a device but what is needed to go on', async () => {
    const content = JSON.stringify(cursors.decode(BY_VENDOR, await cursorOf('devices(first: 2)')));
    const [first] = scene.service.simulators.everyware.state.devices();
    expect(content).not.toContain(first?.clientId);
    expect(content).toContain(first?.id);
  });
});
