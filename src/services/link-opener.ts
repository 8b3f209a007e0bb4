import type { Account } from '../accounts/account';
import { ACTION_DEADLINE_MS } from '../accounts/steps';
import { asDrawbridgeError, DrawbridgeError, type ErrorCode } from '../domain/errors';
import type { OpenedLink } from '../domain/link';
import { settle } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import { isFinal, type LinkRecord } from '../domain/session';
import type { Intent } from '../stores/ports';
import { type Refusal, refusalOf, TURNED_AWAY } from './link-admission';
import { type AuditFacts, ITSELF } from './link-book';
import type { LinkFinder, Opening } from './link-finder';
import { activated, gateKey, type LinkTools, ownReading, referenceOf } from './link-tools';
import type { MadeAccesses } from './made-accesses';

/** Codes with which it is certain that no link came to be. */
const NO_LINK: ReadonlySet<ErrorCode> = new Set([
  ...TURNED_AWAY,
  'UNSUPPORTED_BY_VENDOR',
  'DEVICE_OFFLINE',
  'NOT_FOUND',
  'VENDOR_UNAUTHORIZED',
  'VENDOR_RATE_LIMITED',
  'VENDOR_QUOTA_EXHAUSTED',
]);

const LOOK_EVERY_MS = 2000;
/** How long to wait behind a look that failed: longer once many have, for a look may be a call that opens. */
const LOOK_AGAIN_MS = 5000;
const MANY_MISSES = 12;
const LOOK_AGAIN_LATE_MS = 60_000;
/** Telling the vendor this much later than it was asked for is noted: a lost link is looked for from then on. */
const NOTED_AFTER_MS = 5000;
/** A VPN that a device was told to bring up may come up within this, and is then owed its end. */
const MAY_COME_MS = 300_000;

const TOO_LATE = new DrawbridgeError(
  'VENDOR_TIMEOUT',
  'The link was not asked for: what became of another one through the same way in took too long to find out.',
);

/** Another process had the first word on a link, and what was opened nevertheless is ended again. */
export const SETTLED_ELSEWHERE = new DrawbridgeError(
  'VENDOR_UNAVAILABLE',
  'Another process of the service had given the link up already. What was opened is ended again.',
);

/** Opens links, and finds out what became of those whose answer got lost. */
export class LinkOpener {
  constructor(
    private readonly tools: LinkTools,
    private readonly finder: LinkFinder,
    private readonly made: MadeAccesses,
  ) {}

