import type { Fleet } from '../../src/accounts/fleet';
import { DrawbridgeError } from '../../src/domain/errors';
import type { Principal } from '../../src/domain/principal';
import { Attempts, NO_ACCOUNT } from '../../src/services/attempts';
import type { AuditFacts, LinkBook } from '../../src/services/link-book';
import { ManualClock } from '../support/manual-clock';

const HOUR = 3_600_000;

function scene() {
  const clock = new ManualClock();
  const written: AuditFacts[] = [];
  const warned: string[] = [];
  const state = { broken: false };
  const fleet = {
    find: ({ accounts }: Principal, key: string) =>
      key === 'rms' && (accounts?.has(key) ?? true) ? {} : undefined,
  } as unknown as Fleet;
  const book = {
    save: async (_: unknown, facts: readonly AuditFacts[]) => {
      if (state.broken) throw new DrawbridgeError('STORE_UNAVAILABLE', 'read-only');
      written.push(...facts);
    },
  } as unknown as LinkBook;
  const attempts = new Attempts({ fleet, book, clock, warn: (message) => warned.push(message) });
  const refused = async (
    subject: string,
    target: string,
    { action = 'createLink', code = 'FORBIDDEN' as const, ...input }: Record<string, unknown> = {},
  ) => {
    const principal = { subject, scopes: new Set(), accounts: new Set(['rms']) } as unknown as Principal;
    const error = new DrawbridgeError(code as 'FORBIDDEN', 'no');
    const watching = attempts.watch({ principal, action: String(action), target, input }, () =>
      Promise.reject(error),
    );
    await expect(watching).rejects.toBe(error);
  };
  return { clock, written, warned, state, attempts, refused };
}

const told = ({ actor, action, account, error, detail }: AuditFacts) => [
  actor,
  action,
  account,
  error instanceof DrawbridgeError ? error.code : 'ok',
  detail?.['attempts'] ?? 1,
];

test('what a caller wrote is cut, and its key is left out', async () => {
  const { written, refused } = scene();
  await refused('ana', `rms:device:${'x'.repeat(5000)}`, {
    name: 'n'.repeat(5000),
    port: 70_000,
    reason: 'r'.repeat(5000),
    idempotencyKey: 'k',
  });
  expect(written).toEqual([
    expect.objectContaining({
      target: `rms:device:${'x'.repeat(501)}`,
      detail: { name: 'n'.repeat(200), port: 70_000 },
      reason: 'r'.repeat(1000),
    }),
  ]);
});

test('a flood is written one by one for a while, then counted, and told by kind when its hour is over', async () => {
  const { clock, written, refused } = scene();
  for (let n = 0; n < 1050; n += 1) await refused('ana', 'rms:device:1');
  for (let n = 0; n < 7; n += 1) await refused('ana', 'rms:device:1', { code: 'NOT_FOUND' });
  await refused('bob', 'rms:device:1');
  await refused('ana', 'nowhere:device:1');
  expect(written).toHaveLength(52);
  expect(written.slice(50).map(told)).toEqual([
    ['bob', 'createLink', 'rms', 'FORBIDDEN', 1],
    ['ana', 'createLink', NO_ACCOUNT, 'FORBIDDEN', 1],
  ]);
  clock.advance(HOUR);
  await Promise.resolve();
  expect(written.slice(52).map(told)).toEqual([
    ['ana', 'createLink', 'rms', 'FORBIDDEN', 1000],
    ['ana', 'createLink', 'rms', 'NOT_FOUND', 7],
  ]);
  expect(written.slice(52).map(({ target, reason }) => [target, reason])).toEqual([
    [null, null],
    [null, null],
  ]);
  await refused('ana', 'rms:device:1');
  expect(written).toHaveLength(55);
});

test('what was only counted is told when the service is stopped, and no timer is left', async () => {
  const { clock, written, attempts, refused } = scene();
  for (let n = 0; n < 60; n += 1) await refused('ana', 'rms:device:1');
  await attempts.stop();
  expect(written.slice(50).map(told)).toEqual([['ana', 'createLink', 'rms', 'FORBIDDEN', 10]]);
  expect(clock.waiting).toBe(0);
});

test('who comes as ever more callers is watched within a bound, and told of when it is exceeded', async () => {
  const { clock, written, refused } = scene();
  for (let n = 0; n < 51; n += 1) await refused('first', 'rms:device:1');
  for (let n = 0; n < 10_000; n += 1) await refused(`caller-${n}`, 'rms:device:1');
  expect(clock.waiting).toBe(10_000);
  expect(
    written
      .filter(({ actor }) => actor === 'first')
      .map(told)
      .slice(50),
  ).toEqual([['first', 'createLink', 'rms', 'FORBIDDEN', 1]]);
});

test('a store that fails changes nothing of what the caller is told, and the operator hears of it', async () => {
  const { warned, state, refused } = scene();
  state.broken = true;
  await refused('ana', 'rms:device:1');
  expect(warned).toEqual(['what a caller tried could not be recorded in the audit log']);
  await refused('ana', 'rms:device:1', { code: 'STORE_UNAVAILABLE' });
  expect(warned).toHaveLength(1);
});
