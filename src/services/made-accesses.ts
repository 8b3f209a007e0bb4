import type { Account } from '../accounts/account';
import { asDrawbridgeError } from '../domain/errors';
import { unwrap } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { NewRemoteAccess, RemoteAccess } from '../domain/remote-access';
import type { LinkRecord } from '../domain/session';
import type { Intent } from '../stores/ports';
import { type IntentDetail, type LinkTools, ownReading } from './link-tools';

/** For which link a way in is made. */
export interface MakingFor {
  readonly intent: Intent;
  readonly session: LinkRecord;
  readonly detail: IntentDetail;
  readonly reading: Reading;
}

/** Ways in that are made for one link, and taken away again where the link then fails. */
export class MadeAccesses {
  constructor(private readonly tools: LinkTools) {}

  /** Makes a way in. Where that fails the intent is settled, and nothing of it is left. Throws what the vendor said. */
  async make(account: Account, create: NewRemoteAccess | null, making: MakingFor): Promise<RemoteAccess> {
    const { intent, session, detail, reading } = making;
    if (create === null) throw new Error('a link without a way in has one to be made');
    try {
      const access = (await this.#tryToMake(account, create, reading)) ?? (await this.find(account, create));
      if (access === undefined) throw new Error('a way in that was made is not listed');
      await this.tools.book.note(intent, { ...detail, access: access.localId });
      return access;
    } catch (thrown) {
      await this.#undo(account, create);
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

  /** Takes a way in away again. Where that fails, the operator is told: it is only in the way, it opens nothing. */
  async unmake(account: Account, access: RemoteAccess, actor: string): Promise<void> {
    const entry = { actor, action: 'deleteRemoteAccess', account: account.key, target: access.id } as const;
    try {
      await account.writes.removeAccess(access, ownReading(this.tools.clock));
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

  /** Undefined where the answer got lost. */
  async #tryToMake(
    account: Account,
    create: NewRemoteAccess,
    reading: Reading,
  ): Promise<RemoteAccess | undefined> {
    try {
      return await account.writes.createAccess(create, reading);
    } catch (thrown) {
      const { code } = asDrawbridgeError(thrown);
      if (code !== 'VENDOR_TIMEOUT' && code !== 'VENDOR_UNAVAILABLE') throw thrown;
      if ((await this.find(account, create)) === undefined) throw thrown;
      return undefined;
    }
  }

  async #undo(account: Account, create: NewRemoteAccess): Promise<void> {
    const left = await this.find(account, create).catch(() => undefined);
    if (left !== undefined) await this.unmake(account, left, 'drawbridge');
  }
}
