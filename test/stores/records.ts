import fc from 'fast-check';

import type { LinkRecord, Session } from '../../src/domain/session';
import type { AuditEntry, Intent, NewAuditEntry } from '../../src/stores/ports';
import { anySession, aSession, NOW } from './sessions';

/** A link of this graph, over a connection of its own. Each has a vendor reference of its own. */
export function aLink(id: string, changes: Partial<LinkRecord> = {}): LinkRecord {
  return {
    ...aSession(id),
    connectionRef: `connection-${id}`,
    foundRunning: false,
    endOwed: true,
    accessOwed: false,
    allowedIp: null,
    ...changes,
  };
}

/** The same link as a read of its vendor sees it: made elsewhere, for all that is known. */
export function aSeenLink(id: string): Session {
  return { ...aSession(id), createdBy: null, reason: null };
}

/** A link as it is before its vendor has answered. */
export function aPendingLink(id: string): LinkRecord {
  return aLink(id, {
    status: 'PENDING',
    vendorRef: null,
    url: null,
    createdAt: null,
    expiresAt: null,
    connectionRef: null,
    endOwed: false,
  });
}

/** An intent that is not settled and has a key of its own. */
export function anIntent(id: string, changes: Partial<Intent> = {}): Intent {
  return {
    id,
    subject: 'ana@example.com',
    action: 'createLink',
    idempotencyKey: `key-${id}`,
    inputDigest: 'digest',
    account: 'rms',
    sessionId: null,
    detail: '{"durationSeconds":1800}',
    askedAt: new Date(NOW),
    settledAt: null,
    ...changes,
  };
}

/** Something that was done to a link. */
export function anEntry(id: string, changes: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    at: new Date(NOW),
    actor: 'ana@example.com',
    action: 'createLink',
    account: 'rms',
    target: `rms:session:${id}`,
    detail: '{"durationSeconds":1800}',
    outcome: 'ok',
    reason: 'The pump does not answer',
    ...changes,
  };
}

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

/** Any link over one of two connections, with one of a few ids. */
export const anyLink: fc.Arbitrary<LinkRecord> = fc
  .record({
    session: anySession,
    connectionRef: orNull(fc.constantFrom('connection-1', 'connection-2')),
    foundRunning: fc.boolean(),
    endOwed: fc.boolean(),
    accessOwed: fc.boolean(),
    allowedIp: orNull(fc.constantFrom('198.51.100.7', '203.0.113.8')),
  })
  .map(({ session, ...rest }) => ({ ...session, ...rest }));

/** Any text, also with what databases cannot keep. */
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\0', 'a\ud800b', '"', '\\', '😀'));

/** Any entry of the audit log. */
export const anyEntry: fc.Arbitrary<NewAuditEntry> = fc.record({
  at: fc.date({ noInvalidDate: true }),
  actor: fc.oneof(fc.constantFrom('ana@example.com', 'drawbridge'), text),
  action: text,
  account: fc.constantFrom('rms', 'remoteit'),
  target: orNull(fc.oneof(fc.constantFrom('rms:session:1', 'rms:session:2'), text)),
  detail: fc.json(),
  outcome: fc.constantFrom('ok', 'VENDOR_TIMEOUT'),
  reason: orNull(text),
});

/** Everything that an iterable tells. */
export async function allOf(entries: AsyncIterable<AuditEntry>): Promise<readonly AuditEntry[]> {
  const all: AuditEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}
