import { decodeCursor, encodeCursor, listName } from '../../src/services/cursor';

const BAD = expect.objectContaining({ code: 'BAD_USER_INPUT' });
const encode = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('a cursor', () => {
  it('comes back as it was written, whatever letters are in it', () => {
    const content = { a: 'rms', o: 5, n: ['ünï', '横浜', '"'], t: null };
    const cursor = encodeCursor('list', content);
    expect(decodeCursor('list', cursor)).toMatchObject(content);
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it('of another list is refused, with a message that says why', () => {
    expect(() => decodeCursor('other', encodeCursor('list', {}))).toThrow(BAD);
    expect(() => decodeCursor('other', encodeCursor('list', {}))).toThrow(/another list/);
  });

  it('cannot name another list by its content', () => {
    expect(() => decodeCursor('other', encodeCursor('list', { l: 'other' }))).toThrow(BAD);
  });

  it.each([
    '',
    'x',
    '!!!',
    encode(null),
    encode(5),
    encode('a'),
    encode([]),
    encode({}),
    '{"l":"list"}',
    'A'.repeat(5000),
  ])('that is none is refused: %s', (cursor) => {
    expect(() => decodeCursor('list', cursor)).toThrow(BAD);
  });
});

describe('the name of a list', () => {
  it('tells filters and orders apart', () => {
    const names = [
      listName('devices', {}),
      listName('devices', { status: ['ONLINE'] }),
      listName('devices', { status: ['OFFLINE'] }),
      listName('devices', {}, { field: 'NAME' }),
      listName('sessions', {}),
      listName('sessions', { expiresBefore: new Date(1) }),
      listName('sessions', { expiresBefore: new Date(2) }),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(listName('devices', { status: ['ONLINE'] })).toBe(names[1]);
  });
});
