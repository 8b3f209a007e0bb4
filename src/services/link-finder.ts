import type { Account } from '../accounts/account';
import { DrawbridgeError, type ErrorCode } from '../domain/errors';
import type { LinkRequest, OpenedLink } from '../domain/link';
import { settle, unwrap } from '../domain/outcome';
import type { RemoteAccess } from '../domain/remote-access';
import type { LinkRecord, Session } from '../domain/session';
import type { Intent } from '../stores/ports';
import { detailOf, type IntentDetail, type LinkTools, ownReading, vendorRefOf } from './link-tools';

/** A link that is to be opened, once its intent is durable. */
export interface Opening {
  readonly account: Account;
  readonly access: RemoteAccess;
  readonly request: LinkRequest;
  readonly intent: Intent;
  /** What was last noted of the intent. */
  readonly detail: IntentDetail;
  /** The PENDING session. */
  readonly session: LinkRecord;
}

/** Codes with which a look tells that nothing is there; any other proves nothing. */
const NOTHING_THERE: ReadonlySet<ErrorCode> = new Set([
  'UNSUPPORTED_BY_VENDOR',
  'DEVICE_OFFLINE',
  'NOT_FOUND',
  'VENDOR_REJECTED',
]);

/** What was lost is looked for as long as its vendor may still be at work on it, and once more. */
export const LOOK_FOR_MS = 50_000;
/** A vendor's clock may be behind by so much. */
const CLOCK_SKEW_MS = 60_000;
/** A vendor's clock ticks in seconds. */
const TICK_MS = 2000;

/** Finds, at the vendor, the link whose answer got lost. To be asked while nobody opens another one there. */
export class LinkFinder {
  constructor(private readonly tools: LinkTools) {}

  /** From then on a look that finds nothing is the last one. In milliseconds since 1970. */
  until({ account, intent, detail }: Opening): number {
    const wasNeverTold = account.writes.looksBeforeOpening && detail.toldAt === null;
    return wasNeverTold ? 0 : lookedForUntil(intent.askedAt, detail);
  }

  /**
   * The link that the intent made, as far as the vendor tells; where it cannot list, opening again tells. The last
   * look takes more for it: the vendor's clock may be behind. Throws VENDOR_* where the look proves nothing.
   */
  async look(opening: Opening, isLast: boolean): Promise<OpenedLink | undefined> {
    const looked = await settle(this.#look(opening, isLast));
    if (!looked.ok && NOTHING_THERE.has(looked.error.code)) return undefined;
    return unwrap(looked);
  }

  async #look(opening: Opening, isLast: boolean): Promise<OpenedLink | undefined> {
    const { account, access, request, intent, detail } = opening;
    const reading = ownReading(this.tools.clock);
    if (!account.writes.listsOpenLinks) return account.writes.openLink(request, reading);
    const listed = await account.writes.listedLinks(access, reading);
    // Read behind the list: what another process opened is then either settled, or known to be on its way.
    const known = (await this.tools.store.sessions.byRemoteAccesses([access.id])).get(access.id) ?? [];
    const claimed = claimedOf(known, intent);
    const since = intent.askedAt.getTime() - (isLast ? CLOCK_SKEW_MS : TICK_MS);
    const toldAt = detail.toldAt ?? intent.askedAt.getTime();
    const distance = ({ createdAt }: OpenedLink): number =>
      Math.abs((createdAt?.getTime() ?? toldAt) - toldAt);
    const [found] = listed
      .filter((link) => !claimed.has(vendorRefOf(access, link) ?? ''))
      .filter(({ createdAt }) => createdAt === null || createdAt.getTime() >= since)
      .filter((link) => lastsAsAsked(link, request))
      .sort((one, other) => distance(one) - distance(other));
    if (found !== undefined) await this.#assertNoOther(opening, known);
    // What runs though the vendor was never told to open anything is not this graph's.
    const isOthers = account.writes.looksBeforeOpening && detail.toldAt === null;
    return found === undefined ? undefined : { ...found, foundRunning: found.foundRunning || isOthers };
  }

  /**
   * Throws where another process is opening a link through the same way in: what was found may be the one whose answer
   * it is just getting. One that has had its time may be lost too; then whoever was asked first takes what is there.
   */
  async #assertNoOther({ intent }: Opening, known: readonly Session[]): Promise<void> {
    const { store, book, clock } = this.tools;
    const pending = new Set(known.filter(({ status }) => status === 'PENDING').map(({ id }) => id));
    if (pending.size === 0) return;
    const others = (await store.intents.unsettled()).filter(
      ({ id, sessionId }) => !book.isAtWorkOn(id) && sessionId !== null && pending.has(sessionId),
    );
    const now = clock.now();
    if (
      others.some((other) => isBefore(other, intent) || now < lookedForUntil(other.askedAt, detailOf(other)))
    ) {
      throw new DrawbridgeError(
        'VENDOR_TIMEOUT',
        'Another process is opening a link through the same way in.',
      );
    }
  }
}

/** Links that are others', or that were there before. What a read took for one made elsewhere may be the lost one. */
function claimedOf(known: readonly Session[], { askedAt }: Intent): ReadonlySet<string | null> {
  return new Set(
    known
      .filter(({ createdBy, observedAt }) => createdBy !== null || observedAt < askedAt)
      .map(({ vendorRef }) => vendorRef),
  );
}

function isBefore(one: Intent, other: Intent): boolean {
  const apart = one.askedAt.getTime() - other.askedAt.getTime();
  return apart === 0 ? one.id < other.id : apart < 0;
}

function lookedForUntil(askedAt: Date, { toldAt }: IntentDetail): number {
  return (toldAt ?? askedAt.getTime()) + LOOK_FOR_MS;
}

/** Another link of the same way in has, as a rule, another length. */
function lastsAsAsked({ createdAt, vendorEndsAt }: OpenedLink, { durationSeconds }: LinkRequest): boolean {
  if (createdAt === null || vendorEndsAt === null) return true;
  const lastsMs = vendorEndsAt.getTime() - createdAt.getTime();
  return Math.abs(lastsMs - durationSeconds * 1000) <= TICK_MS;
}
