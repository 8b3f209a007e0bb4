import type { Account } from '../accounts/account';
import { ACTION_DEADLINE_MS, pause } from '../accounts/steps';
import { asDrawbridgeError, DrawbridgeError, type ErrorCode } from '../domain/errors';
import type { LinkRequest, OpenedLink } from '../domain/link';
import { settle, unwrap } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { RemoteAccess } from '../domain/remote-access';
import type { LinkRecord } from '../domain/session';
import type { Intent } from '../stores/ports';
import { ITSELF } from './link-book';
import { activated, gateKey, type LinkTools, ownReading, vendorRefOf } from './link-tools';

/** A link that is to be opened, once its intent is durable. */
export interface Opening {
  readonly account: Account;
  readonly access: RemoteAccess;
  readonly request: LinkRequest;
  readonly intent: Intent;
  /** The PENDING session. */
  readonly session: LinkRecord;
  /** The port to point a client at where the vendor names none. */
  readonly port: number | null;
  /** Takes away what was made for this link alone, before it is written down that the link did not come to be. */
  readonly undo?: () => Promise<void>;
}

/** Codes with which it is certain that no link came to be. */
const NO_LINK: ReadonlySet<ErrorCode> = new Set([
  'UNSUPPORTED_BY_VENDOR',
  'DEVICE_OFFLINE',
  'NOT_FOUND',
  'VENDOR_REJECTED',
  'VENDOR_UNAUTHORIZED',
  'VENDOR_RATE_LIMITED',
  'VENDOR_QUOTA_EXHAUSTED',
]);

/** Codes with which a look tells that nothing is there; any other proves nothing. */
const NOTHING_THERE: ReadonlySet<ErrorCode> = new Set([
  'UNSUPPORTED_BY_VENDOR',
  'DEVICE_OFFLINE',
  'NOT_FOUND',
  'VENDOR_REJECTED',
]);

/** A link that was lost is looked for as long as its vendor may still be at work on it, and once more. */
const LOOK_FOR_MS = 50_000;
const LOOK_EVERY_MS = 2000;
/** How long to wait behind a look that failed. */
const LOOK_AGAIN_MS = 5000;
/** A vendor's clock may be behind by so much. */
const CLOCK_SKEW_MS = 60_000;

const TOO_LATE = new DrawbridgeError(
  'VENDOR_TIMEOUT',
  'The link was not asked for: what became of another one through the same way in took too long to find out.',
);

/** Opens links, and finds out what became of those whose answer got lost. */
export class LinkOpener {
  #stopped = false;

  constructor(private readonly tools: LinkTools) {}

  /** Begins no further look: what is not settled is left to the next start. */
  stop(): void {
    this.#stopped = true;
  }

