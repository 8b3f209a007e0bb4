import type { Account } from '../accounts/account';
import { pause } from '../accounts/steps';
import { asDrawbridgeError, DrawbridgeError, type ErrorCode } from '../domain/errors';
import { settle, unwrap } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { NewRemoteAccess, RemoteAccess } from '../domain/remote-access';
import { type LinkRecord, statusAt } from '../domain/session';
import type { Intent } from '../stores/ports';
import { ITSELF } from './link-book';
import { type IntentDetail, type LinkTools, ownReading } from './link-tools';

/** For which link a way in is made. */
export interface MakingFor {
  readonly intent: Intent;
  readonly session: LinkRecord;
  readonly detail: IntentDetail;
  readonly reading: Reading;
}

/** Codes with which nobody knows whether the vendor did what it was asked. */
const UNKNOWN: ReadonlySet<ErrorCode> = new Set(['VENDOR_TIMEOUT', 'VENDOR_UNAVAILABLE']);

/** One whose answer was lost is looked for as long as its vendor may still be at work on it, and once more. */
const LOOK_FOR_MS = 50_000;
const LOOK_EVERY_MS = 2000;
/** How often it is asked to take one away whose answer gets lost. */
const MOST_TRIES = 5;

/** Ways in that are made for one link, and taken away again where the link then fails. */
export class MadeAccesses {
  #stopped = false;

  constructor(private readonly tools: LinkTools) {}

  /** Begins no further look: what is not settled is left to the next start. */
  stop(): void {
    this.#stopped = true;
  }

  /** Makes a way in. Where that fails the intent is settled, and nothing of it is left. Throws what the vendor said. */
  async make(account: Account, create: NewRemoteAccess | null, making: MakingFor): Promise<RemoteAccess> {
    const { intent, session, detail } = making;
    if (create === null) throw new Error('a link without a way in has one to be made');
    try {
      const access = await this.#tryToMake(account, create, making);
      await this.tools.book.note(intent, { ...detail, access: access.localId });
      return access;
    } catch (thrown) {
      // Nobody knows yet whether it was made: that is left to the next start.
      if (this.#stopped) throw thrown;
      await this.#undo(account, create, session.id);
      const failed: LinkRecord = { ...session, status: 'FAILED' };
      await this.tools.book.settle(intent, failed, {
        actor: intent.subject,
        action: intent.action,
        account: account.key,
        target: session.id,
        detail: { device: session.deviceId },
        error: thrown,
        reason: session.reason,
      });
      throw thrown;
    }
  }

  /**
   * Takes a way in away again, unless a link of this graph uses it: somebody else may have found it meanwhile. Where
   * that fails, the operator is told: it is only in the way, it opens nothing.
   */
  async unmake(account: Account, access: RemoteAccess, actor: string, own: string): Promise<void> {
    const entry = { actor, action: 'deleteRemoteAccess', account: account.key, target: access.id } as const;
    try {
      if (await this.#isUsed(access, own)) return;
      await this.#remove(account, access);
      await this.tools.book.audit(entry);
    } catch (thrown) {
      this.tools.warn(
        `a way in that was made for a link at ${account.key} could not be removed again`,
        thrown,
      );
      await this.tools.book.audit({ ...entry, error: thrown }).catch(() => undefined);
    }
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
    const { clock } = this.tools;
    const until = askedAt.getTime() + LOOK_FOR_MS;
    for (;;) {
      const isLast = clock.now() >= until;
      const looked = await settle(this.find(account, create));
      if (looked.ok && (looked.value !== undefined || isLast)) return looked.value;
      if (this.#stopped) throw new DrawbridgeError('VENDOR_UNAVAILABLE', 'The service is being stopped.');
      await pause(clock, LOOK_EVERY_MS);
    }
  }

  async #isUsed({ id }: RemoteAccess, own: string): Promise<boolean> {
    const known = (await this.tools.store.sessions.byRemoteAccesses([id])).get(id) ?? [];
    return known.some((session) => {
      const status = statusAt(session, this.tools.clock.now());
      return (
        session.createdBy !== null && (status === 'ACTIVE' || (status === 'PENDING' && session.id !== own))
      );
    });
  }

  /** One that is gone already is removed: so it can be asked for again where nobody knows. */
  async #remove(account: Account, access: RemoteAccess): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const removed = await settle(account.writes.removeAccess(access, ownReading(this.tools.clock)));
      if (removed.ok) return;
      if (tries >= MOST_TRIES || !UNKNOWN.has(removed.error.code) || this.#stopped) throw removed.error;
      await pause(this.tools.clock, LOOK_EVERY_MS);
    }
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

  async #undo(account: Account, create: NewRemoteAccess, own: string): Promise<void> {
    const left = await this.find(account, create).catch(() => undefined);
    if (left !== undefined) await this.unmake(account, left, ITSELF, own);
  }
}
