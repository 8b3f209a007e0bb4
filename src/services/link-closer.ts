import type { Account } from '../accounts/account';
import { asDrawbridgeError, DrawbridgeError } from '../domain/errors';
import type { Reading } from '../domain/reading';
import { isFinal, type LinkRecord, type SessionStatus, statusAt } from '../domain/session';
import { type LinkTools, referenceOf } from './link-tools';

/** Who ends a link, and how it stands then. */
export interface Ending {
  readonly actor: string;
  readonly action: string;
  /** CLOSED where somebody ended it; EXPIRED where its time had come. */
  readonly status: Extract<SessionStatus, 'CLOSED' | 'EXPIRED'>;
  readonly reading: Reading;
}

/** Ends links at their vendors. A link is over in the ledger only once its vendor has confirmed, or need not. */
export class LinkCloser {
  constructor(private readonly tools: LinkTools) {}

  /** Ends one link; one that is over already, and owes its vendor nothing, stays as it is. Answers how it stands. */
  close(account: Account, link: LinkRecord, ending: Ending): Promise<LinkRecord> {
    const end = async (): Promise<LinkRecord> => {
      const fresh = (await this.tools.store.links.get([link.id])).get(link.id) ?? link;
      return this.#end(account, fresh, ending);
    };
    // Where links share a connection nobody may open one while it is decided whether this is the last.
    if (account.writes.linksEndOnTime || link.remoteAccessId === null) return end();
    return this.tools.gate.alone(link.remoteAccessId.toLowerCase(), end);
  }

  async #end(account: Account, link: LinkRecord, ending: Ending): Promise<LinkRecord> {
    const { clock, book } = this.tools;
    const over = isFinal(statusAt(link, clock.now()));
    if (over && !link.endOwed) return link;
    const ended: LinkRecord = {
      ...link,
      status: over ? (isFinal(link.status) ? link.status : 'EXPIRED') : ending.status,
      endOwed: false,
      observedAt: new Date(clock.now()),
    };
    const entry = {
      actor: ending.actor,
      action: ending.action,
      account: account.key,
      target: link.id,
      detail: { device: link.deviceId, remoteAccess: link.remoteAccessId, status: ended.status },
      reason: link.reason,
    };
    try {
      await this.#endAtVendor(account, link, ending.reading);
    } catch (thrown) {
      await book.audit({ ...entry, error: thrown }).catch(() => undefined);
      throw asDrawbridgeError(thrown);
    }
    await book.save([ended], [entry]);
    return ended;
  }

  async #endAtVendor(account: Account, link: LinkRecord, reading: Reading): Promise<void> {
    const reference = referenceOf(account, link);
    if (reference === undefined) {
      throw new DrawbridgeError(
        'INTERNAL_SERVER_ERROR',
        'The ledger does not hold what it takes to end the link.',
      );
    }
    if (!account.writes.linksEndOnTime) {
      const { store, clock } = this.tools;
      const sharing = await store.links.overConnection(account.key, reference.connectionRef, clock.now());
      const others = sharing.filter(({ id }) => id !== link.id);
      if (link.foundRunning) return;
      if (others.length > 0) return this.#handOver(others);
    }
    await account.writes.closeLink(reference, reading);
    if (link.vendorRef === null && account.hasVpn) {
      account.writes.learnVpn(reference.vendorDeviceId, { connected: false, ipAddress: null });
    }
  }

  /** What this graph brought up has to end with the last link over it, also where that one took it for found. */
  async #handOver(others: readonly LinkRecord[]): Promise<void> {
    const unaware = others.filter(({ foundRunning }) => foundRunning);
    if (unaware.length === 0) return;
    await this.tools.book.save(
      unaware.map((other) => ({ ...other, foundRunning: false, endOwed: true })),
      [],
    );
  }
}
