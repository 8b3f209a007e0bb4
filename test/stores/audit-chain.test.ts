import fc from 'fast-check';

import { chained, EMPTY_HEAD, hashOf, verifyChain } from '../../src/stores/audit-chain';
import type { AuditEntry, AuditHead } from '../../src/stores/ports';
import { anEntry, anyEntry } from './records';

async function* each(entries: readonly AuditEntry[]): AsyncGenerator<AuditEntry, void> {
  yield* entries;
}

const headOf = (entries: readonly AuditEntry[]): AuditHead => ({
  entries: entries.length,
  hash: entries.at(-1)?.hash ?? EMPTY_HEAD.hash,
});

const someEntries = fc.array(anyEntry, { minLength: 1, maxLength: 12 });

test('the hash is what the documentation says, so that anyone can compute it', () => {
  const entry = { ...anEntry('one'), sequence: 1 };
  const previous = '0'.repeat(64);
  expect(hashOf(entry, previous)).toBe('91e3769c27a92bf2edc19ecfc45c68aa68101fc2b5e1ac0fa41a2aefdbcd2a4a');
  expect(EMPTY_HEAD).toEqual({ entries: 0, hash: previous });
});

test('a chain that was made in any parts is whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someEntries, { maxLength: 4 }), async (batches) => {
      const log: AuditEntry[] = [];
      for (const batch of batches) log.push(...chained(batch, headOf(log)));
      expect(await verifyChain(each(log), async () => headOf(log))).toEqual({ ok: true, ...headOf(log) });
    }),
  );
});

test('any change of any field of any entry is found there', async () => {
  const field = fc.constantFrom(
    'at',
    'actor',
    'action',
    'account',
    'target',
    'detail',
    'outcome',
    'reason',
    'hash',
  );
  await fc.assert(
    fc.asyncProperty(someEntries, fc.nat(), field, async (entries, place, name) => {
      const log = chained(entries, EMPTY_HEAD);
      const at = place % log.length;
      const changed = log.map((entry, n) => {
        if (n !== at) return entry;
        return { ...entry, [name]: name === 'at' ? new Date(entry.at.getTime() + 1) : `${entry[name]}x` };
      });
      const verdict = await verifyChain(each(changed), async () => headOf(log));
      expect(verdict).toMatchObject({ ok: false, brokenAt: at + 1 });
    }),
  );
});

test('any entries that are missing, doubled or in another order are found', async () => {
  await fc.assert(
    fc.asyncProperty(
      someEntries.chain((entries) => {
        const log = chained(entries, EMPTY_HEAD);
        return fc.tuple(fc.constant(log), fc.array(fc.constantFrom(...log), { maxLength: 14 }));
      }),
      async ([log, other]) => {
        fc.pre(other.length !== log.length || other.some((entry, n) => entry !== log[n]));
        expect(await verifyChain(each(other), async () => headOf(log))).toMatchObject({ ok: false });
      },
    ),
  );
});
