import type { Account } from '../accounts/account';
import { DrawbridgeError } from '../domain/errors';
import { parseId } from '../domain/ids';
import type { LinkRequest } from '../domain/link';
import { type Outcome, settle, unwrap } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import { isFinal, type LinkRecord, type Session, statusAt } from '../domain/session';
import type { Intent } from '../stores/ports';
import type { Attempt } from './attempts';
import { requireScope } from './authorize';
import type { LinkCloser } from './link-closer';
import type { CreateLinkRequest, OpenAccessRequest } from './link-inputs';
import type { LinkKeeper } from './link-keeper';
import type { LinkOpener } from './link-opener';
import type { Begun, LinkPreparer, Prepared } from './link-preparer';
import type { LinkTools } from './link-tools';
import type { MadeAccesses } from './made-accesses';
import { type Asker, notFound } from './targets';

/** A link, and whether the same key had already made it. */
export interface LinkAnswer {
  readonly session: Session;
  readonly replayed: boolean;
}

/** How long a caller waits for a link; then it gets the PENDING session, and the vendor's work goes on. */
const CALLER_WAITS_MS = 30_000;

/** Opening and ending links. */
export class LinkService {
  /** Links on their way, by the id of their session: whoever comes with the same key waits for the same. */
  readonly #opening = new Map<string, Promise<Outcome<LinkRecord>>>();

  constructor(
    private readonly tools: LinkTools,
    private readonly preparer: LinkPreparer,
    private readonly opener: LinkOpener,
    private readonly closer: LinkCloser,
    private readonly keeper: LinkKeeper,
    private readonly made: MadeAccesses,
  ) {}

  /**
   * Opens a link through a way in. Throws BAD_USER_INPUT, NOT_FOUND, FORBIDDEN, UNSUPPORTED_BY_VENDOR,
   * POLICY_VIOLATION, IDEMPOTENCY_CONFLICT and STORE_UNAVAILABLE before a vendor is asked to open anything;
   * DEVICE_OFFLINE and VENDOR_* where it was and there is no link.
   */
  async createLink(input: CreateLinkRequest, asker: Asker): Promise<LinkAnswer> {
    const { principal } = asker;
    const attempt = { principal, action: 'createLink', target: input.remoteAccessId, input: { ...input } };
    return this.#open(attempt, () => this.preparer.createLink(input, asker));
  }

  /**
   * Opens a link to a service of a device, through the way in that fits or one that is made for it. Throws as
   * {@link createLink} does; FORBIDDEN also where a way in would have to be made without `remote_access:write`.
   */
  async openAccess(input: OpenAccessRequest, asker: Asker): Promise<LinkAnswer> {
    const { principal } = asker;
    const attempt = { principal, action: 'openAccess', target: input.deviceId, input: { ...input } };
    return this.#open(attempt, () => this.preparer.openAccess(input, asker));
  }

  /** Ends a link now. One that is over already is no error. Throws NOT_FOUND, FORBIDDEN, VENDOR_*. */
  async close(id: string, asker: Asker): Promise<Session> {
    const { principal, reading } = asker;
    const { attempts, clock } = this.tools;
    const attempt = { principal, action: 'closeSession', target: id };
    const { account, link } = await attempts.watch(attempt, () => this.#toClose(id, asker));
    if (isFinal(statusAt(link, clock.now())) && !link.endOwed) {
      await attempts.repeated(attempt, id, { status: statusAt(link, clock.now()) });
    }
    return this.closer.close(account, link, {
      actor: principal.subject,
      action: 'closeSession',
      status: 'CLOSED',
      reading,
    });
  }

  async #toClose(
    id: string,
    { principal }: Asker,
  ): Promise<{ readonly account: Account; readonly link: LinkRecord }> {
    requireScope(principal, 'links:use');
    const { account: key } = parseId(id, 'session');
    const account = this.tools.fleet.find(principal, key);
    if (account === undefined) throw notFound('session');
    await this.tools.book.assertWritable();
    const opening = this.#opening.get(id);
    if (opening !== undefined) await this.#inTime(opening);
    const link = await this.#findLink(id);
    if (link === undefined) throw notFound('session');
    if (isLease(account, link)) requireScope(principal, 'vpn:write');
    if (link.status !== 'PENDING') return { account, link };
    throw new DrawbridgeError(
      'VENDOR_UNAVAILABLE',
      'The link is still being opened: end it once that is settled.',
      { source: { vendor: account.vendor, account: key }, retryable: true, retryAfterSeconds: 5 },
    );
  }

