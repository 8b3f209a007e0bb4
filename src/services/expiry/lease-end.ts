import type { Session } from '../../domain/session';
import { ITSELF } from '../link-book';
import type { LinkCloser } from '../link-closer';
import { type LinkTools, ownReading } from '../link-tools';

/** Ends a lease whose VPN is gone, at the vendor too: whatever brings the VPN up again, it is not this lease. */
export function leaseEnd(
  { fleet, store, clock }: LinkTools,
  closer: LinkCloser,
): (session: Session) => Promise<void> {
  return async ({ id, account: key }) => {
    const link = (await store.links.get([id])).get(id);
    const account = fleet.all().find((candidate) => candidate.key === key);
    if (link === undefined || account === undefined) return;
    const ending = { actor: ITSELF, action: 'closeSession', status: 'CLOSED' } as const;
    await closer.close(account, link, { ...ending, reading: ownReading(clock) });
  };
}