  /** Opens the link and settles its intent. Throws what the vendor said where no link came to be. */
  async open(opening: Opening, reading: Reading): Promise<LinkRecord> {
    const { account, access, request, intent } = opening;
    try {
      return await this.tools.gate.open(gateKey(access), async () => {
        this.#checkStillWanted(intent);
        return this.#adopt(opening, await account.writes.openLink(request, reading), intent.subject);
      });
    } catch (thrown) {
      const error = asDrawbridgeError(thrown);
      if (error !== TOO_LATE && !NO_LINK.has(error.code)) return this.settle(opening, error);
      if (opening.undo === undefined) await this.#fail(opening, error);
      else await this.tools.gate.alone(gateKey(access), () => this.#fail(opening, error));
      throw error;
    }
  }

  /**
   * Finds out at the vendor whether the link came to be: adopts it, or records that it did not. `lost` is what the
   * caller is told then. A look that fails proves nothing, and is repeated for as long as it takes.
   */
  settle(opening: Opening, lost: DrawbridgeError): Promise<LinkRecord> {
    return this.tools.gate.alone(gateKey(opening.access), async () => {
      const until = opening.intent.askedAt.getTime() + LOOK_FOR_MS;
      for (let misses = 0; !this.#stopped; misses += 1) {
        const looked = await settle(this.#lookAndAdopt(opening));
        if (looked.ok && looked.value !== undefined) return looked.value;
        if (looked.ok && this.tools.clock.now() >= until) {
          await this.#fail(opening, lost, mayStillCome(opening));
          break;
        }
        if (!looked.ok && misses === 0) {
          this.tools.warn(`what became of a link at ${opening.account.key} is not known yet`, looked.error);
        }
        await pause(this.tools.clock, looked.ok ? LOOK_EVERY_MS : LOOK_AGAIN_MS);
      }
      throw lost;
    });
  }

  async #lookAndAdopt(opening: Opening): Promise<LinkRecord | undefined> {
    const looked = await settle(this.#look(opening));
    if (!looked.ok && NOTHING_THERE.has(looked.error.code)) return undefined;
    const found = unwrap(looked);
    return found === undefined ? undefined : this.#adopt(opening, found, ITSELF);
  }

  /** Nobody waits any more for a link that had to stand in line for so long. */
  #checkStillWanted({ askedAt }: Intent): void {
    if (this.tools.clock.now() - askedAt.getTime() > ACTION_DEADLINE_MS) throw TOO_LATE;
  }

  /** The link that the intent made, as far as the vendor tells; where it cannot list, opening again tells. */
  async #look({ account, access, request, intent }: Opening): Promise<OpenedLink | undefined> {
    const { clock, store } = this.tools;
    const reading = ownReading(clock);
    if (!account.writes.listsOpenLinks) return account.writes.openLink(request, reading);
    const known = (await store.sessions.byRemoteAccesses([access.id])).get(access.id) ?? [];
    // What a read has seen since, and took for one made elsewhere, may be the lost one.
    const claimed = new Set(
      known
        .filter(({ createdBy, observedAt }) => createdBy !== null || observedAt < intent.askedAt)
        .map(({ vendorRef }) => vendorRef),
    );
    const since = intent.askedAt.getTime() - CLOCK_SKEW_MS;
    return (await account.writes.runningLinks(access, reading))
      .filter((link) => !claimed.has(vendorRefOf(access, link) ?? ''))
      .filter(({ createdAt }) => createdAt === null || createdAt.getTime() >= since)
      .filter((link) => lastsAsAsked(link, request))
      .sort((a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0))[0];
  }

  async #adopt(opening: Opening, opened: OpenedLink, actor: string): Promise<LinkRecord> {
    const { account, access, request, intent, session, port } = opening;
    const { clock, store, book } = this.tools;
    const now = clock.now();
    // A connection that the graph itself brought up ends with the last link over it, whoever found it running.
    const others = await store.links.overConnection(account.key, opened.connectionRef, now);
    const foundRunning = opened.foundRunning && others.every((other) => other.foundRunning);
    // What was lost for a while ends when it would have ended.
    const askedEnd =
      actor === ITSELF && session.expiresAt !== null
        ? session.expiresAt
        : new Date(now + request.durationSeconds * 1000);
    const facts = { account, now, port, askedEnd };
    const link = activated(session, access, { ...opened, foundRunning }, facts);
    await book.settle(intent, link, {
      actor,
      action: intent.action,
      account: account.key,
      target: link.id,
      detail: {
        device: link.deviceId,
        remoteAccess: access.id,
        durationSeconds: request.durationSeconds,
        allowedIp: request.allowedIp,
        expiresAt: link.expiresAt,
      },
      reason: link.reason,
    });
    return link;
  }

  /** `owed` is the connection that may come up yet: its end is then owed as that of any link. */
  async #fail(opening: Opening, error: DrawbridgeError, owed: string | null = null): Promise<void> {
    const { account, access, intent, session, request } = opening;
    // First: were the process to die in between, nobody would look for it any more.
    await opening.undo?.();
    const failed: LinkRecord = {
      ...session,
      status: 'FAILED',
      connectionRef: owed,
      endOwed: owed !== null,
      observedAt: new Date(this.tools.clock.now()),
    };
    await this.tools.book.settle(intent, failed, {
      actor: intent.subject,
      action: intent.action,
      account: account.key,
      target: session.id,
      detail: { remoteAccess: access.id, durationSeconds: request.durationSeconds },
      error,
      reason: session.reason,
    });
  }
}

/** A VPN that nobody has seen coming up may still do so: the device was told to. All links over it share it. */
function mayStillCome({ account, access }: Opening): string | null {
  const isLease = access.protocol === 'VPN' && !account.writes.linksEndOnTime;
  return isLease ? access.vendorDeviceId : null;
}

/** Another link of the same way in has, as a rule, another length. A vendor's clock ticks in seconds. */
function lastsAsAsked({ createdAt, vendorEndsAt }: OpenedLink, { durationSeconds }: LinkRequest): boolean {
  if (createdAt === null || vendorEndsAt === null) return true;
  return Math.abs((vendorEndsAt.getTime() - createdAt.getTime()) / 1000 - durationSeconds) <= 2;
}