  /** Resolves once every link that is on its way has been settled. */
  async idle(): Promise<void> {
    await Promise.all(this.#opening.values());
  }

  /** Opens the link, or answers the one that the same key has opened before. */
  async #open(attempt: Attempt, prepare: () => Promise<Prepared>): Promise<LinkAnswer> {
    const { attempts } = this.tools;
    const prepared = await attempts.watch(attempt, async () => {
      const one = await prepare();
      return 'earlier' in one ? this.#earlier(one.earlier, attempt.principal) : one;
    });
    if (!('known' in prepared)) return { session: await this.#run(prepared), replayed: false };
    const { known, running } = prepared;
    await attempts.repeated(attempt, known.id, { replayed: true });
    return { session: running === undefined ? known : await this.#patiently(running, known), replayed: true };
  }

  /** The session of an earlier intent. Throws FORBIDDEN where the caller may not use it any more. */
  async #earlier({ sessionId, account: key }: Intent, principal: Principal): Promise<Earlier> {
    const account = this.tools.fleet.find(principal, key);
    const running = sessionId === null ? undefined : this.#opening.get(sessionId);
    const known =
      sessionId === null ? undefined : (await this.tools.store.links.get([sessionId])).get(sessionId);
    if (known === undefined || account === undefined) {
      throw new DrawbridgeError(
        'INTERNAL_SERVER_ERROR',
        'The ledger does not hold the session of an earlier call.',
      );
    }
    if (isLease(account, known)) requireScope(principal, 'vpn:write');
    return { known, running };
  }

  /** Answers the link, or the PENDING session where the vendor takes longer than a caller waits. */
  async #run(begun: Begun): Promise<Session> {
    const { id } = begun.session;
    const running = settle(this.#carryOut(begun)).finally(async () => {
      this.#opening.delete(id);
      this.keeper.wake();
      await this.tools.book.letGo(begun.intent);
    });
    this.#opening.set(id, running);
    return this.#patiently(running, begun.session);
  }

  async #carryOut({ wanted, intent, session, detail }: Begun): Promise<LinkRecord> {
    const { account, create } = wanted;
    const { reading } = wanted.asker;
    const access =
      wanted.access ?? (await this.made.make(account, create, { intent, session, detail, reading }));
    const request: LinkRequest = {
      access,
      durationSeconds: detail.durationSeconds,
      allowedIp: detail.allowedIp,
    };
    const noted = { ...detail, access: access.localId };
    const opening = { account, access, request, intent, detail: noted, session };
    const link = unwrap(named(account, await settle(this.opener.open(opening, reading))));
    if (access.protocol === 'VPN') {
      account.writes.learnVpn(access.vendorDeviceId, { connected: true, ipAddress: link.host });
    }
    return link;
  }

  async #patiently(running: Promise<Outcome<LinkRecord>>, pending: Session): Promise<Session> {
    const outcome = await this.#inTime(running);
    return outcome === undefined ? pending : unwrap(outcome);
  }

  /** Undefined where it takes longer than a caller waits. */
  async #inTime<T>(running: Promise<T>): Promise<T | undefined> {
    let cancel = (): void => {};
    const late = new Promise<undefined>((resolve) => {
      cancel = this.tools.clock.schedule(CALLER_WAITS_MS, () => resolve(undefined));
    });
    try {
      return await Promise.race([running, late]);
    } finally {
      cancel();
    }
  }

  /** A link of this graph, or one made elsewhere that a read has seen and that its vendor can end. */
  async #findLink(id: string): Promise<LinkRecord | undefined> {
    const own = (await this.tools.store.links.get([id])).get(id);
    if (own !== undefined) return own;
    const seen = (await this.tools.store.sessions.get([id])).get(id);
    if (seen === undefined) return undefined;
    const connectionRef = seen.vendorRef?.split(':').at(-1) ?? null;
    return {
      ...seen,
      connectionRef,
      foundRunning: false,
      endOwed: false,
      accessOwed: false,
      allowedIp: null,
    };
  }
}

/** What the same key opened before. */
interface Earlier {
  readonly known: LinkRecord;
  /** There while it is still being opened. */
  readonly running: Promise<Outcome<LinkRecord>> | undefined;
}

/** An error that is the vendor's names its account, also where it was found out here and not by a call. */
function named<T>({ vendor, key }: Account, outcome: Outcome<T>): Outcome<T> {
  if (outcome.ok || !outcome.error.code.startsWith('VENDOR_')) return outcome;
  return { ok: false, error: outcome.error.from({ vendor, account: key }) };
}

/** A link over the VPN, which is one of the vendor's connection and no link of the vendor's own. */
function isLease({ hasVpn }: Account, { vendorRef, connectionRef }: LinkRecord): boolean {
  return hasVpn && vendorRef === null && connectionRef !== null;
}
