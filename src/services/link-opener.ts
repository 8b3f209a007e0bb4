import type { Account } from '../accounts/account';
import { pause } from '../accounts/steps';
import { asDrawbridgeError, DrawbridgeError, type ErrorCode } from '../domain/errors';
import type { LinkRequest, OpenedLink } from '../domain/link';
import type { Reading } from '../domain/reading';
import type { RemoteAccess } from '../domain/remote-access';
import type { LinkRecord } from '../domain/session';
import type { Intent } from '../stores/ports';
import { ITSELF } from './link-book';
import { activated, gateKey, type LinkTools, vendorRefOf } from './link-tools';

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

/** A link that was lost is looked for as long as its vendor may still be at work on it, and once more. */
const LOOK_FOR_MS = 50_000;
const LOOK_EVERY_MS = 2000;
/** A vendor's clock may be behind by so much. */
const CLOCK_SKEW_MS = 60_000;

/** Opens links, and finds out what became of those whose answer got lost. */
export class LinkOpener {
  constructor(private readonly tools: LinkTools) {}

  /** Opens the link and settles its intent. Throws what the vendor said where no link came to be. */
  async open(opening: Opening, reading: Reading): Promise<LinkRecord> {
    const { account, access, request } = opening;
    try {
      return await this.tools.gate.open(gateKey(access), async () =>
        this.#adopt(opening, await account.writes.openLink(request, reading), opening.intent.subject),
      );
    } catch (thrown) {
      const error = asDrawbridgeError(thrown);
      if (error.code === 'STORE_UNAVAILABLE') throw error;
      if (!NO_LINK.has(error.code)) return this.settle(opening, error);
      await this.#fail(opening, error);
      throw error;
    }
  }

  /**
   * Finds out at the vendor whether the link came to be: adopts it, or records that it did not. `lost` is what the
   * caller is told then.
   */
  settle(opening: Opening, lost: DrawbridgeError): Promise<LinkRecord> {
    return this.tools.gate.alone(gateKey(opening.access), async () => {
      const until = opening.intent.askedAt.getTime() + LOOK_FOR_MS;
      for (;;) {
        const found = await this.#look(opening);
        if (found !== undefined) return this.#adopt(opening, found, ITSELF);
        if (this.tools.clock.now() >= until) break;
        await pause(this.tools.clock, LOOK_EVERY_MS);
      }
      await this.#fail(opening, lost);
      throw lost;
    });
  }

  /** The link that the intent made, as far as the vendor tells; where it cannot list, opening again tells. */
  async #look({ account, access, request, intent }: Opening): Promise<OpenedLink | undefined> {
    const { clock, store } = this.tools;
    const reading = { startedAt: clock.monotonic(), maxAgeMs: 0, mayBeFresher: true };
    if (!account.writes.listsOpenLinks) return account.writes.openLink(request, reading);
    const known = (await store.sessions.byRemoteAccesses([access.id])).get(access.id) ?? [];
    const claimed = new Set(known.flatMap(({ vendorRef }) => (vendorRef === null ? [] : [vendorRef])));
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

  async #fail({ account, access, intent, session, request }: Opening, error: DrawbridgeError): Promise<void> {
    const failed: LinkRecord = {
      ...session,
      status: 'FAILED',
      endOwed: false,
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

/** Another link of the same way in has, as a rule, another length. A vendor's clock ticks in seconds. */
function lastsAsAsked({ createdAt, vendorEndsAt }: OpenedLink, { durationSeconds }: LinkRequest): boolean {
  if (createdAt === null || vendorEndsAt === null) return true;
  return Math.abs((vendorEndsAt.getTime() - createdAt.getTime()) / 1000 - durationSeconds) <= 2;
}
