import { renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TokenFile } from '../../src/config/token-file';
import { type CallersFile, callersFile, tokensText } from '../support/callers';
import { ManualClock } from '../support/manual-clock';

let callers: CallersFile;
let tokens: TokenFile;
let clock: ManualClock;
/** What was told of changes, in order. */
let told: (number | readonly string[])[];

function follow(path: string): void {
  told = [];
  const tell = (change: number | readonly string[]): void => {
    told.push(change);
  };
  tokens = new TokenFile({ path, clock, onChange: tell, onBroken: tell });
}

/** What is told once the file was looked at again. */
function next(): number | readonly string[] | undefined {
  clock.advance(1000);
  return told.shift();
}

beforeEach(async () => {
  clock = new ManualClock();
  callers = await callersFile({ ana: {}, ben: { scopes: ['devices:read'] } });
  follow(callers.file);
});

afterEach(async () => {
  tokens.close();
  expect(clock.waiting).toBe(0);
  await callers.remove();
});

const subjects = () => tokens.current().map(({ subject }) => subject);

test('a file that is written again counts from then on', () => {
  expect(subjects()).toEqual(['ana', 'ben']);
  callers.write({ carl: {} });
  expect(next()).toBe(1);
  expect(subjects()).toEqual(['carl']);
  expect(next()).toBeUndefined();
});

test('so does one that is put in its place, or linked anew, as secrets of a container are', async () => {
  const folder = path.dirname(callers.file);
  const other = path.join(folder, 'other.json');
  writeFileSync(other, tokensText({ ana: {}, carl: {} }));
  renameSync(other, callers.file);
  expect(next()).toBe(2);
  expect(subjects()).toEqual(['ana', 'carl']);

  const linked = path.join(folder, 'linked.json');
  symlinkSync(callers.file, linked);
  tokens.close();
  follow(linked);
  writeFileSync(other, tokensText({ dora: {} }));
  symlinkSync(other, `${linked}.new`);
  renameSync(`${linked}.new`, linked);
  expect(next()).toBe(1);
  expect(subjects()).toEqual(['dora']);
});

test.each([
  ['cannot be read as JSON', (file: string) => writeFileSync(file, '[{"sha256": "planted-secret"')],
  [
    'names a scope that there is not',
    (file: string) => writeFileSync(file, tokensText({ ana: { scopes: ['all' as never] } })),
  ],
  ['is gone', (file: string) => unlinkSync(file)],
])('one that %s changes nothing, and is told without what stands in it', async (_, spoil) => {
  spoil(callers.file);
  const problems = next();
  expect(problems).toEqual([expect.stringContaining('AUTH_TOKENS_FILE')]);
  expect(JSON.stringify(problems)).not.toContain('planted-secret');
  expect(subjects()).toEqual(['ana', 'ben']);
  callers.write({ ana: {} });
  expect(next()).toBe(1);
});