  /** Opens the link and settles its intent. Throws what the vendor said where no link came to be. */
  async open(opening: Opening, reading: Reading): Promise<LinkRecord> {
    const { account, request, intent } = opening;
    let told = opening;
    try {
      return await this.#atGate(opening, async () => {
        this.#checkStillWanted(intent);
        const running = await account.writes.foundLink(request, reading);
        if (running !== undefined) return this.#adopt(opening, running, intent.subject);
        told = await this.#tell(opening);
        return this.#adopt(told, await account.writes.openLink(request, reading), intent.subject);
      });
    } catch (thrown) {
      const error = asDrawbridgeError(thrown);
      if (error === SETTLED_ELSEWHERE) throw error;
      if (told !== opening && !error.unsent && !NO_LINK.has(error.code)) return this.settle(told, error);
      return this.#giveUp(told, error);
    }
  }

  /**
   * Finds out at the vendor whether the link came to be: adopts it, or records that it did not. `lost` is what the
   * caller is told then. A look that fails proves nothing, and is repeated for as long as it takes.
   */
  async settle(opening: Opening, lost: DrawbridgeError): Promise<LinkRecord> {
    const { account, access, session } = opening;
    const { gate, pauses, warn } = this.tools;
    for (let misses = 0; !pauses.stopped; ) {
      // Nobody opens while it is looked; and between two looks whoever wants to may.
      const looked = await settle(gate.alone(gateKey(access), () => this.#lookOnce(opening, lost)));
      const became = looked.ok ? looked.value : undefined;
      if (became === 'FAILED') {
        await this.made.takeAwayAfter(account, session.id);
        throw lost;
      }
      if (became !== undefined && became !== 'NOT YET') return became;
      if (!looked.ok && (looked.error === SETTLED_ELSEWHERE || TURNED_AWAY.has(looked.error.code))) {
        throw looked.error;
      }
      if (!looked.ok && misses === 0) {
        warn(`what became of a link at ${account.key} is not known yet`, looked.error);
      }
      misses += looked.ok ? 0 : 1;
      const againMs = misses < MANY_MISSES ? LOOK_AGAIN_MS : LOOK_AGAIN_LATE_MS;
      const everyMs = account.writes.listsOpenLinks ? LOOK_EVERY_MS : LOOK_AGAIN_MS;
      await pauses.wait(looked.ok ? everyMs : againMs);
    }
    throw lost;
  }

  async #lookOnce(opening: Opening, lost: DrawbridgeError): Promise<LinkRecord | 'FAILED' | 'NOT YET'> {
    const isLast = this.tools.clock.now() >= this.finder.until(opening);
    const looked = await settle(this.finder.look(opening, isLast));
    // One that its vendor is still at work on is not there yet. What may come up of it is owed its end.
    const { tookOn = lost.tookOn } = looked.ok ? {} : looked.error;
    if (!looked.ok && looked.error.tookOn === undefined) throw looked.error;
    if (looked.ok && looked.value !== undefined) return this.#adopt(opening, looked.value, ITSELF);
    if (!isLast) return 'NOT YET';
    await this.#fail(opening, lost, tookOn?.connectionRef ?? this.#mayStillCome(opening));
    return 'FAILED';
  }

  /** Whose link is for one address alone is alone while it is opened: what comes up then is its own, or was there. */
  #atGate<T>({ access, request }: Opening, work: () => Promise<T>): Promise<T> {
    const { gate } = this.tools;
    return request.allowedIp === null ? gate.open(gateKey(access), work) : gate.alone(gateKey(access), work);
  }

  /** There is no link, for certain: that is recorded as soon as it can be. Throws the reason. */
  async #giveUp(opening: Opening, error: DrawbridgeError): Promise<never> {
    await this.tools.gate.alone(gateKey(opening.access), () => this.#fail(opening, error));
    await this.made.takeAwayAfter(opening.account, opening.session.id);
    throw error;
  }

  /** Nobody waits any more for a link that had to stand in line for so long. */
  #checkStillWanted({ askedAt }: Intent): void {
    if (this.tools.clock.now() - askedAt.getTime() > ACTION_DEADLINE_MS) throw TOO_LATE;
  }

  /** From here on the link may come to be: noted where a look would not tell, or would look for too short a time. */
  async #tell(opening: Opening): Promise<Opening> {
    const { account, access, intent } = opening;
    const now = this.tools.clock.now();
    const detail = { ...opening.detail, access: access.localId, toldAt: now };
    const isNoted = account.writes.looksBeforeOpening || now - intent.askedAt.getTime() > NOTED_AFTER_MS;
    if (isNoted) await this.tools.book.note(intent, detail);
    return { ...opening, detail };
  }

  /** A VPN that nobody has seen coming up may still do so: the device was told to. All links over it share it. */
  #mayStillCome({ account, access, detail }: Opening): string | null {
    const isLease = access.protocol === 'VPN' && !account.writes.linksEndOnTime;
    const { toldAt } = detail;
    const isSoon = toldAt !== null && this.tools.clock.now() < toldAt + MAY_COME_MS;
    return isLease && isSoon ? access.vendorDeviceId : null;
  }

  async #adopt(opening: Opening, opened: OpenedLink, actor: string): Promise<LinkRecord> {
    const { account, access, request, intent, session, detail } = opening;
    const { clock, store, book } = this.tools;
    const now = clock.now();
    // A connection that the graph itself brought up ends with the last link over it, whoever found it running.
    const others = await store.links.overConnection(account.key, opened.connectionRef, now);
    const refusal = refusalOf(request, opened, { askedAt: intent.askedAt, others });
    if (refusal !== undefined) return this.#turnAway(opening, opened, refusal);
    const foundRunning = opened.foundRunning && others.every((other) => other.foundRunning);
    // What was lost for a while ends when it would have ended.
    const askedEnd =
      actor === ITSELF && session.expiresAt !== null
        ? session.expiresAt
        : new Date(now + request.durationSeconds * 1000);
    const facts = { account, now, port: detail.port, askedEnd };
    const link = activated(session, access, { ...opened, foundRunning }, facts);
    const entry = {
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
    };
    if (await book.settle(intent, link, entry)) return link;
    return this.#afterOthers(account, link, { ...entry, error: SETTLED_ELSEWHERE });
  }

  /**
   * The connection is not as asked for: it lets in others, or is of no use. What came up for this link owes its end
   * from now on, and is ended before the caller hears of it. Throws the reason.
   */
  async #turnAway(opening: Opening, opened: OpenedLink, { error, isOwn }: Refusal): Promise<never> {
    const { account, session, access, intent } = opening;
    const { book, store, clock, warn } = this.tools;
    await this.#fail(opening, error, isOwn ? opened.connectionRef : null);
    const failed = isOwn ? (await store.links.get([session.id])).get(session.id) : undefined;
    const reference = failed === undefined ? undefined : referenceOf(account, failed);
    if (failed === undefined || reference === undefined) throw error;
    const ended = await settle(account.writes.closeLink(reference, ownReading(clock)));
    if (!ended.ok) {
      warn(
        `a connection at ${account.key} is not as it was asked for, and is ended as soon as can be`,
        ended.error,
      );
      throw error;
    }
    const entry = {
      actor: ITSELF,
      action: 'closeSession',
      account: account.key,
      target: session.id,
      detail: { device: session.deviceId, remoteAccess: access.id, status: failed.status, by: intent.action },
    };
    await book.save([{ ...failed, endOwed: false }], [entry]);
    throw error;
  }

  /** Another process had the first word. Where it knows this link all is well; else the link is ended again. */
  async #afterOthers(account: Account, link: LinkRecord, entry: AuditFacts): Promise<LinkRecord> {
    const { store, book, clock } = this.tools;
    const { vendorRef, connectionRef } = link;
    const stands = (await store.links.get([link.id])).get(link.id);
    if (stands !== undefined && isFinal(stands.status)) {
      await book.save([{ ...stands, vendorRef, connectionRef, endOwed: true }], [entry]);
      throw SETTLED_ELSEWHERE;
    }
    const isThis = stands?.vendorRef === vendorRef && stands.connectionRef === connectionRef;
    const reference = referenceOf(account, link);
    if (!isThis && reference !== undefined) await account.writes.closeLink(reference, ownReading(clock));
    if (stands === undefined) throw SETTLED_ELSEWHERE;
    return stands;
  }

  /** `owed` is the connection that may come up yet: its end is then owed as that of any link. */
  async #fail(opening: Opening, error: DrawbridgeError, owed: string | null = null): Promise<void> {
    const { account, access, intent, session, request, detail } = opening;
    const failed: LinkRecord = {
      ...session,
      remoteAccessId: access.id,
      status: 'FAILED',
      connectionRef: owed,
      endOwed: owed !== null,
      accessOwed: detail.create !== null,
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
