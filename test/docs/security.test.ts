import { existsSync } from 'node:fs';
import path from 'node:path';
import { FIELD_SCOPES } from '../../src/graph/field-scopes';
import { OPERATION_LIMITS } from '../../src/graph/limits/operation-limits';
import { CONNECTION_LIMITS } from '../../src/server/request-rules';
import { codes, PROJECT, readPage, rows } from './markdown';

const page = readPage('docs/security.md');

/** The rows of the table between two comments, without its head. */
function table(name: string): readonly (readonly string[])[] {
  const [, after = ''] = page.split(`<!-- ${name} -->`);
  return rows(after.split(`<!-- /${name} -->`)[0] ?? '').slice(1);
}

describe('docs/security.md', () => {
  test('says of each scope which fields it opens, as the table of scopes does', () => {
    const told = table('scopes').map(([scope = '', fields = '']) => [
      codes(scope)[0],
      [...codes(fields)].sort(),
    ]);
    const scopes = [...new Set(Object.values(FIELD_SCOPES))];
    const fieldsOf = (scope: string) =>
      Object.keys(FIELD_SCOPES).filter((field) => FIELD_SCOPES[field] === scope);
    expect(told).toEqual(scopes.map((scope) => [scope, fieldsOf(scope).sort()]));
  });

  test('says how large an operation may be, as the limits do', () => {
    const told = table('limits').map(([name = '', most = '']) => [
      codes(name)[0],
      Number(most.replace(',', '')),
    ]);
    expect(Object.fromEntries(told)).toEqual(OPERATION_LIMITS);
  });

  test('names tests that are there', () => {
    const named = codes(page).filter((code) => code.startsWith('test/'));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((name) => !existsSync(path.join(PROJECT, name)))).toEqual([]);
  });

  test('says within how many seconds a request has to be there', () => {
    const seconds = (CONNECTION_LIMITS.requestTimeoutMs + CONNECTION_LIMITS.checkEveryMs) / 1000;
    const [, told] = /has to be there within (\d+) s/.exec(page) ?? [];
    expect(seconds).toBeLessThanOrEqual(Number(told));
  });
});
