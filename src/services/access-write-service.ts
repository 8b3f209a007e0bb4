import type { Account } from '../accounts/account';
import type { Capability } from '../domain/capability';
import { parseId } from '../domain/ids';
import { settle, unwrap } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import type { RemoteAccess, RemoteAccessChanges } from '../domain/remote-access';
import { isFinal, statusAt } from '../domain/session';
import type { Attempt } from './attempts';
import { requireScope } from './authorize';
import type { AuditFacts, Opened } from './link-book';
import type { CreateRemoteAccessRequest, UpdateRemoteAccessRequest } from './link-inputs';
import { type LinkTools, ownReading } from './link-tools';
import { checkHost, checkName, checkPort, checkProtocol, violation } from './policy';
import { reconcile } from './reconcile';
import {
  type AccessTarget,
  type Asker,
  findAccess,
  findDevice,
  notFound,
  requireCapability,
} from './targets';

/** Configuring ways into devices. Every method throws FORBIDDEN without `remote_access:write`, and as targets do. */
export class AccessWriteService {
  constructor(private readonly tools: LinkTools) {}

  /** Adds a way in. Throws UNSUPPORTED_BY_VENDOR, POLICY_VIOLATION, BAD_USER_INPUT, STORE_UNAVAILABLE, VENDOR_*. */
  async create(input: CreateRemoteAccessRequest, asker: Asker): Promise<RemoteAccess> {
    const { deviceId, name, protocol, host, port } = input;
    const facts = { name, protocol, host, port };
    const attempt = { ...attemptOf(asker, 'createRemoteAccess', deviceId), input: { deviceId, ...facts } };
    const begun = await this.tools.attempts.watch(attempt, async () => {
      await this.#admit(asker, deviceId, 'device');
      const target = await findDevice(this.tools.fleet, deviceId, asker);
      requireCapability(target, 'CREATE_REMOTE_ACCESS');
      this.#check(target.account, facts);
      return this.#begin(attempt, target.account, { ...target, id: target.device.id });
    });
    const { account, device } = begun.target;
    const wanted = { vendorDeviceId: device.vendorDeviceId, ...facts };
    return this.#carryOut(begun, () => account.writes.createAccess(wanted, asker.reading));
  }

  /** Changes a way in; what is left out stays. */
  async update(input: UpdateRemoteAccessRequest, asker: Asker): Promise<RemoteAccess> {
    const { remoteAccessId, ...given } = input;
    const changes: RemoteAccessChanges = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
    );
    const attempt = {
      ...attemptOf(asker, 'updateRemoteAccess', remoteAccessId),
      input: { remoteAccessId, ...changes },
    };
    const begun = await this.tools.attempts.watch(attempt, async () => {
      const target = await this.#target(remoteAccessId, 'UPDATE_REMOTE_ACCESS', asker);
      this.#check(target.account, changes);
      if (Object.keys(changes).length === 0) return target.access;
      return this.#begin(attempt, target.account, { ...target, id: target.access.id });
    });
    if (!('opened' in begun)) {
      await this.tools.attempts.repeated(attempt, begun.id, { changed: false });
      return begun;
    }
    const { account, access } = begun.target;
    return this.#carryOut(begun, () => account.writes.updateAccess(access, changes, asker.reading));
  }

  /** Takes a way in away. Throws POLICY_VIOLATION for one that belongs to the device itself. */
  async remove(id: string, asker: Asker): Promise<string> {
    const attempt = { ...attemptOf(asker, 'deleteRemoteAccess', id), input: { id } };
    const begun = await this.tools.attempts.watch(attempt, async () => {
      const target = await this.#target(id, 'DELETE_REMOTE_ACCESS', asker);
      if (target.access.builtIn === true) throw violation("The device's own way in cannot be deleted.");
      return this.#begin(attempt, target.account, { ...target, id: target.access.id });
    });
    const { target } = begun;
    await this.#carryOut(begun, async () => {
      await target.account.writes.removeAccess(target.access, asker.reading);
      return target.access;
    });
    const looked = await settle(this.#endLinksThrough(target, asker.principal));
    if (!looked.ok)
      this.tools.warn('links through a way in that is gone could not be looked at', looked.error);
    return target.access.id;
  }

  /** The scope, the account and the store, before anything is looked up at a vendor. */
  async #admit({ principal }: Asker, id: string, kind: 'device' | 'access'): Promise<void> {
    requireScope(principal, 'remote_access:write');
    if (this.tools.fleet.find(principal, parseId(id, kind).account) === undefined) {
      throw notFound(kind === 'access' ? 'remote access' : kind);
    }
    await this.tools.book.assertWritable();
  }

  async #target(id: string, capability: Capability, asker: Asker): Promise<AccessTarget> {
    await this.#admit(asker, id, 'access');
    const target = await findAccess(this.tools.fleet, id, asker);
    requireCapability(target, capability);
    return target;
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

  /** The intent is durable before the vendor is called. */
  async #begin<T extends { readonly id: string }>(
    { principal, action, input }: Recordable,
    account: Account,
    target: T,
  ): Promise<BegunWrite<T>> {
    const asking = { principal, action, account: account.key, input, idempotencyKey: null, detail: input };
    const opened = await this.tools.book.open(asking, null);
    const entry = { actor: principal.subject, action, account: account.key, detail: input };
    return { target, opened, entry };
  }

  /** Acts, and settles the intent, whatever came of it. */
  async #carryOut(
    { target, opened, entry }: BegunWrite<{ readonly id: string }>,
    act: () => Promise<RemoteAccess>,
  ): Promise<RemoteAccess> {
    const outcome = await settle(act());
    await settleOrWarn(
      this.tools,
      opened,
      outcome.ok
        ? { ...entry, target: outcome.value.id }
        : { ...entry, target: target.id, error: outcome.error },
    );
    return unwrap(outcome);
  }
}

/** An attempt as its intent tells it. */
type Recordable = Attempt & { readonly input: Readonly<Record<string, unknown>> };

/** What is being done. */
interface BegunWrite<T> {
  /** With the id that the audit log names where nothing came of it: the way in, or the device of one to be made. */
  readonly target: T;
  readonly opened: Opened;
  readonly entry: Omit<AuditFacts, 'target'>;
}

function attemptOf({ principal }: Asker, action: string, target: string): Attempt {
  return { principal, action, target };
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
