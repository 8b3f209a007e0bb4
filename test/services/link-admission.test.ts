import type { OpenedLink } from '../../src/domain/link';
import type { LinkRecord } from '../../src/domain/session';
import { refusalOf } from '../../src/services/link-admission';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');
const WISH = '198.51.100.7';
const OTHER = '203.0.113.8';

const admitted = (
  allowedIp: string | null,
  letsIn: string | null,
  /** How long the connection has been up when it was asked for, in milliseconds; null: not told. */
  ageMs: number | null,
  over: readonly (string | null)[] = [],
) => {
  const access = {
    localId: 'a',
    vendorDeviceId: 'a',
    name: 'a',
    protocol: 'SSH',
    host: null,
    port: null,
  } as const;
  const opened: OpenedLink = {
    vendorSessionId: null,
    connectionRef: 'c',
    foundRunning: false,
    url: null,
    host: 'proxy',
    port: 1,
    createdAt: null,
    vendorEndsAt: null,
    admission: { letsIn, since: ageMs === null ? null : new Date(NOW - ageMs) },
  };
  const others = over.map((ip) => ({ allowedIp: ip }) as LinkRecord);
  const refusal = refusalOf({ access, durationSeconds: 60, allowedIp }, opened, {
    askedAt: new Date(NOW),
    others,
  });
  if (refusal === undefined) return 'handed out';
  return `${refusal.error.code}${refusal.isOwn ? ', ended' : ''}`;
};

test.each([
  ['the vendor says so', WISH, 60_000, [], 'handed out'],
  ['the vendor says so, of one that is shared', WISH, 60_000, [WISH], 'handed out'],
  ['the vendor says nothing of one that came up for it', null, 3000, [], 'handed out'],
  ['the vendor says nothing of one that ran before', null, 5001, [], 'POLICY_VIOLATION'],
  ['the vendor says nothing of one whose age nobody knows', null, null, [], 'POLICY_VIOLATION, ended'],
  [
    'the vendor says nothing of one that has links for the same address',
    null,
    60_000,
    [WISH, WISH],
    'handed out',
  ],
  ['the vendor says nothing of one that has links for everybody', null, 0, [null], 'POLICY_VIOLATION'],
  ['the vendor says nothing of one that has links for another address', null, 0, [OTHER], 'POLICY_VIOLATION'],
  ['one that came up for it lets in anybody', 'ANYBODY', 0, [], 'POLICY_VIOLATION, ended'],
  ['one that came up for it lets in somebody else', OTHER, 0, [], 'POLICY_VIOLATION, ended'],
  ['one that ran before lets in anybody', 'ANYBODY', 60_000, [], 'POLICY_VIOLATION'],
  ['one that is shared lets in anybody, whatever was asked', 'ANYBODY', 0, [WISH], 'POLICY_VIOLATION'],
] as const)('for one address alone, where %s', (_, letsIn, ageMs, over, expected) => {
  expect(admitted(WISH, letsIn, ageMs, over)).toBe(expected);
});

test.each([
  ['whatever the vendor says of whom it lets in', OTHER, 0, [], 'handed out'],
  ['one that is shared by links alike', null, 60_000, [null, null], 'handed out'],
  ['one that was restricted for another link', null, 60_000, [null, WISH], 'VENDOR_REJECTED'],
] as const)('for everybody: %s', (_, letsIn, ageMs, over, expected) => {
  expect(admitted(null, letsIn, ageMs, over)).toBe(expected);
});
