import { Cursors } from '../../src/services/cursor';

/** Cursors with a key of no secrecy. */
export const testCursors = new Cursors([Buffer.alloc(32, 'test')]);
