import type { Account } from '../accounts/account';
import { asDrawbridgeError, DrawbridgeError } from '../domain/errors';
import type { LinkReference } from '../domain/link';
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

  /**
   * Ends one link; one that is over already, and owes its vendor nothing, stays as it is. Answers how it stands: it
   * still owes its end where another link over the same connection is being opened.
   */
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
    const status = over ? (isFinal(link.status) ? link.status : 'EXPIRED') : ending.status;
    const entry = {
      actor: ending.actor,
      action: ending.action,
      account: account.key,
      target: link.id,
      detail: { device: link.deviceId, remoteAccess: link.remoteAccessId, status },
      reason: link.reason,
    };
    let endOwed: boolean;
    try {
      endOwed = !(await this.#endAtVendor(account, link, ending.reading));
    } catch (thrown) {
      await book.audit({ ...entry, error: thrown }).catch(() => undefined);
      throw asDrawbridgeError(thrown);
    }
    if (endOwed && isFinal(link.status)) return link;
    const ended: LinkRecord = { ...link, status, endOwed, observedAt: new Date(clock.now()) };
    await book.save([ended], [entry]);
    return ended;
  }

  /** False where the connection has to stay up for now, and this link goes on owing its end. */
  async #endAtVendor(account: Account, link: LinkRecord, reading: Reading): Promise<boolean> {
    const reference = referenceOf(account, link);
    if (reference === undefined) {
      throw new DrawbridgeError(
        'INTERNAL_SERVER_ERROR',
        'The ledger does not hold what it takes to end the link.',
      );
    }
    if (!account.writes.linksEndOnTime) {
      if (link.foundRunning) return true;
      const others = await this.#othersOver(account, link, reference);
      if (others.length > 0) {
        await this.#handOver(others);
        return true;
      }
      if (await this.#isBeingOpened(link)) return false;
    }
    await account.writes.closeLink(reference, reading);
    if (link.vendorRef === null && account.hasVpn) {
      account.writes.learnVpn(reference.vendorDeviceId, { connected: false, ipAddress: null });
    }
    return true;
  }

  async #othersOver(
    { key }: Account,
    { id }: LinkRecord,
    { connectionRef }: LinkReference,
  ): Promise<readonly LinkRecord[]> {
    const { store, clock } = this.tools;
    const sharing = await store.links.overConnection(key, connectionRef, clock.now());
    return sharing.filter((other) => other.id !== id);
  }

  /** Another link whose answer got lost may run over the same connection: who looks for it must find that up. */
  async #isBeingOpened({ id, remoteAccessId }: LinkRecord): Promise<boolean> {
    if (remoteAccessId === null) return false;
    const known = await this.tools.store.sessions.byRemoteAccesses([remoteAccessId]);
    return (known.get(remoteAccessId) ?? []).some((other) => other.status === 'PENDING' && other.id !== id);
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
