import type { Account } from '../accounts/account';
import { DrawbridgeError } from '../domain/errors';
import { parseId } from '../domain/ids';
import type { LinkRequest } from '../domain/link';
import { type Outcome, settle, unwrap } from '../domain/outcome';
import type { NewRemoteAccess, RemoteAccessFacts } from '../domain/remote-access';
import type { LinkRecord, Session } from '../domain/session';
import type { Intent } from '../stores/ports';
import { requireScope } from './authorize';
import type { LinkCloser } from './link-closer';
import type { CreateLinkRequest, OpenAccessRequest } from './link-inputs';
import type { LinkKeeper } from './link-keeper';
import type { LinkOpener } from './link-opener';
import { type IntentDetail, type LinkTools, USUAL_PORT } from './link-tools';
import {
  checkCreateLink,
  checkOpenAccess,
  keyedBy,
  newAccessFor,
  pendingSession,
  type Wanted,
} from './link-wish';
import type { MadeAccesses } from './made-accesses';
import { checkDuration, checkHost, checkProtocol, checkWayIn, violation } from './policy';
import { type Asker, findAccess, findDevice, fitting, notFound, requireCapability } from './targets';

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
    const action = 'createLink';
    requireScope(asker.principal, 'links:use');
    checkCreateLink(input);
    const earlier = await this.#earlier(input.remoteAccessId, keyedBy(asker, action, input));
    if (earlier !== undefined) return this.#replay(earlier, asker);
    const target = await findAccess(this.tools.fleet, input.remoteAccessId, asker);
    requireCapability(target, 'CREATE_LINK');
    const { access } = target;
    if (access.protocol === 'VPN') requireScope(asker.principal, 'vpn:write');
    checkWayIn(access, this.tools.policyOf(access.account));
    return this.#begin({ ...target, create: null, input, asker, action, port: null });
  }

  /**
   * Opens a link to a service of a device, through the way in that fits or one that is made for it. Throws as
   * {@link createLink} does; FORBIDDEN also where a way in would have to be made without `remote_access:write`.
   */
  async openAccess(input: OpenAccessRequest, asker: Asker): Promise<LinkAnswer> {
    const action = 'openAccess';
    requireScope(asker.principal, 'links:use');
    checkOpenAccess(input);
    const earlier = await this.#earlier(input.deviceId, keyedBy(asker, action, input));
    if (earlier !== undefined) return this.#replay(earlier, asker);
    const target = await findDevice(this.tools.fleet, input.deviceId, asker);
    requireCapability(target, 'CREATE_LINK');
    const policy = this.tools.policyOf(target.account.key);
    checkProtocol(input.protocol, policy);
    if (input.host !== null && input.host !== undefined) checkHost(input.host, policy);
    const accesses = await target.account.remoteAccesses([target.device.vendorDeviceId], asker.reading);
    const listed = accesses.get(target.device.vendorDeviceId);
    const access = fitting(await this.made.lasting(listed === undefined ? [] : unwrap(listed)), input);
    if (access !== undefined) checkWayIn(access, policy);
    const wanted = { ...target, input, asker, action };
    if (access?.protocol === 'VPN') {
      requireScope(asker.principal, 'vpn:write');
      return this.#begin({ ...wanted, access, create: null, port: input.port ?? USUAL_PORT[input.protocol] });
    }
    if (access !== undefined) return this.#begin({ ...wanted, access, create: null, port: null });
    requireCapability(target, 'CREATE_REMOTE_ACCESS');
    requireScope(asker.principal, 'remote_access:write');
    const create = newAccessFor(target, input, this.tools.newId);
    return this.#begin({ ...wanted, access: null, create, port: null });
  }

  /** Ends a link now. One that is over already is no error. Throws NOT_FOUND, FORBIDDEN, VENDOR_*. */
  async close(id: string, { principal, reading }: Asker): Promise<Session> {
    requireScope(principal, 'links:use');
    const { account: key } = parseId(id, 'session');
    const account = this.tools.fleet.find(principal, key);
    if (account === undefined) throw notFound('session');
    const opening = this.#opening.get(id);
    if (opening !== undefined) await this.#inTime(opening);
    const link = await this.#findLink(id);
    if (link === undefined) throw notFound('session');
    if (isLease(account, link)) requireScope(principal, 'vpn:write');
    if (link.status === 'PENDING') {
      throw new DrawbridgeError(
        'VENDOR_UNAVAILABLE',
        'The link is still being opened: end it once that is settled.',
        {
          source: { vendor: account.vendor, account: key },
          retryable: true,
          retryAfterSeconds: 5,
        },
      );
    }
    return this.closer.close(account, link, {
      actor: principal.subject,
      action: 'closeSession',
      status: 'CLOSED',
      reading,
    });
  }

  /** Resolves once every link that is on its way has been settled. */
  async idle(): Promise<void> {
    await Promise.all(this.#opening.values());
  }

  /**
   * What the same key began before, in an account that the caller still has; nothing of a vendor is looked at, so that
   * it is found also where the target is gone or its vendor is down.
   */
  async #earlier(target: string, asking: ReturnType<typeof keyedBy>): Promise<Intent | undefined> {
    const { account, kind } = parseId(target);
    if (this.tools.fleet.find(asking.principal, account) === undefined) {
      throw notFound(kind === 'access' ? 'remote access' : kind);
    }
    return this.tools.book.earlier(asking);
  }

  /** Records the intent and opens the link, unless the same key did before. */
  async #begin(wanted: Wanted): Promise<LinkAnswer> {
    const { account, access, create, input, asker, action } = wanted;
    checkDuration(input.durationSeconds, this.tools.policyOf(account.key));
    const { durationSeconds, allowedIp = null } = input;
    const limits = { durationSeconds, allowedIp };
    if (account.writes.refuses({ ...limits, access: access ?? factsOf(create) }) === 'ALLOWED_IP') {
      throw violation('allowedIp: the vendor cannot restrict this link to one address.');
    }
    const session = pendingSession(wanted, this.tools);
    const { port } = wanted;
    const detail: IntentDetail = { ...limits, access: access?.localId ?? null, create, port, toldAt: null };
    const opened = await this.tools.book.open(
      { ...keyedBy(asker, action, input), account: account.key, detail: { ...detail } },
      session,
    );
    if (!opened.begun) return this.#replay(opened.earlier, asker);
    return { session: await this.#run(wanted, { intent: opened.intent, session, detail }), replayed: false };
  }

  /** Answers the link, or the PENDING session where the vendor takes longer than a caller waits. */
  async #run(wanted: Wanted, begun: Begun): Promise<Session> {
    const { id } = begun.session;
    const running = settle(this.#carryOut(wanted, begun)).finally(async () => {
      this.#opening.delete(id);
      this.keeper.wake();
      await this.tools.book.letGo(begun.intent);
    });
    this.#opening.set(id, running);
    return this.#patiently(running, begun.session);
  }

  async #carryOut(wanted: Wanted, { intent, session, detail }: Begun): Promise<LinkRecord> {
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
    const link = await this.opener.open(opening, reading);
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

  async #replay({ sessionId, account: key }: Intent, { principal }: Asker): Promise<LinkAnswer> {
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
    const session = running === undefined ? known : await this.#patiently(running, known);
    return { session, replayed: true };
  }

  /** A link of this graph, or one made elsewhere that a read has seen and that its vendor can end. */
  async #findLink(id: string): Promise<LinkRecord | undefined> {
    const own = (await this.tools.store.links.get([id])).get(id);
    if (own !== undefined) return own;
    const seen = (await this.tools.store.sessions.get([id])).get(id);
    if (seen === undefined) return undefined;
    const connectionRef = seen.vendorRef?.split(':').at(-1) ?? null;
    return { ...seen, connectionRef, foundRunning: false, endOwed: false, accessOwed: false };
  }
}

/** An intent that is durable, and the PENDING session that it makes. */
interface Begun {
  readonly intent: Intent;
  readonly session: LinkRecord;
  readonly detail: IntentDetail;
}

/** A link over the VPN, which is one of the vendor's connection and no link of the vendor's own. */
function isLease({ hasVpn }: Account, { vendorRef, connectionRef }: LinkRecord): boolean {
  return hasVpn && vendorRef === null && connectionRef !== null;
}

function factsOf(create: NewRemoteAccess | null): RemoteAccessFacts {
  if (create === null) throw new Error('a link needs a way in');
  return { ...create, localId: '' };
}
