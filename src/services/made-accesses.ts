import type { Account } from '../accounts/account';
import { asDrawbridgeError, DrawbridgeError, type ErrorCode } from '../domain/errors';
import { settle, unwrap } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { NewRemoteAccess, RemoteAccess } from '../domain/remote-access';
import { type LinkRecord, statusAt } from '../domain/session';
import type { Intent } from '../stores/ports';
import { ITSELF } from './link-book';
import { LOOK_FOR_MS } from './link-finder';
import { gateKey, type IntentDetail, type LinkTools, ownReading } from './link-tools';

/** For which link a way in is made. */
export interface MakingFor {
  readonly intent: Intent;
  readonly session: LinkRecord;
  readonly detail: IntentDetail;
  readonly reading: Reading;
}

/** Codes with which nobody knows whether the vendor did what it was asked. */
const UNKNOWN: ReadonlySet<ErrorCode> = new Set(['VENDOR_TIMEOUT', 'VENDOR_UNAVAILABLE']);

const LOOK_EVERY_MS = 2000;

/**
 * Ways in that are made for one link. Where the link does not come to be, its session owes in the ledger that its way
 * in is taken away, until the vendor has confirmed that it is gone.
 */
export class MadeAccesses {
  constructor(private readonly tools: LinkTools) {}

  /** Makes a way in. Where that fails the intent is settled, and nothing of it is left. Throws what the vendor said. */
  async make(account: Account, create: NewRemoteAccess | null, making: MakingFor): Promise<RemoteAccess> {
    const { intent, session, detail } = making;
    if (create === null) throw new Error('a link without a way in has one to be made');
    const made = await settle(this.#tryToMake(account, create, making));
    if (made.ok) {
      // Where that cannot be written the way in is found by its name.
      await this.noteMade(made.value, intent, detail);
      return made.value;
    }
    // Nobody knows yet whether it was made: that is left to the next start.
    if (this.tools.pauses.stopped) throw made.error;
    const left = await this.find(account, create).catch(() => undefined);
    if (left !== undefined) await settle(this.noteMade(left, intent, detail));
    const failed = {
      ...session,
      remoteAccessId: left?.id ?? null,
      status: 'FAILED',
      accessOwed: left !== undefined,
    } as const;
    await this.tools.book.settle(intent, failed, {
      actor: intent.subject,
      action: intent.action,
      account: account.key,
      target: session.id,
      detail: { device: session.deviceId },
      error: made.error,
      reason: session.reason,
    });
    if (left !== undefined) await this.takeAwayAfter(account, session.id);
    throw made.error;
  }

  /** Takes away what was made for a link that did not come to be; where that fails it stays owed. Never throws. */
  async takeAwayAfter(account: Account, sessionId: string): Promise<void> {
    const { store, warn } = this.tools;
    try {
      const link = (await store.links.get([sessionId])).get(sessionId);
      if (link?.accessOwed === true) await this.takeAway(account, link);
    } catch (thrown) {
      warn(`a way in that was made for a link at ${account.key} could not be removed yet`, thrown);
    }
  }

  /** Writes down which way in was made for the link: what a restart needs, and an entry of its own in the audit log. */
  noteMade(access: RemoteAccess, intent: Intent, detail: IntentDetail): Promise<void> {
    const { name, protocol, host, port } = access;
    return this.tools.book.note(
      intent,
      { ...detail, access: access.localId },
      {
        actor: intent.subject,
        action: 'createRemoteAccess',
        account: intent.account,
        target: access.id,
        detail: { deviceId: access.deviceId, name, protocol, host, port, by: intent.action },
      },
    );
  }

  /**
   * Takes the way in of a link away. False where that has to wait: another link of this graph uses it, for somebody
   * else may have found it meanwhile. Throws what the vendor said.
   */
  async takeAway(account: Account, { id: linkId, remoteAccessId }: LinkRecord): Promise<boolean> {
    const { gate, store, book, clock } = this.tools;
    if (remoteAccessId === null) return true;
    // Nobody opens a link through it between the question who uses it and the vendor's answer.
    return gate.alone(gateKey({ id: remoteAccessId }), async () => {
      const link = (await store.links.get([linkId])).get(linkId);
      const localId = remoteAccessId.slice(`${account.key}:access:`.length);
      const vendorDeviceId = account.deviceOfAccess(localId);
      if (link?.accessOwed !== true || vendorDeviceId === undefined) return true;
      if (await this.#isUsed(remoteAccessId)) return false;
      const entry = {
        actor: ITSELF,
        action: 'deleteRemoteAccess',
        account: account.key,
        target: remoteAccessId,
        detail: { link: linkId },
      } as const;
      // One that is gone already is removed: so it can be asked for again where nobody knows.
      const removed = await settle(
        account.writes.removeAccess({ localId, vendorDeviceId }, ownReading(clock)),
      );
      if (!removed.ok) await settle(book.audit({ ...entry, error: removed.error }));
      unwrap(removed);
      await book.save([{ ...link, accessOwed: false }], [entry]);
      return true;
    });
  }

  /** Ways in without those that are to be taken away again: nobody should begin to use them. */
  async lasting(accesses: readonly RemoteAccess[]): Promise<readonly RemoteAccess[]> {
    if (accesses.length === 0) return accesses;
    const owed = await this.tools.store.links.accessesOwed();
    const going = new Set(owed.map(({ remoteAccessId }) => remoteAccessId));
    return accesses.filter(({ id }) => !going.has(id));
  }

  /** The way in that was made under its own name, as far as the vendor lists it. */
  async find(account: Account, create: NewRemoteAccess): Promise<RemoteAccess | undefined> {
    const listed = await account.remoteAccesses([create.vendorDeviceId], ownReading(this.tools.clock));
    const outcome = listed.get(create.vendorDeviceId);
    return outcome === undefined ? undefined : unwrap(outcome).find(({ name }) => name === create.name);
  }

  /** The same, for as long as its vendor may still be at work on it. A look that fails is repeated. */
  async findLate(
    account: Account,
    create: NewRemoteAccess,
    askedAt: Date,
  ): Promise<RemoteAccess | undefined> {
    const { clock, pauses } = this.tools;
    const until = askedAt.getTime() + LOOK_FOR_MS;
    for (;;) {
      const isLast = clock.now() >= until;
      const looked = await settle(this.find(account, create));
      if (looked.ok && (looked.value !== undefined || isLast)) return looked.value;
      if (pauses.stopped) throw new DrawbridgeError('VENDOR_UNAVAILABLE', 'The service is being stopped.');
      await pauses.wait(LOOK_EVERY_MS);
    }
  }

  async #isUsed(accessId: string): Promise<boolean> {
    const known = (await this.tools.store.sessions.byRemoteAccesses([accessId])).get(accessId) ?? [];
    return known.some((session) => {
      const status = statusAt(session, this.tools.clock.now());
      return session.createdBy !== null && (status === 'ACTIVE' || status === 'PENDING');
    });
  }

  async #tryToMake(
    account: Account,
    create: NewRemoteAccess,
    { intent, reading }: MakingFor,
  ): Promise<RemoteAccess> {
    try {
      return await account.writes.createAccess(create, reading);
    } catch (thrown) {
      if (!UNKNOWN.has(asDrawbridgeError(thrown).code)) throw thrown;
      const made = await this.findLate(account, create, intent.askedAt);
      if (made === undefined) throw thrown;
      return made;
    }
  }
}
