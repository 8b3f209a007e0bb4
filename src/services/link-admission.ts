import { DrawbridgeError, type ErrorCode } from '../domain/errors';
import type { LinkRequest, OpenedLink } from '../domain/link';
import type { LinkRecord } from '../domain/session';
import { violation } from './policy';

/** Why a link is not handed out although its vendor did open, or find, a connection for it. */
export interface Refusal {
  readonly error: DrawbridgeError;
  /** True where the connection came up for this link alone: then it is to be ended again. */
  readonly isOwn: boolean;
}

/** Codes of a link that was turned away after its vendor had answered: what became of it is known. */
export const TURNED_AWAY: ReadonlySet<ErrorCode> = new Set(['POLICY_VIOLATION', 'VENDOR_REJECTED']);

/** Vendors tell the rest of a connection's life in whole seconds, and a fresh one a few short of all. */
const FRESH_WITHIN_MS = 5000;

/**
 * Whether a connection can be used, and lets in whom the caller wished and nobody else; undefined: it does. A vendor
 * may hand back one that is running already, with the rule that it was opened with. `others` are the links of this
 * graph over it: as long as there are any it is not ended.
 */
export function refusalOf(
  { allowedIp }: LinkRequest,
  { admission, flaw }: OpenedLink,
  { askedAt, others }: { readonly askedAt: Date; readonly others: readonly LinkRecord[] },
): Refusal | undefined {
  const { letsIn = null, since = null } = admission ?? {};
  const isShared = others.length > 0;
  const isFresh = since !== null && since.getTime() >= askedAt.getTime() - FRESH_WITHIN_MS;
  const isOwn = !isShared && (isFresh || since === null);
  if (flaw !== undefined) return { error: flaw, isOwn };
  if (admission === undefined) return undefined;
  const isAlike = others.every((other) => other.allowedIp === allowedIp);
  if (allowedIp === null) {
    return isAlike ? undefined : { error: restrictedToOthers(), isOwn: false };
  }
  // Where the vendor does not tell, it keeps to what it was asked for with a connection that it made for this.
  const isKnown = letsIn === null ? (isShared ? isAlike : isFresh) : letsIn === allowedIp;
  if (isKnown) return undefined;
  return { error: notRestricted(allowedIp), isOwn };
}

function notRestricted(allowedIp: string): DrawbridgeError {
  return violation(
    `allowedIp: the vendor cannot be shown to let in ${allowedIp} alone. Another connection to this service may be ` +
      'open with a rule of its own: end it, then try again.',
  );
}

function restrictedToOthers(): DrawbridgeError {
  return new DrawbridgeError(
    'VENDOR_REJECTED',
    'The vendor handed back a connection that lets in one address alone, for another link. End that, or ask for the ' +
      'same allowedIp.',
  );
}
