import fc from 'fast-check';

import { SESSION_STATUSES, type Session } from '../../src/domain/session';
import { VENDORS } from '../../src/domain/vendor';
import type { SessionQuery } from '../../src/stores/ports';

/** When the sessions of these tests are looked at. */
export const NOW = Date.parse('2026-11-20T10:00:00.000Z');

const MINUTE = 60_000;

/** A session with something in every field. Each has a vendor reference of its own. */
export function aSession(id: string, changes: Partial<Session> = {}): Session {
  return {
    id: `rms:session:${id}`,
    account: 'rms',
    vendor: 'TELTONIKA_RMS',
    deviceId: 'rms:device:70810',
    remoteAccessId: 'rms:access:900',
    vendorRef: `ref-${id}`,
    url: `https://${id}.example.com/?token=open-sesame`,
    host: '10.0.0.7',
    port: 8443,
    status: 'ACTIVE',
    createdAt: new Date(NOW - 10 * MINUTE),
    expiresAt: new Date(NOW + 20 * MINUTE),
    createdBy: 'ana@example.com',
    reason: 'The pump does not answer',
    observedAt: new Date(NOW - MINUTE),
    ...changes,
  };
}

/** A session with nothing in every field that may be empty. */
export function aBareSession(id: string): Session {
  return aSession(id, {
    remoteAccessId: null,
    vendorRef: null,
    url: null,
    host: null,
    port: null,
    createdAt: null,
    expiresAt: null,
    createdBy: null,
    reason: null,
  });
}

const ACCOUNTS = ['rms', 'remoteit', 'plant-north'];
const CALLERS = ['ana@example.com', 'björn', ''];
const DEVICES = ['rms:device:1', 'rms:device:2', 'remoteit:device:80:00', 'rms:device:é'];

/** Few instants, around now and exactly now: so that ties and ends that just came are common. */
const instant = fc.constantFrom(-2, -1, 0, 1, 2).map((ms) => new Date(NOW + ms));

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

/** Any session with one of a few ids, so that saving many of them also replaces some. */
export const anySession: fc.Arbitrary<Session> = fc
  .record({
    id: fc.constantFrom(...Array.from({ length: 30 }, (_, n) => `${'aZé0~😀'.at(n % 5)}${n}`)),
    account: fc.constantFrom(...ACCOUNTS),
    vendor: fc.constantFrom(...VENDORS),
    deviceId: fc.constantFrom(...DEVICES),
    remoteAccessId: orNull(fc.constantFrom('rms:access:1', 'rms:access:2')),
    hasRef: fc.boolean(),
    url: orNull(fc.webUrl()),
    host: orNull(fc.string({ unit: 'grapheme' })),
    port: orNull(fc.integer({ min: 0, max: 65_535 })),
    status: fc.constantFrom(...SESSION_STATUSES),
    createdAt: orNull(instant),
    expiresAt: orNull(instant),
    createdBy: orNull(fc.constantFrom(...CALLERS)),
    reason: orNull(fc.string({ unit: 'grapheme' })),
    observedAt: instant,
  })
  .map(({ hasRef, ...fields }) => ({ ...fields, vendorRef: hasRef ? `ref-${fields.id}` : null }));

/** Mostly some words, rarely none: a query that allows none finds nothing, whatever else it says. */
const someOf = <T>(words: readonly T[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.shuffledSubarray([...words, ...words.slice(0, 1)], { minLength: 1 }) },
    { weight: 1, arbitrary: fc.constant<T[]>([]) },
  );

/** Any query over {@link anySession}; each condition is there or not. */
export const anyQuery: fc.Arbitrary<SessionQuery> = fc.record(
  {
    accounts: someOf([...ACCOUNTS, 'unknown']),
    vendors: someOf(VENDORS),
    deviceIds: someOf([...DEVICES, 'unknown']),
    createdBy: someOf([...CALLERS, 'unknown']),
    statuses: someOf(SESSION_STATUSES),
    expiresBeforeMs: instant.map((date) => date.getTime()),
    nowMs: instant.map((date) => date.getTime()),
  },
  { requiredKeys: ['nowMs'] },
);
