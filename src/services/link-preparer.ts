import { parseId } from '../domain/ids';
import { unwrap } from '../domain/outcome';
import type { NewRemoteAccess, RemoteAccessFacts } from '../domain/remote-access';
import type { LinkRecord } from '../domain/session';
import type { Intent } from '../stores/ports';
import { requireScope } from './authorize';
import type { CreateLinkRequest, OpenAccessRequest } from './link-inputs';
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

/** An intent that is durable, and the PENDING session that it makes. */
export interface Begun {
  readonly wanted: Wanted;
  readonly intent: Intent;
  readonly session: LinkRecord;
  readonly detail: IntentDetail;
}

/** What a wish has come to before a vendor is asked: a new intent, or the one that the same key began. */
export type Prepared = Begun | { readonly earlier: Intent };

/**
 * All that comes before a vendor is asked to open a link: scopes, syntax, the caller's key, the target, what its vendor
 * can do, policy, and the intent. A key is looked up before the target, so that its session is answered also where the
 * target is gone or its vendor is down.
 */
export class LinkPreparer {
  constructor(
    private readonly tools: LinkTools,
    private readonly made: MadeAccesses,
  ) {}

  /** Prepares a link through a way in. */
  async createLink(input: CreateLinkRequest, asker: Asker): Promise<Prepared> {
    const action = 'createLink';
    requireScope(asker.principal, 'links:use');
    checkCreateLink(input);
    const earlier = await this.#earlier(input.remoteAccessId, keyedBy(asker, action, input));
    if (earlier !== undefined) return { earlier };
    const target = await findAccess(this.tools.fleet, input.remoteAccessId, asker);
    requireCapability(target, 'CREATE_LINK');
    const { access } = target;
    if (access.protocol === 'VPN') requireScope(asker.principal, 'vpn:write');
    checkWayIn(access, this.tools.policyOf(access.account));
    return this.#begin({ ...target, create: null, input, asker, action, port: null });
  }

  /** Prepares a link to a service of a device, with the way in that fits or one that is to be made. */
  async openAccess(input: OpenAccessRequest, asker: Asker): Promise<Prepared> {
    const action = 'openAccess';
    requireScope(asker.principal, 'links:use');
    checkOpenAccess(input);
    const earlier = await this.#earlier(input.deviceId, keyedBy(asker, action, input));
    if (earlier !== undefined) return { earlier };
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

  /** What the same key began before; where there is nothing, a new intent can be written. */
  async #earlier(target: string, asking: ReturnType<typeof keyedBy>): Promise<Intent | undefined> {
    const { account, kind } = parseId(target);
    if (this.tools.fleet.find(asking.principal, account) === undefined) {
      throw notFound(kind === 'access' ? 'remote access' : kind);
    }
    const earlier = await this.tools.book.earlier(asking);
    if (earlier === undefined) await this.tools.book.assertWritable();
    return earlier;
  }

  /** Records the intent, unless the same key did before. */
  async #begin(wanted: Wanted): Promise<Prepared> {
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
    if (!opened.begun) return { earlier: opened.earlier };
    return { wanted, intent: opened.intent, session, detail };
  }
}

function factsOf(create: NewRemoteAccess | null): RemoteAccessFacts {
  if (create === null) throw new Error('a link needs a way in');
  return { ...create, localId: '' };
}
