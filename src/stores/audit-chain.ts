import { createHash } from 'node:crypto';

import type { AuditEntry, AuditHead, NewAuditEntry } from './ports';

/*
 * Each entry of the audit log carries a hash over itself and the hash of the one before, so that nothing in it can be
 * changed, removed or moved alone. The head, kept beside the log, tells how many there are and the last hash: without
 * it nobody would see that the end is missing. Whoever can write the database can also make a whole new chain; against
 * that only a hash that was written down elsewhere helps.
 */

/** The hash before the first entry. */
const GENESIS = '0'.repeat(64);

/** The head of a log without entries. */
export const EMPTY_HEAD: AuditHead = { entries: 0, hash: GENESIS };

/**
 * SHA-256, in hex, of the JSON array of sequence, instant in milliseconds, actor, action, account, target, detail,
 * outcome, reason and the hash of the entry before.
 */
export function hashOf(entry: Omit<AuditEntry, 'hash'>, previous: string): string {
  const { sequence, at, actor, action, account, target, detail, outcome, reason } = entry;
  const fields = [sequence, at.getTime(), actor, action, account, target, detail, outcome, reason, previous];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

/** New entries as they follow a head. */
export function chained(entries: readonly NewAuditEntry[], head: AuditHead): readonly AuditEntry[] {
  let { entries: sequence, hash } = head;
  return entries.map((entry) => {
    sequence += 1;
    hash = hashOf({ ...entry, sequence }, hash);
    return { ...entry, sequence, hash };
  });
}

/** What came of verifying a chain: how many entries it has, or the first place where it is broken. */
export type Verdict =
  | { readonly ok: true; readonly entries: number; readonly hash: string }
  | { readonly ok: false; readonly brokenAt: number; readonly why: string };

/**
 * Verifies a whole log, oldest entry first: finds every entry that was changed, removed, added or moved, and an end
 * that is missing. The log may grow meanwhile: the head is read before the first entry, and once more where there are
 * more entries than it knew.
 */
export async function verifyChain(
  entries: AsyncIterable<AuditEntry>,
  readHead: () => Promise<AuditHead>,
): Promise<Verdict> {
  const head = await readHead();
  let last = EMPTY_HEAD;
  for await (const entry of entries) {
    const brokenAt = last.entries + 1;
    if (entry.sequence !== brokenAt) return { ok: false, brokenAt, why: 'it is missing' };
    if (entry.hash !== hashOf(entry, last.hash)) {
      return { ok: false, brokenAt, why: 'it, or the one before it, is not as it was written' };
    }
    last = { entries: entry.sequence, hash: entry.hash };
    if (last.entries === head.entries && last.hash !== head.hash) {
      return { ok: false, brokenAt, why: 'it is not the one that was written last' };
    }
  }
  if (last.entries < head.entries) return { ok: false, brokenAt: last.entries + 1, why: 'it is missing' };
  const known = last.entries > head.entries ? await readHead() : head;
  if (last.entries > known.entries) {
    return { ok: false, brokenAt: known.entries + 1, why: 'it was not written by this service' };
  }
  return { ok: true, ...last };
}
