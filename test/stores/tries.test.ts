import { guarded } from '../../src/stores/sql/errors';

/** Work that a database refuses with these codes, one after the other, before it succeeds. */
function refusedWith(...codes: readonly string[]) {
  const left = [...codes];
  const work = jest.fn(async () => {
    const code = left.shift();
    if (code !== undefined) throw Object.assign(new Error('refused'), { code });
    return 'done';
  });
  return work;
}

describe('work that a database refused', () => {
  test.each([
    ['PostgreSQL: a serialization failure', '40001'],
    ['PostgreSQL: a deadlock', '40P01'],
    ['SQLite: another process writes', 'SQLITE_BUSY_SNAPSHOT'],
    ['PostgreSQL: the same new row was written by another connection', '23505'],
  ])('is done again. %s', async (_, code) => {
    const work = refusedWith(code, code);
    await expect(guarded('It could not be written', work)).resolves.toBe('done');
    expect(work).toHaveBeenCalledTimes(3);
  });

  test('is given up where another row has the value for good', async () => {
    const work = refusedWith(...Array<string>(50).fill('23505'));
    await expect(guarded('It could not be written', work)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: false,
      message: expect.stringMatching(/^It could not be written: .* is taken\.$/),
    });
    expect(work).toHaveBeenCalledTimes(4);
  });

  test('is not done again where that cannot help', async () => {
    const work = refusedWith('SQLITE_CONSTRAINT_UNIQUE');
    await expect(guarded('It could not be written', work)).rejects.toMatchObject({ retryable: false });
    expect(work).toHaveBeenCalledTimes(1);
  });
});
