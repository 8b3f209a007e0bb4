import { Cursors, listName } from '../../src/services/cursor';

const BAD = expect.objectContaining({ code: 'BAD_USER_INPUT' });
const key = (word: string): Buffer => Buffer.alloc(32, word);
const cursors = new Cursors([key('one')]);
const encode = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('a cursor', () => {
  it('comes back as it was written, whatever letters are in it', () => {
    const content = { a: 'rms', o: 5, n: ['ünï', '横浜', '"'], t: null };
    const cursor = cursors.encode('list', content);
    expect(cursors.decode('list', cursor)).toMatchObject(content);
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it('of another list is refused, with a message that says why', () => {
    expect(() => cursors.decode('other', cursors.encode('list', {}))).toThrow(BAD);
    expect(() => cursors.decode('other', cursors.encode('list', {}))).toThrow(/another list/);
  });

  it('tells nothing of what it holds, and is the same for the same content', () => {
    const cursor = cursors.encode('devices', { a: 'everyware', n: ['device-4711'] });
    const bytes = Buffer.from(cursor, 'base64url').toString('latin1');
    expect(bytes).not.toMatch(/everyware|device/);
    expect(cursors.encode('devices', { a: 'everyware', n: ['device-4711'] })).toBe(cursor);
    expect(cursors.encode('devices', { a: 'everyware', n: ['device-4712'] }).slice(0, 16)).not.toBe(
      cursor.slice(0, 16),
    );
  });

  it('that was changed anywhere, cut or made longer is refused', () => {
    const cursor = Buffer.from(cursors.encode('list', { o: 5 }), 'base64url');
    for (let index = 0; index < cursor.length; index += 1) {
      const changed = Buffer.from(cursor);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => cursors.decode('list', changed.toString('base64url'))).toThrow(BAD);
    }
    for (const other of [cursor.subarray(1), cursor.subarray(0, -1), Buffer.concat([cursor, cursor])]) {
      expect(() => cursors.decode('list', other.toString('base64url'))).toThrow(BAD);
    }
  });

  it('of another key is refused, but for keys that were used before', () => {
    const old = cursors.encode('list', { o: 5 });
    expect(() => new Cursors([key('two')]).decode('list', old)).toThrow(BAD);
    const rotated = new Cursors([key('two'), key('one')]);
    expect(rotated.decode('list', old)).toMatchObject({ o: 5 });
    expect(() => cursors.decode('list', rotated.encode('list', { o: 5 }))).toThrow(BAD);
  });

  it('cannot name another list by its content', () => {
    expect(() => cursors.decode('other', cursors.encode('list', { l: 'other' }))).toThrow(BAD);
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
    encode({ l: 'list', a: 'rms', o: 0, n: [], t: null }),
    'A'.repeat(5000),
  ])('that is none is refused: %s', (cursor) => {
    expect(() => cursors.decode('list', cursor)).toThrow(BAD);
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
