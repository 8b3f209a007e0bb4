import type { Account } from '../accounts/account';
import { settle, unwrap } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import type { RemoteAccess, RemoteAccessChanges } from '../domain/remote-access';
import { isFinal, statusAt } from '../domain/session';
import { requireScope } from './authorize';
import type { AuditFacts, Opened } from './link-book';
import type { CreateRemoteAccessRequest, UpdateRemoteAccessRequest } from './link-inputs';
import { type LinkTools, ownReading } from './link-tools';
import { checkHost, checkName, checkPort, checkProtocol, violation } from './policy';
import { reconcile } from './reconcile';
import { type AccessTarget, type Asker, findAccess, findDevice, requireCapability } from './targets';

/** Configuring ways into devices. Every method throws FORBIDDEN without `remote_access:write`, and as targets do. */
export class AccessWriteService {
  constructor(private readonly tools: LinkTools) {}

  /** Adds a way in. Throws UNSUPPORTED_BY_VENDOR, POLICY_VIOLATION, BAD_USER_INPUT, STORE_UNAVAILABLE, VENDOR_*. */
  async create(input: CreateRemoteAccessRequest, asker: Asker): Promise<RemoteAccess> {
    requireScope(asker.principal, 'remote_access:write');
    const target = await findDevice(this.tools.fleet, input.deviceId, asker);
    requireCapability(target, 'CREATE_REMOTE_ACCESS');
    const { name, protocol, host, port } = input;
    this.#check(target.account, { name, protocol, host, port });
    const wanted = { vendorDeviceId: target.device.vendorDeviceId, name, protocol, host, port };
    return this.#recorded(
      {
        asker,
        action: 'createRemoteAccess',
        account: target.account,
        target: target.device.id,
        input: { ...input },
      },
      () => target.account.writes.createAccess(wanted, asker.reading),
    );
  }

  /** Changes a way in; what is left out stays. */
  async update(input: UpdateRemoteAccessRequest, asker: Asker): Promise<RemoteAccess> {
    requireScope(asker.principal, 'remote_access:write');
    const target = await findAccess(this.tools.fleet, input.remoteAccessId, asker);
    requireCapability(target, 'UPDATE_REMOTE_ACCESS');
    const { remoteAccessId, ...given } = input;
    const changes: RemoteAccessChanges = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
    );
    this.#check(target.account, changes);
    if (Object.keys(changes).length === 0) return target.access;
    return this.#recorded(
      {
        asker,
        action: 'updateRemoteAccess',
        account: target.account,
        target: target.access.id,
        input: { remoteAccessId, ...changes },
      },
      () => target.account.writes.updateAccess(target.access, changes, asker.reading),
    );
  }

  /** Takes a way in away. Throws POLICY_VIOLATION for one that belongs to the device itself. */
  async remove(id: string, asker: Asker): Promise<string> {
    requireScope(asker.principal, 'remote_access:write');
    const target = await findAccess(this.tools.fleet, id, asker);
    requireCapability(target, 'DELETE_REMOTE_ACCESS');
    if (target.access.builtIn === true) {
      throw violation("The device's own way in cannot be deleted.");
    }
    await this.#recorded(
      {
        asker,
        action: 'deleteRemoteAccess',
        account: target.account,
        target: target.access.id,
        input: { id },
      },
      async () => {
        await target.account.writes.removeAccess(target.access, asker.reading);
        return target.access;
      },
    );
    const looked = await settle(this.#endLinksThrough(target, asker.principal));
    if (!looked.ok)
      this.tools.warn('links through a way in that is gone could not be looked at', looked.error);
    return target.access.id;
  }

  /** What led through a way in that is gone is over where its vendor no longer lists it. No link known: no call. */
  async #endLinksThrough({ account, access }: AccessTarget, { subject }: Principal): Promise<void> {
    const { store, book, clock } = this.tools;
    const all = (await store.sessions.byRemoteAccesses([access.id])).get(access.id) ?? [];
    const known = all.filter((session) => !isFinal(statusAt(session, clock.now())));
    if (known.length === 0) return;
    const answer = await account.sessions(new Map([[access.localId, true]]), ownReading(clock));
    const outcome = answer.get(access.localId);
    if (outcome === undefined) return;
    const gone = reconcile({ vendor: account.vendor, access, known, listed: unwrap(outcome) });
    const detail = { by: 'deleteRemoteAccess' };
    const entry = { actor: subject, action: 'closeSession', account: account.key, detail };
    await store.sessions.save(gone, ({ ended }) =>
      ended.map(({ id, reason }) => book.entry({ ...entry, target: id, reason })),
    );
  }

  #check(account: Account, { name, protocol, host, port }: RemoteAccessChanges): void {
    const policy = this.tools.policyOf(account.key);
    if (name !== undefined) checkName(name);
    if (protocol !== undefined) checkProtocol(protocol, policy);
    if (host !== undefined) checkHost(host, policy);
    if (port !== undefined) checkPort(port);
  }

  /** The intent is durable before the vendor is called, and settled after, whatever came of it. */
  async #recorded(asking: Recorded, act: () => Promise<RemoteAccess>): Promise<RemoteAccess> {
    const { asker, action, account, target, input } = asking;
    const { principal } = asker;
    const opened = await this.tools.book.open(
      { principal, action, account: account.key, input, idempotencyKey: null, detail: input },
      null,
    );
    const entry = { actor: principal.subject, action, account: account.key, detail: input };
    const outcome = await settle(act());
    await settleOrWarn(
      this.tools,
      opened,
      outcome.ok ? { ...entry, target: outcome.value.id } : { ...entry, target, error: outcome.error },
    );
    return unwrap(outcome);
  }
}

interface Recorded {
  readonly asker: { readonly principal: Principal };
  readonly action: string;
  readonly account: Account;
  /** What the audit log names where nothing came of it: the way in, or the device of one that was to be made. */
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * Writes down what became of an action that makes no link. The caller is told what the vendor said, also where that
 * could not be written: STORE_UNAVAILABLE would say that nothing was asked of a vendor. The settler settles it.
 */
export async function settleOrWarn(
  { book, warn }: Pick<LinkTools, 'book' | 'warn'>,
  opened: Opened,
  entry: AuditFacts,
): Promise<void> {
  if (!opened.begun) return;
  try {
    await book.settle(opened.intent, null, entry);
  } catch (thrown) {
    warn(`what became of ${entry.action} at ${entry.account} could not be written down`, thrown);
    await book.letGo(opened.intent);
  }
}
