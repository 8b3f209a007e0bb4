import { GraphQLError } from 'graphql';
import { DrawbridgeError } from '../../src/domain/errors';
import { showError } from '../../src/graph/errors';

const PLANTED = 'planted: /srv/secret.js password=hunter2';

test.each([
  ['an error of the program', new TypeError(PLANTED)],
  ['one that GraphQL.js wrapped', new GraphQLError(PLANTED, { originalError: new Error(PLANTED) })],
  ['one with a code of no list', new GraphQLError(PLANTED, { extensions: { code: 'ECONNRESET' } })],
  ['something that is no error', PLANTED],
])('of what nobody foresaw, %s, a caller reads nothing, and an operator all', (_, thrown) => {
  const formatted = { message: PLANTED, extensions: { stacktrace: [PLANTED] }, path: ['devices'] };
  const { error, surprise } = showError(
    thrown instanceof GraphQLError ? { ...thrown.toJSON(), path: ['devices'] } : formatted,
    thrown,
  );
  expect(error).toEqual({
    message: 'Something went wrong inside Drawbridge.',
    path: ['devices'],
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
  expect(String(surprise)).toContain(PLANTED);
});

test('what was foreseen is told by its code and message, without its cause', () => {
  const thrown = new DrawbridgeError('NOT_FOUND', 'There is no such device.', { cause: new Error(PLANTED) });
  const { error, surprise } = showError({ message: PLANTED, extensions: { stacktrace: [PLANTED] } }, thrown);
  expect(error).toEqual({ message: 'There is no such device.', extensions: { code: 'NOT_FOUND' } });
  expect(surprise).toBeUndefined();
});
